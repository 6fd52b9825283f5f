minidns_test(pool_unit
  SOURCES
    unit/pool_catch_up.cpp
    unit/pool_leases.cpp
    unit/pool_plan.cpp
    unit/pool_proof.cpp
    unit/pool_sweep.cpp
    unit/pool_window.cpp
    unit/pool_window_faults.cpp
    unit/pool_window_prefix.cpp
  LINK minidns_pool_manager
  LABELS unit
  TIMEOUT 60)
minidns_test(pool_sync_unit
  SOURCES
    unit/sync_configurations.cpp
    unit/sync_options.cpp
    unit/sync_progress.cpp
    unit/sync_transfers.cpp
  LINK minidns_pool_manager
  LABELS unit
  TIMEOUT 60)
