# Every secondary of this Debian against two mdns; one ctest entry per kind, so that they run side by side.
add_executable(secondaries_interop
  interop/mdns_world.cpp
  interop/presigned_zone.cpp
  interop/secondary_content.cpp
  interop/secondary_fixture.cpp
  interop/secondary_presigned.cpp
  interop/secondary_primaries.cpp
  interop/zone_model.cpp)
target_link_libraries(secondaries_interop PRIVATE minidns_flags minidns_dns minidns_harness GTest::gtest GTest::gtest_main)
target_compile_definitions(secondaries_interop PRIVATE MINIDNS_INTEROP_DIR="${CMAKE_CURRENT_SOURCE_DIR}/interop")
add_dependencies(secondaries_interop mdns)
foreach(kind Bind Powerdns Knot Nsd Yadifa)
  add_test(NAME secondaries_${kind} COMMAND secondaries_interop --gtest_filter=*/${kind})
  set_tests_properties(secondaries_${kind} PROPERTIES TIMEOUT 600 LABELS interop)
endforeach()

minidns_test(mdns_edge_cases
  SOURCES
    interop/mdns_edge_cases.cpp
    interop/mdns_world.cpp
    interop/presigned_zone.cpp
    interop/zone_model.cpp
  LINK minidns_dns minidns_harness
  LABELS interop
  TIMEOUT 600)
target_compile_definitions(mdns_edge_cases PRIVATE MINIDNS_INTEROP_DIR="${CMAKE_CURRENT_SOURCE_DIR}/interop")
add_dependencies(mdns_edge_cases mdns)
