minidns_test(dns_unit
  SOURCES
    unit/dns_catalog.cpp
    unit/dns_message.cpp
    unit/dns_name.cpp
    unit/dns_rdata_text.cpp
    unit/dns_renderer.cpp
    unit/dns_values.cpp
    unit/dns_zone_file.cpp
  LINK minidns_dns
  LABELS unit
  TIMEOUT 120)

minidns_test(dns_oracle
  SOURCES unit/dns_oracle.cpp
  LINK minidns_dns
  LABELS interop
  TIMEOUT 120)
