minidns_test(dnssec_zone_unit
  SOURCES
    unit/dnssec_zone_change.cpp
    unit/dnssec_zone_digest.cpp
    unit/dnssec_zone_full.cpp
    unit/dnssec_zone_inputs.cpp
    unit/dnssec_zone_large.cpp
    unit/dnssec_zone_random.cpp
    unit/dnssec_zone_support.cpp
    unit/dnssec_zone_tools.cpp
    unit/dnssec_zone_zonemd.cpp
    unit/snapshot_support.cpp
  LINK minidns_dnssec minidns_dns minidns_base OpenSSL::Crypto
  LABELS unit
  TIMEOUT 900)
