#pragma once

#include "base/clock.hpp"
#include "storage/zone_record.hpp"

#include <functional>
#include <optional>

namespace minidns::storage {

/// How versions get their numbers and serials, where storage makes a version by itself: the rule is central's.
struct VersionPolicy {
  /// `floor`: the last serial that the name was served with. `is_new_epoch`: since then.
  std::function<VersionStamp(const std::optional<dns::Serial>& floor, bool is_new_epoch, WallTime now)> first;
  std::function<VersionStamp(const VersionStamp& head, bool is_new_epoch, WallTime now)> next;
};

}  // namespace minidns::storage
