minidns_test(central_unit
  SOURCES
    harness/wait.cpp
    unit/central_apex.cpp
    unit/central_command_line.cpp
    unit/central_digest_worker.cpp
    unit/central_recordset_place.cpp
    unit/central_recordset_rules.cpp
    unit/central_nameserver_state.cpp
    unit/central_parent_view.cpp
    unit/central_roll_plan.cpp
    unit/central_signing_rules.cpp
    unit/central_sync_rules.cpp
    unit/central_version_policy.cpp
    unit/central_visibility_waits.cpp
    unit/central_zone_rules.cpp
  LINK minidns_central
  LABELS unit
  TIMEOUT 60)
