#pragma once

#include "base/data_key.hpp"
#include "base/secret_box.hpp"

#include <vector>

namespace minidns {

/// The master keys that a program was given, at least one. The first wraps what is new; all are tried, in turn, so that
/// the database may go from one to another while programs run.
class MasterKeys {
 public:
  explicit MasterKeys(SecretBox key) : keys_{std::move(key)} {}
  /// `bad_master_key`: there is none.
  [[nodiscard]] static Result<MasterKeys, SecretError> create(std::vector<SecretBox> keys);

  /// A new data key.
  [[nodiscard]] WrappedDataKey make(const DataKeyId& id, DataKeyPurpose purpose) const;
  [[nodiscard]] Result<SecretBox, SecretError> unwrap(const WrappedDataKey& data_key) const;
  /// What is sealed under one of them, without a data key.
  [[nodiscard]] Result<Secret, SecretError> open(ByteView sealed, std::string_view context) const;

 private:
  explicit MasterKeys(std::vector<SecretBox> keys) : keys_(std::move(keys)) {}
  std::vector<SecretBox> keys_;
};

/// `key` as it is stored.
[[nodiscard]] WrappedDataKey wrap(const SecretBox& master, const DataKeyId& id, DataKeyPurpose purpose,
                                  const SecretBox& key);

}  // namespace minidns
