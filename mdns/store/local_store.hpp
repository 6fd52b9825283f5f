#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "mdns/snapshot_cache.hpp"
#include "mdns/store/folder.hpp"
#include "mdns/store/records.hpp"
#include "mdns/store/store_file.hpp"
#include "mdns/store/store_settings.hpp"
#include "mdns/store/write_queue.hpp"
#include "mdns/zone_index.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace minidns::mdns {

struct StoreMetrics {
  Gauge octets;   ///< of the file
  Gauge queue;    ///< zones that wait to be stored
  Gauge missing;  ///< contents that couldn't be stored and will be tried again
  Counter zones_written;
  Counter octets_written;
  Counter commits;
  Counter read;
  Counter absent;
  Counter full;
  Counter damaged;
  Counter failed;
  Counter set_aside;
};
[[nodiscard]] StoreMetrics make_store_metrics(Metrics& metrics);

/// What mdns serves, on disk, so that it can be served again after a restart without the database: zone index, contents
/// with their latest steps, keys and nameservers, and where in the change feed that is (DESIGN.md §4, Local store).
///
/// One thread writes, in batches, what the others hand over without waiting. What can't be written is remembered and
/// brought again; the position moves on only when nothing is missing. What is found to be damaged is set aside as a
/// whole and written anew, as soon as the database is there to read it from; until then it's only read, and each value
/// that is served is checked.
///
/// Safe on every thread, but for what is said to be called before `start`.
class LocalStore {
 public:
  /// Opens, or sets aside what can't be opened. Without a folder that can be used there is no store: logged.
  LocalStore(const StoreSettings& settings, const ZoneIndex& index, const Clock& clock, const Logger& log,
             StoreMetrics metrics);
  ~LocalStore();
  LocalStore(const LocalStore&) = delete;
  LocalStore& operator=(const LocalStore&) = delete;

  /// What there was at start.
  struct Restored {
    store::StoredPosition position;
    storage::TransferPeers peers;
    std::chrono::seconds age;
    bool is_too_old = false;  ///< nothing was published
    /// Zones of which a newer version was known than there was content.
    std::vector<std::pair<ZoneId, dns::Version>> behind;
  };
  /// Calls `publish` for each zone. Nothing if there is no store, or it is new, or damaged: set aside then, and
  /// `publish` wasn't called. Before `start`.
  [[nodiscard]] std::optional<Restored> restore(const std::function<void(const storage::ZoneHead&)>& publish);

  /// Asked for a content that is missing here; false if the zone is gone. Must not wait.
  using Bring = std::function<bool(const ContentKey&)>;
  void set_bring(Bring bring) { bring_ = std::move(bring); }  // before `start`
  void start();
  /// Writes what waits, for up to `stop_limit`.
  void stop();

  /// Nothing if it isn't there, or not as it was written. Blocks for the disk.
  [[nodiscard]] std::optional<CachedZone> read(const ContentKey& key);

  // Of these none waits.
  /// A content that is served now. `before`: the one that it was made from, or null.
  void put(const ContentKey& key, const PoolId& pool, CachedZone content, SnapshotPointer before);
  void remove(const ZoneId& zone);
  /// All zones of the index, and no others: after it was read as a whole.
  void put_index();
  void put_peers(storage::TransferPeers peers);
  /// The database was heard; all changes up to the position are in the index, and what was loaded was `put`.
  void heard(store::StoredPosition position);

  static constexpr std::chrono::seconds stop_limit{10};
  /// Between two tries to write after one failed.
  static constexpr std::chrono::seconds retry_delay{30};
  /// How exactly it is stored when the database was heard, and the position if nothing else is written.
  static constexpr std::chrono::seconds heard_interval{10};
  static constexpr std::chrono::seconds position_interval{1};
  static constexpr std::size_t batch_zones_max = 1000;
  /// Missing contents that are asked for at a time.
  static constexpr std::size_t bring_max = 256;

 private:
  using FilePointer = std::shared_ptr<store::StoreFile>;
  /// What one transaction shall write.
  struct Work {
    std::vector<store::WriteQueue::Zone> zones;
    std::vector<ZoneId> compared;  ///< with the index
    std::optional<storage::TransferPeers> peers;
    std::optional<store::StoredPosition> position;
    std::optional<std::int64_t> heard_at_s;
    [[nodiscard]] bool empty() const { return zones.empty() && compared.empty() && !peers && !position && !heard_at_s; }
  };

  void open();
  [[nodiscard]] FilePointer file() const;
  void report(const store::Fault& fault, const FilePointer& where);
  void set_aside(const std::string& reason);
  [[nodiscard]] std::int64_t now_s() const;

  // writing.cpp
  void run();
  void wait_for_work();
  void work();
  [[nodiscard]] bool is_replaceable() const;
  [[nodiscard]] bool is_writable(const FilePointer& present) const;
  [[nodiscard]] Work take_work();
  void begin_comparison();
  void take_position(Work& work) const;
  void remove_gone(const FilePointer& present, const Work& work);
  void write(const FilePointer& present, const Work& work);
  void written(const Work& work, const store::StoreFile& present, std::uint64_t octets);
  void give_up(Work work);
  void bring_missing();
  [[nodiscard]] bool is_stored(const ContentKey& key) const;
  void verify();

  const StoreSettings settings_;
  const ZoneIndex& index_;
  const Clock& clock_;
  const Logger& log_;
  const StoreMetrics metrics_;
  std::unique_ptr<store::Folder> folder_;  // null: there is no store
  Bring bring_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  FilePointer file_;  // null: it couldn't be opened
  store::WriteQueue queue_;
  std::optional<storage::TransferPeers> new_peers_;
  struct Heard {
    store::StoredPosition position;
    std::uint64_t ticket;
    std::int64_t at_s;
  };
  std::optional<Heard> heard_;
  bool index_wanted_ = false;
  bool damaged_ = false;
  bool stopping_ = false;

  // Touched by the writing thread only, once it has started.
  std::vector<ZoneId> unpublished_;              // that the file had, and `restore` did not publish
  std::vector<ZoneId> to_compare_;               // the last one first
  std::optional<storage::TransferPeers> peers_;  // for a store that is made anew
  std::optional<SteadyTime> retry_at_;           // writing failed
  SteadyTime bring_at_{};
  std::optional<ContentKey> last_brought_;
  SteadyTime position_at_{};
  store::StoredPosition written_position_;
  std::int64_t written_heard_at_s_ = 0;

  std::thread writer_;
  std::thread verifier_;
};

}  // namespace minidns::mdns
