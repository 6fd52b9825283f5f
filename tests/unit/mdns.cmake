minidns_test(mdns_unit
  SOURCES
    unit/mdns_answers.cpp
    unit/mdns_decide.cpp
    unit/mdns_differences.cpp
    unit/mdns_digests.cpp
    unit/mdns_fairness.cpp
    unit/mdns_follow.cpp
    unit/mdns_inbound.cpp
    unit/mdns_index.cpp
    unit/mdns_key_stores.cpp
    unit/mdns_loader.cpp
    unit/mdns_notify.cpp
    unit/mdns_past_differences.cpp
    unit/mdns_peers.cpp
    unit/mdns_signing.cpp
    unit/mdns_support.cpp
    unit/mdns_transfer_messages.cpp
    unit/mdns_transfer_reader.cpp
    unit/mdns_zone_table.cpp
  LINK minidns_mdns minidns_storage minidns_tsig minidns_dns minidns_base
  LABELS unit
  TIMEOUT 120)
