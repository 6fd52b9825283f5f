# Every secondary of this Debian against two mdns; one ctest entry per kind, so that they run side by side.
add_executable(secondaries_interop
  interop/mdns_world.cpp
  interop/secondary_content.cpp
  interop/secondary_fixture.cpp
  interop/zone_model.cpp)
target_link_libraries(secondaries_interop PRIVATE minidns_flags minidns_dns minidns_harness GTest::gtest GTest::gtest_main)
target_compile_definitions(secondaries_interop PRIVATE MINIDNS_INTEROP_DIR="${CMAKE_CURRENT_SOURCE_DIR}/interop")
add_dependencies(secondaries_interop mdns)
foreach(kind Bind Powerdns Knot Nsd)
  add_test(NAME secondaries_${kind} COMMAND secondaries_interop --gtest_filter=*/${kind})
  set_tests_properties(secondaries_${kind} PROPERTIES TIMEOUT 600 LABELS interop)
endforeach()
