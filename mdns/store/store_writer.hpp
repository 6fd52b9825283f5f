#pragma once

#include "mdns/snapshot_cache.hpp"
#include "mdns/store/store_file.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace minidns::mdns::store {

/// One transaction of changes: all of it is in the file after `commit`, or nothing. Writes only what isn't there: the
/// chunks and steps that the version before hasn't got. All calls throw Fault; then drop it.
class StoreWriter {
 public:
  explicit StoreWriter(StoreFile& file);

  /// The zone's content at `head`, with the latest steps that led to it; an older one than is there is ignored.
  void put(const ContentKey& key, const storage::ZoneHead& head, const CachedZone& content);
  /// What is known of a zone; its contents stay as they are.
  void put_head(const storage::ZoneHead& head);
  void remove(const ZoneId& zone);

  void put_peers(const storage::TransferPeers& peers);
  void set_position(const StoredPosition& position) { state_.position = position; }
  void set_heard_at(std::int64_t unix_time_s) { state_.heard_at_s = unix_time_s; }

  [[nodiscard]] const State& state() const { return state_; }
  /// Octets of values written so far.
  [[nodiscard]] std::uint64_t octets() const { return octets_; }
  void commit();

 private:
  struct Noted {
    ContentKey key;
    SnapshotPointer snapshot;
    Sum content;
  };

  void put(Table table, ByteView key, ByteView value);
  [[nodiscard]] std::optional<ZoneRecord> read_zone(const ZoneId& zone) const;
  void put_zone(const ZoneRecord& record);
  [[nodiscard]] Sum put_content(const ContentKey& key, const CachedZone& zone, const std::optional<Sum>& before_sum);
  void put_chunks(const ContentKey& key, const dns::ZoneSnapshot& snapshot, const std::vector<Sum>& sums,
                  const std::vector<Sum>& before);
  [[nodiscard]] std::vector<StepReference> put_steps(const ContentKey& key, const std::vector<DeltaPointer>& steps,
                                                     const std::vector<StepReference>& before);
  [[nodiscard]] std::vector<Bytes> keys_with(Table table, ByteView prefix) const;
  void erase_all(Table table, ByteView prefix);

  StoreFile& file_;
  Transaction transaction_;
  State state_;
  std::vector<Noted> noted_;  // for WrittenContents, when it is true
  std::uint64_t octets_ = 0;
  std::uint64_t pages_octets_ = 0;  // what they take in the file, about
  const std::uint64_t pages_octets_max_;
};

}  // namespace minidns::mdns::store
