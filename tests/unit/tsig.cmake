minidns_test(tsig_unit
  SOURCES
    unit/tsig_key.cpp
    unit/tsig_request.cpp
    unit/tsig_sequence.cpp
    unit/tsig_support.cpp
  LINK minidns_tsig
  LABELS unit
  TIMEOUT 60)

minidns_test(tsig_oracle
  SOURCES
    unit/tsig_oracle.cpp
    unit/tsig_support.cpp
  LINK minidns_tsig minidns_harness
  LABELS interop
  TIMEOUT 120)
target_compile_definitions(tsig_oracle PRIVATE MINIDNS_TSIG_ORACLE="${CMAKE_CURRENT_SOURCE_DIR}/unit/tsig_oracle.py")
