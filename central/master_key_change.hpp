#pragma once

#include "base/master_keys.hpp"
#include "central/secrets.hpp"
#include "storage/data_keys.hpp"

#include <cstddef>
#include <optional>

namespace minidns::central {

/// The master keys of both hierarchies, as far as there are any.
struct BothMasterKeys {
  MasterKeys shared;
  std::optional<MasterKeys> ksk;
};

/// Those to come; nothing: that hierarchy stays as it is.
struct NextMasterKeys {
  std::optional<SecretBox> shared;
  std::optional<SecretBox> ksk;
};

struct MasterKeyChange {
  std::size_t data_keys = 0;     ///< that are under the new master key
  std::size_t sealed_anew = 0;   ///< values that were sealed before there were data keys
  std::size_t not_openable = 0;  ///< of those: left as they are
};

/// Puts the data keys under other master keys, while programs run that have the old ones: what they have opened stays
/// open. `present`: those that the data keys are under, and `secrets` with them. Values that are sealed under a master
/// key itself are sealed under a data key first, or the old one could never be taken away.
///
/// Throws std::runtime_error, with all data keys as they were, if one of them can't be opened; and what storage throws.
[[nodiscard]] MasterKeyChange change_master_keys(storage::DataKeys& keys, storage::OldSealedValues& values,
                                                 const Secrets& secrets, const BothMasterKeys& present,
                                                 const NextMasterKeys& next);

}  // namespace minidns::central
