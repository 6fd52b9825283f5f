minidns_test(postgres_central
  SOURCES
    postgres/central_announcer.cpp
    postgres/central_import.cpp
    postgres/central_ports.cpp
    postgres/central_views.cpp
    postgres/storage_support.cpp
  LINK minidns_central minidns_harness
  LABELS postgres
  TIMEOUT 300)
