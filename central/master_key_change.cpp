#include "central/master_key_change.hpp"

#include <stdexcept>
#include <vector>

namespace minidns::central {
namespace {

using storage::KeyHierarchy;

storage::DataKeys::Rewrap rewrap_to(KeyHierarchy hierarchy, const MasterKeys& present, const SecretBox& next) {
  return {hierarchy, [&present, &next](const WrappedDataKey& wrapped) {
            const auto key = present.unwrap(wrapped);
            if (!key) {
              throw std::runtime_error("data key " + wrapped.id.to_string() + ": " + key.error().detail);
            }
            return wrap(next, wrapped.id, wrapped.purpose, *key);
          }};
}

void seal_anew(KeyHierarchy hierarchy, storage::OldSealedValues& values, const SecretStore& store,
               MasterKeyChange& change) {
  const std::size_t count = values.seal_anew(hierarchy, [&](const storage::OldSealedValues::Value& value) -> Bytes {
    const auto secret = store.open(value.sealed, value.context);
    if (!secret) {
      ++change.not_openable;
      return value.sealed;
    }
    return store.seal(*secret, value.context);
  });
  change.sealed_anew += count;
}

}  // namespace

MasterKeyChange change_master_keys(storage::DataKeys& keys, storage::OldSealedValues& values, const Secrets& secrets,
                                   const BothMasterKeys& present, const NextMasterKeys& next) {
  if (next.ksk && (!present.ksk || secrets.ksks() == nullptr)) {
    throw std::runtime_error("there is no KSK master key to change");
  }
  secrets.check();
  MasterKeyChange change;
  std::vector<storage::DataKeys::Rewrap> rewraps;
  if (next.shared) {
    seal_anew(KeyHierarchy::shared, values, secrets.shared(), change);
    rewraps.push_back(rewrap_to(KeyHierarchy::shared, present.shared, *next.shared));
  }
  if (next.ksk) {
    seal_anew(KeyHierarchy::ksk, values, *secrets.ksks(), change);
    rewraps.push_back(rewrap_to(KeyHierarchy::ksk, *present.ksk, *next.ksk));
  }
  change.sealed_anew -= change.not_openable;
  change.data_keys = keys.rewrap(rewraps);
  return change;
}

}  // namespace minidns::central
