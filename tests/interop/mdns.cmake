minidns_test(mdns_interop
  SOURCES
    interop/mdns_faults.cpp
    interop/mdns_hostile.cpp
    interop/mdns_notify_out.cpp
    interop/mdns_socket.cpp
    interop/mdns_transfers.cpp
    interop/mdns_world.cpp
  LINK minidns_dns minidns_harness
  LABELS interop
  TIMEOUT 600)
add_dependencies(mdns_interop mdns)

# Transfers over TLS, and what SIGHUP changes.
minidns_test(mdns_tls
  SOURCES
    interop/mdns_certificates.cpp
    interop/mdns_reload.cpp
    interop/mdns_socket.cpp
    interop/mdns_tls.cpp
    interop/mdns_world.cpp
  LINK minidns_dns minidns_harness
  LABELS interop
  TIMEOUT 600)
add_dependencies(mdns_tls mdns)

minidns_test(mdns_replicas
  SOURCES
    interop/mdns_replicas.cpp
    interop/mdns_world.cpp
  LINK minidns_dns minidns_harness
  LABELS interop
  TIMEOUT 600)
add_dependencies(mdns_replicas mdns)

minidns_test(mdns_attacks
  SOURCES
    interop/mdns_attacks.cpp
    interop/mdns_crowds.cpp
    interop/mdns_socket.cpp
    interop/mdns_under_attack.cpp
    interop/mdns_world.cpp
  LINK minidns_tsig minidns_dns minidns_base minidns_harness
  LABELS interop
  TIMEOUT 600)
add_dependencies(mdns_attacks mdns)

# Restarts with the database gone, a damaged or full store, kills.
minidns_test(mdns_store
  SOURCES
    interop/mdns_store.cpp
    interop/mdns_world.cpp
  LINK minidns_dns minidns_harness
  LABELS interop
  TIMEOUT 900)
add_dependencies(mdns_store mdns)
