#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace minidns {

enum class SecretBoxErrc { bad_master_key, wrong_master_key, malformed };

struct SecretBoxError {
  SecretBoxErrc code;
  std::string detail;
};

/// Seals secrets for storage with AES-256-GCM under a master key (NIST SP 800-38D; 96-bit random nonce).
/// Sealed form: version octet 1, 4 octets of key id, 12 of nonce, ciphertext, 16 of tag. The context (say
/// "tsig-key:" and its id) is authenticated, so that a sealed value can't be moved to another row.
class SecretBox {
 public:
  /// `master_key` must have 32 octets.
  [[nodiscard]] static Result<SecretBox, SecretBoxError> create(Secret master_key);
  /// Reads a file with 64 hexadecimal digits and an optional newline; refuses one that others may read.
  [[nodiscard]] static Result<SecretBox, SecretBoxError> from_file(const std::string& path);

  [[nodiscard]] Bytes seal(const Secret& secret, std::string_view context) const;
  [[nodiscard]] Result<Secret, SecretBoxError> open(ByteView sealed, std::string_view context) const;
  /// A key of 32 octets for another use, the same wherever the master key is: HKDF-Expand with SHA-256 (RFC 5869 §2.3;
  /// the master key is uniformly random, so it is taken as it is, §3.3). `purpose` tells one use from another.
  [[nodiscard]] Secret derive(std::string_view purpose) const;

 private:
  explicit SecretBox(Secret master_key);
  Secret master_key_;
};

}  // namespace minidns
