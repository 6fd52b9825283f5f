# What a signed zone is. target_sources(minidns_dnssec PRIVATE …)
