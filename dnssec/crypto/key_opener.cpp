#include "dnssec/crypto/key_opener.hpp"

#include "dnssec/crypto/make_signer.hpp"

namespace minidns::dnssec {

Result<PrivateKey> SealedKeyOpener::private_key(const Dnskey& dnskey, ByteView sealed, std::string_view context) const {
  const auto stored = secrets_.open(sealed, context);
  if (!stored) {
    return Error{Errc::bad_key, stored.error().detail};
  }
  auto key = PrivateKey::from_stored(stored->reveal());
  if (key && !key->matches(dnskey)) {
    return Error{Errc::bad_key, "the private key isn't that of its DNSKEY"};
  }
  return key;
}

Result<std::shared_ptr<const Signer>> SealedKeyOpener::open(const Dnskey& dnskey, ByteView sealed,
                                                            std::string_view context) const {
  const auto key = private_key(dnskey, sealed, context);
  if (!key) {
    return key.error();
  }
  return make_signer(*key, dnskey.flags);
}

}  // namespace minidns::dnssec
