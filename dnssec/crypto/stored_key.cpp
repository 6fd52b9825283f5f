#include "dnssec/crypto/stored_key.hpp"

#include "dnssec/crypto/curve.hpp"
#include "dnssec/crypto/ed25519.hpp"
#include "dnssec/crypto/evp_key.hpp"
#include "dnssec/crypto/rsa_parts.hpp"
#include "dnssec/crypto/signers.hpp"

#include <string>

namespace minidns::dnssec {
namespace {

Result<Bytes> checked_rsa(ByteView material) {
  const auto parts = unpack_rsa_parts(material);
  if (!parts) {
    return parts.error();
  }
  if (const auto key = make_rsa_key(*parts); !key) {
    return key.error();
  }
  // Numbers that fit each other needn't be primes; `sign` verifies what it makes.
  const ByteView message = as_bytes("a signature that is thrown away");
  if (!make_rsa_signer(0, *parts)->sign({&message, 1})) {
    return Error{Errc::bad_key, "an RSA key whose signatures don't verify"};
  }
  return rsa_public_key(*parts);
}

}  // namespace

Result<StoredKey> StoredKey::read(ByteView stored) {
  if (stored.size() < header_octets || stored[0] != form) {
    return Error{Errc::bad_key, "a stored key of an unknown form"};
  }
  const auto algorithm = algorithm_from_number(stored[1]);
  if (!algorithm) {
    return algorithm.error();
  }
  return StoredKey{*algorithm, stored.subspan(header_octets)};
}

std::size_t key_octets(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::rsasha256:
      return 0;
    case Algorithm::ecdsap256sha256:
    case Algorithm::ed25519:
      return 32;
    case Algorithm::ecdsap384sha384:
      return 48;
    case Algorithm::ed448:
      return 57;
  }
  return 0;
}

Result<Bytes> checked_public_key(const StoredKey& key) {
  if (key.algorithm == Algorithm::rsasha256) {
    return checked_rsa(key.material);
  }
  if (key.material.size() != key_octets(key.algorithm)) {
    return Error{Errc::bad_key, "a private key of " + std::to_string(key.material.size()) + " octets isn't one of " +
                                    std::string(to_text(key.algorithm))};
  }
  if (key.algorithm == Algorithm::ed25519) {
    return ed25519_public_key(key.material);
  }
  if (key.algorithm == Algorithm::ed448) {
    return ed448_public_key(key.material);
  }
  const Curve& curve = Curve::of(key.algorithm);
  if (!curve.is_private_key(key.material)) {
    return Error{Errc::bad_key, "a private key that is 0 or not below the order of the curve"};
  }
  return curve.public_key(key.material);
}

}  // namespace minidns::dnssec
