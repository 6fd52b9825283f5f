minidns_test(postgres_nameserver_work
  SOURCES postgres/nameserver_service.cpp postgres/nameserver_work.cpp
  LINK minidns_storage minidns_harness
  LABELS postgres
  TIMEOUT 300)

minidns_test(postgres_zone_proofs
  SOURCES postgres/zone_proofs.cpp
  LINK minidns_storage minidns_harness
  LABELS postgres
  TIMEOUT 300)
