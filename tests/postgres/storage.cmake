minidns_test(postgres_storage
  SOURCES
    postgres/storage_connection.cpp
    postgres/storage_epoch.cpp
    postgres/storage_feed.cpp
    postgres/storage_inbound.cpp
    postgres/storage_migrations.cpp
    postgres/storage_plans.cpp
    postgres/storage_recovery.cpp
    postgres/storage_retention.cpp
    postgres/storage_support.cpp
    postgres/storage_views.cpp
    postgres/storage_zones.cpp
  LINK minidns_central minidns_harness
  LABELS postgres
  TIMEOUT 600)
