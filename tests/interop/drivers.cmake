minidns_test(drivers_interop
  SOURCES
    interop/drivers_contract.cpp
    interop/drivers_hostile.cpp
    interop/drivers_knot.cpp
    interop/drivers_nameserver.cpp
    interop/drivers_nsd.cpp
    interop/drivers_probe.cpp
  LINK minidns_pool_manager minidns_harness OpenSSL::SSL
  LABELS interop
  TIMEOUT 600)

minidns_test(proof_transfer
  SOURCES interop/proof_transfer.cpp
  LINK minidns_pool_manager
  LABELS interop
  TIMEOUT 120)
