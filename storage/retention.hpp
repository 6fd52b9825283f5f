#pragma once

#include "base/ids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace minidns::storage {

/// Takes what no reader needs any more out of the database, in steps of about a thousand rows, each a transaction of
/// its own that commits asynchronously. Several programs may do it at once. Calls block and throw what
/// storage/postgres/errors.hpp has.
class Retention {
 public:
  virtual ~Retention() = default;

  struct Step {
    std::optional<std::int64_t> next;  ///< position in the feed to go on at; nothing: no old change is left after it
    std::int64_t pruned;               ///< rows
  };
  /// Prunes versions that are neither among a zone's `versions_min` newest nor younger than `age`, of the zones of the
  /// next changes after `after`.
  [[nodiscard]] virtual Step prune_history(std::int64_t after, std::int64_t versions_min,
                                           std::chrono::milliseconds age) = 0;
  /// Removes rows of zones that were deleted longer than `age` ago and that no nameserver has any more, and the
  /// tombstones of such; returns their number, 0 if there was nothing to do.
  [[nodiscard]] virtual std::int64_t remove_deleted(std::chrono::milliseconds age) = 0;

  struct KeySetStep {
    std::optional<KeySetId> next;  ///< where to go on; nothing: that were all
    std::int64_t pruned;
  };
  /// Removes key sets that were made longer than `age` ago and that no zone and no version of the history has any more,
  /// among the next after `after`.
  [[nodiscard]] virtual KeySetStep prune_key_sets(const std::optional<KeySetId>& after,
                                                  std::chrono::milliseconds age) = 0;
  /// Destroys keys, with their private parts, that were taken out of their zone longer than `age` ago and that no key
  /// set has any more; returns their number, 0 if there was nothing to do.
  [[nodiscard]] virtual std::int64_t destroy_keys(std::chrono::milliseconds age) = 0;
};

}  // namespace minidns::storage
