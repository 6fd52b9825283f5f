#pragma once

#include <cstdint>

namespace minidns::storage {

/// Where the change feed stands (DESIGN.md §3, "The change feed").
struct FeedPosition {
  std::int64_t seq = 0;             ///< number of the last change
  std::int64_t epoch = 0;           ///< of the database's identity; never accept an older one
  std::int64_t pruned_through = 0;  ///< changes up to here may be gone: a reader that is before it must read all anew
  std::int64_t system = 0;          ///< PostgreSQL's system identifier: another one is another database
};

}  // namespace minidns::storage
