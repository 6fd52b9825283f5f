# The whole system with real secondaries. Each program starts a platform of its own.
foreach(name main_job split_horizon faults catalog control_channels digests master_key visibility)
  minidns_test(e2e_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp LINK minidns_harness LABELS e2e TIMEOUT 600)
  add_dependencies(e2e_${name} central mdns pool-manager)
endforeach()
# Nameservers come, leave for a while and come back.
foreach(name nameserver_joins nameserver_maintenance bulk_deletion)
  minidns_test(e2e_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp ${CMAKE_CURRENT_LIST_DIR}/nameserver_list.cpp
               LINK minidns_harness LABELS e2e TIMEOUT 600)
  add_dependencies(e2e_${name} central mdns pool-manager)
endforeach()
# What may happen to the database; what anybody is served meanwhile is watched.
foreach(name database_outage failover restore)
  minidns_test(e2e_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp ${CMAKE_CURRENT_LIST_DIR}/transfer_watch.cpp
               LINK minidns_harness LABELS e2e TIMEOUT 900)
  add_dependencies(e2e_${name} central mdns pool-manager)
endforeach()
minidns_test(e2e_secondary_zones
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/primaries.cpp ${CMAKE_CURRENT_LIST_DIR}/secondary_zones.cpp
  LINK minidns_harness minidns_base
  LABELS e2e
  TIMEOUT 900)
add_dependencies(e2e_secondary_zones central mdns pool-manager)
minidns_test(e2e_key_rolls
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/key_rolls.cpp ${CMAKE_CURRENT_LIST_DIR}/primaries.cpp
  LINK minidns_harness minidns_base
  LABELS e2e
  TIMEOUT 600)
add_dependencies(e2e_key_rolls central mdns pool-manager)
# Signed zones; the tools and other servers judge.
foreach(name signing signed_history signed_secondaries proof)
  minidns_test(e2e_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp ${CMAKE_CURRENT_LIST_DIR}/signed_zones.cpp
               LINK minidns_harness LABELS e2e TIMEOUT 600)
  target_compile_definitions(e2e_${name} PRIVATE MINIDNS_INTEROP_DIR="${CMAKE_CURRENT_SOURCE_DIR}/interop"
                             MINIDNS_ALERTS_FILE="${PROJECT_SOURCE_DIR}/deploy/alerts.yml")
  add_dependencies(e2e_${name} central mdns pool-manager)
endforeach()
# A nameserver that is built from nothing, by the command line tool.
foreach(name sync sync_configurations sync_seeds)
  minidns_test(e2e_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp ${CMAKE_CURRENT_LIST_DIR}/sync_fixture.cpp
               LINK minidns_harness LABELS e2e TIMEOUT 900)
  add_dependencies(e2e_${name} central mdns pool-manager minidns)
endforeach()

# What may happen to nameservers.
foreach(name nameserver_faults nameserver_faults_hung nameserver_faults_edits nameserver_faults_disk
             nameserver_faults_managers nameserver_faults_clock)
  minidns_test(e2e_${name} SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp LINK minidns_harness LABELS e2e TIMEOUT 900)
  add_dependencies(e2e_${name} central mdns pool-manager)
endforeach()
