#pragma once

#include "base/ids.hpp"
#include "storage/feed_position.hpp"
#include "storage/zone_record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace minidns::storage {

/// Which kind of nameserver consumes a catalog: they differ in the properties that they know.
enum class CatalogFamily { bind, knot };

/// The members of catalog zones (RFC 9432), kept as the pools' zones are. Any number of programs may call: a step holds
/// the catalog's row, and with it the position in the feed that its version stands for, so that one works on a catalog
/// at a time, and whoever was paused finds its transaction gone. Calls block and throw what storage/postgres/errors.hpp
/// has. Safe on any thread.
class Catalogs {
 public:
  virtual ~Catalogs() = default;

  /// Catalogs that are not as the feed wants them, as far as it is numbered.
  [[nodiscard]] virtual std::vector<ZoneId> behind() = 0;

  struct Step {
    enum class Kind {
      busy,  ///< somebody else works on it, or it is gone
      read,  ///< nothing was to be changed
      made,  ///< a version was made
    };
    Kind kind;
    std::optional<VersionStamp> stamp;  ///< for `made`
    std::size_t added = 0;
    std::size_t removed = 0;
    bool began_comparing = false;  ///< all members, since the feed doesn't lead on from where they stood
    bool has_more = false;         ///< the next step has something to do
  };
  /// One transaction: reads on in the feed and makes at most one version of all that it wants. A name that came back
  /// loses its old member no later than it gets the new one. Throws CommitInDoubt too.
  [[nodiscard]] virtual Step advance(const ZoneId& catalog) = 0;

  /// Changes of the feed that one step reads, zones that it compares, and members without a zone that it removes: a
  /// version, and the IXFR that a consumer has to take in at once, stays near a megabyte.
  static constexpr std::int64_t changes_max = 2000;
  static constexpr std::int64_t zones_max = 5000;
  static constexpr std::int64_t removals_max = 5000;
};

}  // namespace minidns::storage
