minidns_test(mdns_interop
  SOURCES
    interop/mdns_transfers.cpp
    interop/mdns_world.cpp
  LINK minidns_dns minidns_harness
  LABELS interop
  TIMEOUT 300)
add_dependencies(mdns_interop mdns)
