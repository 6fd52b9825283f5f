minidns_test(postgres_signing
  SOURCES
    postgres/digests.cpp
    postgres/signing.cpp
    postgres/signing_import.cpp
    postgres/signing_refresh.cpp
    postgres/signing_roll.cpp
    postgres/signing_roll_parent.cpp
    postgres/signing_support.cpp
    postgres/storage_support.cpp
    unit/dnssec_zone_support.cpp
    unit/dnssec_zone_tools.cpp
    unit/snapshot_support.cpp
  LINK minidns_central minidns_harness minidns_dnssec OpenSSL::Crypto
  LABELS postgres
  TIMEOUT 600)
