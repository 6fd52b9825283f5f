minidns_test(base_unit
  SOURCES
    unit/base_address_policy.cpp
    unit/base_bytes.cpp
    unit/base_config.cpp
    unit/base_coroutines.cpp
    unit/base_envelope.cpp
    unit/base_log.cpp
    unit/base_master_keys.cpp
    unit/base_metrics.cpp
    unit/base_ops_server.cpp
    unit/base_program.cpp
    unit/base_secrets.cpp
    unit/base_uuid.cpp
    unit/base_worker_pool.cpp
  LINK minidns_base
  LABELS unit
  TIMEOUT 60)
