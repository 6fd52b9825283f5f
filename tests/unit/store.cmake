minidns_test(store_unit
  SOURCES
    unit/snapshot_support.cpp
    unit/mdns_support.cpp
    unit/store_crash.cpp
    unit/store_damage.cpp
    unit/store_file.cpp
    unit/store_local.cpp
    unit/store_support.cpp
    unit/store_queue.cpp
  LINK minidns_mdns minidns_storage minidns_tsig minidns_dns minidns_base
  LABELS unit
  TIMEOUT 300)
