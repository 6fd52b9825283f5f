minidns_fuzz(rndc SOURCES fuzz/rndc.cpp LINK minidns_pool_manager)
minidns_fuzz(zone_list SOURCES fuzz/zone_list.cpp LINK minidns_pool_manager)
