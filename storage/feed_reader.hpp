#pragma once

#include "base/ids.hpp"
#include "base/uuid.hpp"
#include "dns/version.hpp"
#include "storage/feed_position.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace minidns::storage {

/// One row of the change feed, as a reader of zones needs it.
struct FeedChange {
  enum class Kind { zone, key, nameserver, pool };
  /// A version of a zone: created, updated or deleted.
  struct ZoneVersion {
    ZoneId zone;
    dns::Version version;
  };

  std::int64_t seq;
  Kind kind;
  std::variant<ZoneVersion, Uuid> subject;  ///< a zone's version, or the id of the key, nameserver or pool
};

/// What a look at the feed brought: where it stands, and the changes after the reader's position, oldest first, without
/// a gap.
struct FeedBatch {
  FeedPosition head;
  std::vector<FeedChange> changes;
};

/// A line of a hint (storage/hints.hpp), as it came.
struct Hint {
  std::string channel;
  std::string payload;
};

/// Reads the change feed and hears hints, on a session of its own: for one thread. All calls throw
/// postgres::Unavailable and postgres::StatementError; the next call then connects anew.
class FeedReader {
 public:
  virtual ~FeedReader() = default;

  /// Up to `count_max` changes after `seq`, and the head in the same state of the database.
  [[nodiscard]] virtual FeedBatch read_after(std::int64_t seq, std::size_t count_max) = 0;

  /// Hints that came since the last call; waits up to `timeout` for the first. Listens from the first call on; after a
  /// lost session hints are missing, so read the feed.
  [[nodiscard]] virtual std::vector<Hint> wait_hints(std::chrono::milliseconds timeout) = 0;
};

}  // namespace minidns::storage
