minidns_test(central_parent
  SOURCES
    interop/parent_probe.cpp
  LINK minidns_central minidns_harness
  LABELS interop
  TIMEOUT 120)
