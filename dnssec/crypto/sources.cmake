# What makes signatures. target_sources(minidns_dnssec PRIVATE …)
target_sources(
  minidns_dnssec
  PRIVATE crypto/bind_text.cpp
          crypto/curve.cpp
          crypto/ecdsa_signer.cpp
          crypto/ed25519_signer.cpp
          crypto/evp_key.cpp
          crypto/evp_signer.cpp
          crypto/handles.cpp
          crypto/key_opener.cpp
          crypto/make_signer.cpp
          crypto/message_digest.cpp
          crypto/nonces.cpp
          crypto/private_key.cpp
          crypto/rsa_parts.cpp
          crypto/scalar_field.cpp
          crypto/stored_key.cpp)
