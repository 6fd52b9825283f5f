minidns_test(postgres_secrets
  SOURCES
    postgres/data_keys.cpp
    postgres/key_export.cpp
    postgres/key_retention.cpp
    postgres/key_stores.cpp
    postgres/signing_support.cpp
    postgres/storage_support.cpp
    unit/dnssec_zone_support.cpp
    unit/dnssec_zone_tools.cpp
    unit/snapshot_support.cpp
  LINK minidns_central minidns_harness minidns_dnssec
  LABELS postgres
  TIMEOUT 300)
