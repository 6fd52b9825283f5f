#pragma once

#include "base/data_key.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace minidns::storage {

/// What data keys are wrapped under: the master key that all programs have, or that which only central has.
enum class KeyHierarchy { shared, ksk };

/// Wrapped data keys (base/envelope.hpp). Calls block and throw what storage/postgres/errors.hpp has. Safe on every
/// thread.
class DataKeys {
 public:
  virtual ~DataKeys() = default;
  [[nodiscard]] virtual std::vector<WrappedDataKey> read(KeyHierarchy hierarchy) = 0;
  /// Adds those of `keys` of whose purpose there is none yet; whoever does so at the same time waits. Readers of keys
  /// are told by the feed.
  virtual void add_missing(KeyHierarchy hierarchy, const std::vector<WrappedDataKey>& keys) = 0;

  struct Rewrap {
    KeyHierarchy hierarchy;
    /// The same data key under another master key; what it throws ends the transaction.
    std::function<WrappedDataKey(const WrappedDataKey&)> under_another;
  };
  /// Changes all data keys of these hierarchies in one transaction; readers of keys are told by the feed. Returns how
  /// many there are.
  virtual std::size_t rewrap(const std::vector<Rewrap>& rewraps) = 0;
};

/// What was sealed before there were data keys, under a master key itself (SecretBox), is sealed anew. Throws as
/// DataKeys.
class OldSealedValues {
 public:
  virtual ~OldSealedValues() = default;

  struct Value {
    std::string context;  ///< that it is sealed with
    Bytes sealed;
  };
  using SealAnew = std::function<Bytes(const Value&)>;
  /// All of one hierarchy, in transactions of up to `batch` rows; returns how many. Rows that come meanwhile are sealed
  /// under data keys already.
  virtual std::size_t seal_anew(KeyHierarchy hierarchy, const SealAnew& seal_anew) = 0;
  static constexpr std::int32_t batch = 1000;
};

}  // namespace minidns::storage
