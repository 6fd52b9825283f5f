minidns_test(drivers_unit
  SOURCES
    unit/drivers_rndc_wire.cpp
    unit/drivers_soa_answer.cpp
    unit/drivers_text.cpp
  LINK minidns_pool_manager
  LABELS unit
  TIMEOUT 60)
