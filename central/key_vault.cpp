#include "central/key_vault.hpp"

#include "dnssec/crypto/make_signer.hpp"
#include "dnssec/dnskey.hpp"

namespace minidns::central {
namespace {

using dnssec::Dnskey;
using dnssec::Errc;
using dnssec::Error;
using storage::KeyRole;

Error no_ksk_store() {
  return {Errc::bad_key, "there is no ksk_master_key_file"};
}

}  // namespace

const SecretBox* SealedKeyVault::box_of(KeyRole role) const {
  if (role != KeyRole::ksk) {
    return &master_;
  }
  return ksks_ ? &*ksks_ : nullptr;
}

dnssec::Result<MadeKey> SealedKeyVault::make(KeyRole role, dnssec::Algorithm algorithm, const DnssecKeyId& id) {
  return seal(role, id, dnssec::PrivateKey::generate(algorithm));
}

dnssec::Result<MadeKey> SealedKeyVault::take_in(KeyRole role, const Secret& bind_text, const DnssecKeyId& id) {
  const auto octets = bind_text.reveal();
  return seal(role, id,
              dnssec::PrivateKey::from_bind_text({reinterpret_cast<const char*>(octets.data()), octets.size()}));
}

dnssec::Result<MadeKey> SealedKeyVault::seal(KeyRole role, const DnssecKeyId& id,
                                             const dnssec::Result<dnssec::PrivateKey>& key) const {
  const SecretBox* box = box_of(role);
  if (box == nullptr) {
    return no_ksk_store();
  }
  if (!key) {
    return key.error();
  }
  const std::uint16_t flags = role == KeyRole::zsk ? Dnskey::flags_zsk : Dnskey::flags_ksk;
  auto signer = dnssec::make_signer(*key, flags);
  if (!signer) {
    return signer.error();
  }
  const Dnskey dnskey = key->dnskey(flags);
  return MadeKey{.record = {.id = id,
                            .role = role,
                            .key_tag = dnskey.key_tag(),
                            .algorithm = static_cast<std::uint8_t>(key->algorithm()),
                            .dnskey = dnskey.rdata(),
                            .state = storage::KeyState::active,
                            .private_sealed = box->seal(key->stored(), storage::sealing_context(id))},
                 .signer = *std::move(signer)};
}

dnssec::Result<std::shared_ptr<const dnssec::Signer>> SealedKeyVault::open(KeyRole role, const DnssecKeyId& id,
                                                                           const dns::Rdata& dnskey, ByteView sealed) {
  const SecretBox* box = box_of(role);
  if (box == nullptr) {
    return no_ksk_store();
  }
  const auto record = Dnskey::from_rdata(dnskey.octets());
  if (!record) {
    return record.error();
  }
  const auto stored = box->open(sealed, storage::sealing_context(id));
  if (!stored) {
    return Error{Errc::bad_key, stored.error().detail};
  }
  const auto key = dnssec::PrivateKey::from_stored(stored->reveal());
  if (!key) {
    return key.error();
  }
  if (!key->matches(*record)) {
    return Error{Errc::bad_key, "the private key isn't that of its DNSKEY"};
  }
  return dnssec::make_signer(*key, record->flags);
}

}  // namespace minidns::central
