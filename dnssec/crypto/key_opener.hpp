#pragma once

#include "base/bytes.hpp"
#include "base/secret_store.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/error.hpp"
#include "dnssec/signer.hpp"

#include <memory>
#include <string_view>

namespace minidns::dnssec {

/// Opens private keys to sign with, wherever they are. What is `sealed` is what the database keeps of one: the
/// encrypted key, or a reference to a key that never leaves its token (docs/decisions/0008). Safe on every thread; may
/// block.
class KeyOpener {
 public:
  virtual ~KeyOpener() = default;
  /// `context`: of the row that it is from. `bad_key`: what is sealed can't be opened, or isn't the key of `dnskey`.
  [[nodiscard]] virtual Result<std::shared_ptr<const Signer>> open(const Dnskey& dnskey, ByteView sealed,
                                                                   std::string_view context) const = 0;
};

/// Of keys that are sealed in the database: they are opened into our memory.
class SealedKeyOpener final : public KeyOpener {
 public:
  /// `secrets` must outlive this.
  explicit SealedKeyOpener(const SecretStore& secrets) : secrets_(secrets) {}
  [[nodiscard]] Result<std::shared_ptr<const Signer>> open(const Dnskey& dnskey, ByteView sealed,
                                                           std::string_view context) const override;
  /// The key itself. Errors as of `open`.
  [[nodiscard]] Result<PrivateKey> private_key(const Dnskey& dnskey, ByteView sealed, std::string_view context) const;

 private:
  const SecretStore& secrets_;
};

}  // namespace minidns::dnssec
