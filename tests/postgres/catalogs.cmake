minidns_test(postgres_catalogs
  SOURCES
    postgres/catalogs.cpp
    postgres/storage_support.cpp
  LINK minidns_central minidns_harness
  LABELS postgres
  TIMEOUT 300)
