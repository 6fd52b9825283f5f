minidns_fuzz(dnssec_key SOURCES fuzz/dnssec_key.cpp LINK minidns_dnssec minidns_dns minidns_base)
