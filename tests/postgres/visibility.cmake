minidns_test(postgres_visibility
  SOURCES
    postgres/storage_support.cpp
    postgres/sync_matrix.cpp
    postgres/visibility.cpp
  LINK minidns_central minidns_harness
  LABELS postgres
  TIMEOUT 600)
