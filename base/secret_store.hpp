#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace minidns {

enum class SecretErrc {
  bad_master_key,
  wrong_master_key,  ///< sealed under a master key that isn't among ours
  unknown_data_key,  ///< sealed under a data key that isn't known; it may be later
  malformed          ///< not what was sealed, or not in this place
};

struct SecretError {
  SecretErrc code;
  std::string detail;
};

/// There is nothing to seal with: an operator must act.
class SecretStoreUnusable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where secrets go that are kept in the database. What is "sealed" is what the database keeps of one: the encrypted
/// secret (Envelope), or a reference to where it is (docs/decisions/0008). Safe on every thread.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  /// `context` (say "tsig-key:" and its id) is authenticated, so that what is sealed can't be moved to another row.
  /// Throws SecretStoreUnusable, and what the store's source of keys throws.
  [[nodiscard]] virtual Bytes seal(const Secret& secret, std::string_view context) const = 0;
  [[nodiscard]] virtual Result<Secret, SecretError> open(ByteView sealed, std::string_view context) const = 0;
  /// A key of 32 octets for another use, the same in every program that has the store. `purpose` tells one use from
  /// another.
  [[nodiscard]] virtual Result<Secret, SecretError> derive(std::string_view purpose) const = 0;

 protected:
  SecretStore() = default;
  SecretStore(const SecretStore&) = default;
  SecretStore(SecretStore&&) = default;
  SecretStore& operator=(const SecretStore&) = default;
  SecretStore& operator=(SecretStore&&) = default;
};

}  // namespace minidns
