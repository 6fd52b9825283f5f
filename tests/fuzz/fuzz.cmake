# minidns_fuzz(NAME SOURCES… LINK libs…) makes a fuzz target. Its sources define LLVMFuzzerTestOneInput (libFuzzer's
# entry) and minidns::fuzz::seeds (fuzz.hpp). By default it becomes the program fuzz_NAME_replay, one ctest test, that
# runs the entry over the seeds and their mutations; with MINIDNS_FUZZ (clang) it becomes fuzz_NAME, a libFuzzer program:
#
#     cmake --preset fuzz && ninja -C build/fuzz fuzz_message
#     build/fuzz/tests/fuzz_message --write-seeds corpus && build/fuzz/tests/fuzz_message corpus -max_total_time=300
function(minidns_fuzz name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  if(MINIDNS_FUZZ)
    set(program fuzz_${name})
    add_executable(${program} ${arg_SOURCES} fuzz/write_seeds.cpp)
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  else()
    set(program fuzz_${name}_replay)
    add_executable(${program} ${arg_SOURCES} fuzz/driver.cpp)
    add_test(NAME ${program} COMMAND ${program})
    set_tests_properties(${program} PROPERTIES TIMEOUT 300 LABELS unit)
  endif()
  target_link_libraries(${program} PRIVATE minidns_flags ${arg_LINK})
endfunction()

minidns_fuzz(message SOURCES fuzz/message.cpp LINK minidns_dns)
minidns_fuzz(inbound_transfer SOURCES fuzz/inbound_transfer.cpp LINK minidns_mdns minidns_storage minidns_dns)
minidns_fuzz(rdata_text SOURCES fuzz/rdata_text.cpp LINK minidns_dns)
minidns_fuzz(rdata_wire SOURCES fuzz/rdata_wire.cpp LINK minidns_dns)
minidns_fuzz(zone_file SOURCES fuzz/zone_file.cpp LINK minidns_dns)
minidns_fuzz(stored_zone SOURCES fuzz/stored_zone.cpp unit/snapshot_support.cpp LINK minidns_dns GTest::gtest)
