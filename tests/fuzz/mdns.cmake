minidns_fuzz(soa_query SOURCES fuzz/soa_query.cpp LINK minidns_mdns minidns_storage minidns_tsig minidns_dns)
