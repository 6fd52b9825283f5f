#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace minidns {

/// What a data key is for. It is authenticated: a key can't be used for something else.
enum class DataKeyPurpose {
  seal,    ///< seals what all programs open: TSIG secrets, credentials, ZSKs, CSKs
  derive,  ///< other keys are derived of it; there is one, forever
  ksk      ///< seals KSKs; wrapped under the master key that only central has
};

/// A data key as it is stored: wrapped under a master key (SecretBox, context `wrapping_context`).
struct WrappedDataKey {
  DataKeyId id;
  DataKeyPurpose purpose;
  Bytes wrapped;

  friend bool operator==(const WrappedDataKey&, const WrappedDataKey&) = default;
};

[[nodiscard]] inline std::string_view to_text(DataKeyPurpose purpose) {
  return purpose == DataKeyPurpose::seal ? "seal" : purpose == DataKeyPurpose::derive ? "derive" : "ksk";
}

[[nodiscard]] inline std::string wrapping_context(const DataKeyId& id, DataKeyPurpose purpose) {
  return "data-key:" + std::string(to_text(purpose)) + ":" + id.to_string();
}

/// Where data keys come from: the database. Blocks; safe on every thread.
class DataKeySource {
 public:
  virtual ~DataKeySource() = default;
  /// All of one hierarchy (`seal` and `derive`, or `ksk`). Throws std::runtime_error if it can't be asked.
  [[nodiscard]] virtual std::vector<WrappedDataKey> read() = 0;
};

}  // namespace minidns
