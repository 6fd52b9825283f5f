minidns_test(snapshot_unit
  SOURCES
    unit/snapshot_apply.cpp
    unit/snapshot_authoritative.cpp
    unit/snapshot_builder.cpp
    unit/snapshot_codec.cpp
    unit/snapshot_diff.cpp
    unit/snapshot_support.cpp
    unit/snapshot_transfer.cpp
    unit/snapshot_two_primaries.cpp
  LINK minidns_dns
  LABELS unit
  TIMEOUT 120)
