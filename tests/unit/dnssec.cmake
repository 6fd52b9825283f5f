minidns_test(dnssec_crypto_unit
  SOURCES
    unit/dnssec_keys.cpp
    unit/dnssec_nonces.cpp
    unit/dnssec_signer.cpp
    unit/dnssec_support.cpp
    unit/dnssec_vectors.cpp
  LINK minidns_dnssec minidns_dns minidns_base OpenSSL::Crypto
  LABELS unit
  TIMEOUT 120)

minidns_test(dnssec_crypto_oracle
  SOURCES
    unit/dnssec_oracle.cpp
    unit/dnssec_support.cpp
  LINK minidns_dnssec minidns_dns minidns_base minidns_harness OpenSSL::Crypto
  LABELS interop
  TIMEOUT 120)
