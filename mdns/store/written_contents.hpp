#pragma once

#include "mdns/snapshot_cache.hpp"
#include "mdns/store/records.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace minidns::mdns::store {

/// Which snapshots are in the file as they are in memory: what a later version shares with one needs no new sum, so a
/// change in a large zone costs as much as the chunks it touched. Only makes things fast. Safe on every thread.
class WrittenContents {
 public:
  /// `snapshot` is in the file as the Content with this sum.
  void note(const ContentKey& key, const SnapshotPointer& snapshot, const Sum& content);
  void forget(const ContentKey& key);

  /// The sums of a snapshot's chunks, in order. `before` is the Content of this key that is in the file, if there is
  /// one, and `before_sum` its sum.
  [[nodiscard]] std::vector<Sum> sums_of(const ContentKey& key, const dns::ZoneSnapshot& snapshot,
                                         const std::optional<Content>& before, const std::optional<Sum>& before_sum);

  /// Smaller ones are summed up in less time than this saves.
  static constexpr std::size_t chunks_min = 8;
  /// When there are more, all are forgotten: each costs one whole sum then.
  static constexpr std::size_t contents_max = 20'000;

 private:
  struct Written {
    std::weak_ptr<const dns::ZoneSnapshot> snapshot;
    Sum content;
  };
  [[nodiscard]] SnapshotPointer find(const ContentKey& key, const Sum& content);

  std::mutex mutex_;  // guards contents_
  std::map<ContentKey, Written> contents_;
};

}  // namespace minidns::mdns::store
