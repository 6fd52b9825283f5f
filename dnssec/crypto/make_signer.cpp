#include "dnssec/crypto/make_signer.hpp"

#include "dnssec/crypto/signers.hpp"
#include "dnssec/crypto/stored_key.hpp"

namespace minidns::dnssec {

Result<std::shared_ptr<const Signer>> make_signer(const PrivateKey& key, std::uint16_t flags) {
  if ((flags & Dnskey::flag_zone) == 0) {
    return Error{Errc::bad_input, "a DNSKEY without the zone bit signs no zone"};
  }
  const std::uint16_t key_tag = key.dnskey(flags).key_tag();
  const Secret stored = key.stored();
  const ByteView material = StoredKey::read(stored.reveal()).value().material;
  switch (key.algorithm()) {
    case Algorithm::rsasha256:
      return make_rsa_signer(key_tag, unpack_rsa_parts(material).value());
    case Algorithm::ecdsap256sha256:
    case Algorithm::ecdsap384sha384:
      return make_ecdsa_signer(key.algorithm(), key_tag, material, key.public_key());
    case Algorithm::ed25519:
      return make_ed25519_signer(key_tag, material);
    case Algorithm::ed448:
      return make_ed448_signer(key_tag, material);
  }
  return Error{Errc::unknown_algorithm, "a key of an unknown algorithm"};
}

}  // namespace minidns::dnssec
