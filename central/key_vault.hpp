#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/secret_store.hpp"
#include "dns/rrset.hpp"
#include "dnssec/algorithm.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/error.hpp"
#include "dnssec/signer.hpp"
#include "storage/zone_keys.hpp"

#include <memory>

namespace minidns::central {

/// Where private DNSSEC keys are made and kept. What is "sealed" is what the database keeps of one: the encrypted key,
/// or a reference into a token which the key never leaves (docs/decisions/0008). Safe on every thread; may take a
/// second (RSA). Throws what its store of secrets throws.
class KeyVault {
 public:
  virtual ~KeyVault() = default;
  /// Whether it can make and open KSKs.
  [[nodiscard]] virtual bool has_ksk_store() const = 0;
  /// The key's tag may be taken in its zone: that is for the caller to see.
  [[nodiscard]] virtual dnssec::Result<storage::NewZoneKey> make(storage::KeyRole role, dnssec::Algorithm algorithm,
                                                                 const DnssecKeyId& id) = 0;
  /// The same for a key in BIND's private-key format. `bad_key`, `unknown_algorithm`: it is none.
  [[nodiscard]] virtual dnssec::Result<storage::NewZoneKey> take_in(storage::KeyRole role, const Secret& bind_text,
                                                                    const DnssecKeyId& id) = 0;
  /// `bad_key`: what is sealed can't be opened, or isn't the key of this DNSKEY.
  [[nodiscard]] virtual dnssec::Result<std::shared_ptr<const dnssec::Signer>> open(storage::KeyRole role,
                                                                                   const DnssecKeyId& id,
                                                                                   const dns::Rdata& dnskey,
                                                                                   ByteView sealed) = 0;
  /// The key in BIND's private-key format, for leaving. Errors as of `open`; a store need not give keys away.
  [[nodiscard]] virtual dnssec::Result<Secret> give_out(storage::KeyRole role, const DnssecKeyId& id,
                                                        const dns::Rdata& dnskey, ByteView sealed);
};

/// Keys that are kept in the database, sealed: ZSKs and CSKs in the store that mdns has too, KSKs in another.
class SealedKeyVault final : public KeyVault {
 public:
  /// Both must outlive this. `ksks`: null if there is no such store; then no zone can get a KSK.
  SealedKeyVault(const SecretStore& shared, const SecretStore* ksks) : shared_(shared), ksks_(ksks) {}

  [[nodiscard]] bool has_ksk_store() const override { return ksks_ != nullptr; }
  [[nodiscard]] dnssec::Result<storage::NewZoneKey> make(storage::KeyRole role, dnssec::Algorithm algorithm,
                                                         const DnssecKeyId& id) override;
  [[nodiscard]] dnssec::Result<storage::NewZoneKey> take_in(storage::KeyRole role, const Secret& bind_text,
                                                            const DnssecKeyId& id) override;
  [[nodiscard]] dnssec::Result<std::shared_ptr<const dnssec::Signer>> open(storage::KeyRole role, const DnssecKeyId& id,
                                                                           const dns::Rdata& dnskey,
                                                                           ByteView sealed) override;
  [[nodiscard]] dnssec::Result<Secret> give_out(storage::KeyRole role, const DnssecKeyId& id, const dns::Rdata& dnskey,
                                                ByteView sealed) override;

 private:
  [[nodiscard]] dnssec::Result<dnssec::PrivateKey> unseal(storage::KeyRole role, const DnssecKeyId& id,
                                                          const dnssec::Dnskey& dnskey, ByteView sealed) const;
  [[nodiscard]] dnssec::Result<storage::NewZoneKey> seal(storage::KeyRole role, const DnssecKeyId& id,
                                                         const dnssec::Result<dnssec::PrivateKey>& key) const;
  /// Null: there is none.
  [[nodiscard]] const SecretStore* store_of(storage::KeyRole role) const;

  const SecretStore& shared_;
  const SecretStore* const ksks_;
};

}  // namespace minidns::central
