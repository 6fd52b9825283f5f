#include "base/master_keys.hpp"

#include <utility>

namespace minidns {

Result<MasterKeys, SecretError> MasterKeys::create(std::vector<SecretBox> keys) {
  if (keys.empty()) {
    return SecretError{SecretErrc::bad_master_key, "there is no master key"};
  }
  return MasterKeys(std::move(keys));
}

WrappedDataKey MasterKeys::make(const DataKeyId& id, DataKeyPurpose purpose) const {
  return wrap(keys_.front(), id, purpose, SecretBox::random());
}

Result<SecretBox, SecretError> MasterKeys::unwrap(const WrappedDataKey& data_key) const {
  auto key = open(data_key.wrapped, wrapping_context(data_key.id, data_key.purpose));
  if (!key) {
    return key.error();
  }
  return SecretBox::create(*std::move(key));
}

Result<Secret, SecretError> MasterKeys::open(ByteView sealed, std::string_view context) const {
  for (const SecretBox& key : keys_) {
    auto secret = key.open(sealed, context);
    if (secret || secret.error().code != SecretErrc::wrong_master_key) {
      return secret;
    }
  }
  return SecretError{SecretErrc::wrong_master_key, "sealed under another master key"};
}

WrappedDataKey wrap(const SecretBox& master, const DataKeyId& id, DataKeyPurpose purpose, const SecretBox& key) {
  return {id, purpose, master.seal(key.key(), wrapping_context(id, purpose))};
}

}  // namespace minidns
