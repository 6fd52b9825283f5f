# What makes signatures. target_sources(minidns_dnssec PRIVATE …)
