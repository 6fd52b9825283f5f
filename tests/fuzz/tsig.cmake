minidns_fuzz(tsig SOURCES fuzz/tsig.cpp LINK minidns_tsig)
