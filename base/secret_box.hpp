#pragma once

#include "base/secret_store.hpp"

#include <array>
#include <cstdint>

namespace minidns {

/// Seals under one key: a master key, which wraps data keys (base/envelope.hpp). AES-256-GCM. Sealed form: version
/// octet 1, 4 octets of key id, 12 of nonce, ciphertext, 16 of tag.
class SecretBox final : public SecretStore {
 public:
  static constexpr std::uint8_t version = 1;
  using KeyId = std::array<std::uint8_t, 4>;

  /// `key` must have 32 octets: `bad_master_key`.
  [[nodiscard]] static Result<SecretBox, SecretError> create(Secret key);
  /// A new one.
  [[nodiscard]] static SecretBox random();

  [[nodiscard]] Bytes seal(const Secret& secret, std::string_view context) const override;
  [[nodiscard]] Result<Secret, SecretError> open(ByteView sealed, std::string_view context) const override;
  /// HKDF-Expand with SHA-256 (RFC 5869 §2.3; the key is uniformly random, so it is taken as it is, §3.3). No errors.
  [[nodiscard]] Result<Secret, SecretError> derive(std::string_view purpose) const override;

  /// Tells another key from tampering, and says nothing about the key itself.
  [[nodiscard]] const KeyId& key_id() const { return key_id_; }
  /// For wrapping it.
  [[nodiscard]] const Secret& key() const { return key_; }

 private:
  explicit SecretBox(Secret key);
  Secret key_;
  KeyId key_id_;
};

}  // namespace minidns
