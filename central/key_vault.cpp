#include "central/key_vault.hpp"

#include "dnssec/crypto/key_opener.hpp"
#include "dnssec/crypto/make_signer.hpp"
#include "dnssec/dnskey.hpp"

namespace minidns::central {
namespace {

using dnssec::Dnskey;
using dnssec::Errc;
using dnssec::Error;
using storage::KeyRole;

Error no_ksk_store() {
  return {Errc::bad_key, "there is no KSK master key"};
}

}  // namespace

dnssec::Result<Secret> KeyVault::give_out(KeyRole /*role*/, const DnssecKeyId& /*id*/, const dns::Rdata& /*dnskey*/,
                                          ByteView /*sealed*/) {
  return Error{Errc::bad_key, "the key can't leave its store"};
}

const SecretStore* SealedKeyVault::store_of(KeyRole role) const {
  return role == KeyRole::ksk ? ksks_ : &shared_;
}

dnssec::Result<storage::NewZoneKey> SealedKeyVault::make(KeyRole role, dnssec::Algorithm algorithm,
                                                         const DnssecKeyId& id) {
  return seal(role, id, dnssec::PrivateKey::generate(algorithm));
}

dnssec::Result<storage::NewZoneKey> SealedKeyVault::take_in(KeyRole role, const Secret& bind_text,
                                                            const DnssecKeyId& id) {
  const auto octets = bind_text.reveal();
  return seal(role, id,
              dnssec::PrivateKey::from_bind_text({reinterpret_cast<const char*>(octets.data()), octets.size()}));
}

dnssec::Result<storage::NewZoneKey> SealedKeyVault::seal(KeyRole role, const DnssecKeyId& id,
                                                         const dnssec::Result<dnssec::PrivateKey>& key) const {
  const SecretStore* store = store_of(role);
  if (store == nullptr) {
    return no_ksk_store();
  }
  if (!key) {
    return key.error();
  }
  const std::uint16_t flags = role == KeyRole::zsk ? Dnskey::flags_zsk : Dnskey::flags_ksk;
  const Dnskey dnskey = key->dnskey(flags);
  return storage::NewZoneKey{.id = id,
                             .role = role,
                             .key_tag = dnskey.key_tag(),
                             .algorithm = static_cast<std::uint8_t>(key->algorithm()),
                             .dnskey = dnskey.rdata(),
                             .state = storage::KeyState::active,
                             .private_sealed = store->seal(key->stored(), storage::sealing_context(id))};
}

dnssec::Result<dnssec::PrivateKey> SealedKeyVault::unseal(KeyRole role, const DnssecKeyId& id, const Dnskey& dnskey,
                                                          ByteView sealed) const {
  const SecretStore* store = store_of(role);
  if (store == nullptr) {
    return no_ksk_store();
  }
  return dnssec::SealedKeyOpener(*store).private_key(dnskey, sealed, storage::sealing_context(id));
}

dnssec::Result<std::shared_ptr<const dnssec::Signer>> SealedKeyVault::open(KeyRole role, const DnssecKeyId& id,
                                                                           const dns::Rdata& dnskey, ByteView sealed) {
  const auto record = Dnskey::from_rdata(dnskey.octets());
  if (!record) {
    return record.error();
  }
  const auto key = unseal(role, id, *record, sealed);
  return key ? dnssec::make_signer(*key, record->flags)
             : dnssec::Result<std::shared_ptr<const dnssec::Signer>>(key.error());
}

dnssec::Result<Secret> SealedKeyVault::give_out(KeyRole role, const DnssecKeyId& id, const dns::Rdata& dnskey,
                                                ByteView sealed) {
  const auto record = Dnskey::from_rdata(dnskey.octets());
  if (!record) {
    return record.error();
  }
  const auto key = unseal(role, id, *record, sealed);
  return key ? key->to_bind_text() : dnssec::Result<Secret>(key.error());
}

}  // namespace minidns::central
