#pragma once

#include "mdns/content_key.hpp"
#include "mdns/snapshot_cache.hpp"
#include "mdns/store/store_file.hpp"
#include "storage/zone_content.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace minidns::mdns::test {

/// A folder that is gone at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A zone that changes at random, the same way each time.
class ChangingZone {
 public:
  ChangingZone(std::uint32_t number, std::size_t rrsets);

  /// To the next version.
  void change(std::size_t changes = 3);
  [[nodiscard]] ContentKey key() const { return {id_, default_view}; }
  [[nodiscard]] storage::ZoneHead head() const;
  /// The newest version, and the steps since the first.
  [[nodiscard]] CachedZone cached() const { return {snapshot_, steps_}; }
  [[nodiscard]] const SnapshotPointer& snapshot() const { return snapshot_; }

 private:
  ZoneId id_;
  dns::test::RandomZone random_;
  dns::test::Content content_;
  SnapshotPointer snapshot_;
  std::vector<DeltaPointer> steps_;
};

[[nodiscard]] ZoneId zone_id(std::uint32_t number);
[[nodiscard]] PoolId store_pool();
/// All that a secondary could see of a content: the octets of its chunks, version and steps.
[[nodiscard]] Bytes octets_of(const CachedZone& zone);
void put(store::StoreFile& file, const std::vector<ChangingZone>& zones);

inline constexpr std::uint64_t large_map = std::uint64_t{1} << 30;

}  // namespace minidns::mdns::test
