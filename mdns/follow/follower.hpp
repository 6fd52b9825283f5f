#pragma once

#include "base/log.hpp"
#include "base/secret_store.hpp"
#include "mdns/follow/database_state.hpp"
#include "mdns/follow/lost_versions.hpp"
#include "mdns/follow/update_queue.hpp"
#include "mdns/metrics.hpp"
#include "mdns/notify/coordinator.hpp"
#include "mdns/notify/sender.hpp"
#include "mdns/peers.hpp"
#include "mdns/store/local_store.hpp"
#include "mdns/zone_index.hpp"
#include "storage/feed_reader.hpp"
#include "storage/recovery.hpp"
#include "storage/transfer_peers.hpp"
#include "storage/zone_content.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace minidns::mdns {

/// A database that can be followed: the primary, or a replica.
struct FollowedDatabase {
  storage::FeedReader& feed;
  storage::ZoneContent& content;
  storage::TransferPeersReader& peers;
};

/// What the follower works on; all must outlive it.
struct FollowerContext {
  FollowedDatabase primary;
  std::vector<FollowedDatabase> replicas;
  storage::RecoveryReports& recovery;
  const SecretStore& secrets;
  ZoneIndex& index;
  SnapshotCache& cache;
  ZoneLoader& loader;
  WorkerPool& workers;
  UpdateQueue& updates;
  PublishedPeers& peers;
  NotifyCoordinator& coordinator;
  NotifySender& sender;
  DatabaseState& state;
  const Clock& clock;
  const FollowMetrics& metrics;
  const Logger& log;
  /// Called when the database is one that this program must not use (another schema): it can't go on.
  std::function<void(const std::string&)> on_fatal;
  LocalStore* store = nullptr;  ///< null: there is none
  /// Told of each epoch that is heard of, or that we are already in: sessions to an older one are of no use.
  std::function<void(std::int64_t)> on_epoch = [](std::int64_t) {};
  /// Told of data keys that were read with the keys which they seal, before those are opened.
  std::function<void(const std::vector<WrappedDataKey>&)> on_data_keys = [](const std::vector<WrappedDataKey>&) {};
};

/// Keeps index and peers as the database says, on a thread of its own (`run`). Hints are acted on at once; the feed,
/// read at least once a second from our own position, makes it complete.
///
/// While the primary is away, replicas are asked once a second: without hints, and what they lack is waited for.
///
/// At start it takes over what the local store has, which is served until the database is there, and after.
///
///     away ──connected──▶ load or compare the index ──▶ following ──feed behind us, pruned, new epoch──▶ compare
///       ▲                                                  │
///       └────────────────── database lost ─────────────────┘     (what is in memory is served on)
class Follower {
 public:
  explicit Follower(FollowerContext context)
      : c_(std::move(context)), lost_(c_.recovery, c_.index, c_.log, c_.metrics) {}

  /// Until `stop`.
  void run();
  void stop() { stopping_.store(true); }

  static constexpr std::chrono::milliseconds poll_interval{1000};
  /// Changes read at a time.
  static constexpr std::size_t batch_max = 1000;

 private:
  void restore();
  void publish_restored(const LocalStore::Restored& restored);
  void follow();
  void catch_up();
  void tell_store();
  void refuse_older_epoch(storage::FeedReader& feed) const;
  void first_load(const FollowedDatabase& database);
  void load_peers(storage::TransferPeersReader& reader);
  void publish_peers(const storage::TransferPeers& stored);
  void notify_first_of_each_pool();
  void hear_hints();
  void hear(const storage::Hint& hint);
  void hear_versions(const std::string& payload);
  void hear_renotify(const std::string& payload);
  void read_feed();
  [[nodiscard]] bool take(const storage::FeedBatch& batch, storage::TransferPeersReader& peers);
  void compare(const storage::FeedPosition& head, const FollowedDatabase& database);
  [[nodiscard]] std::size_t remove_missing(storage::ZoneContent& content, const std::unordered_set<ZoneId>& present,
                                           bool was_set_back);
  void wait_for_primary();
  [[nodiscard]] bool poll_replicas();
  void poll(const FollowedDatabase& replica);
  [[nodiscard]] bool leads_on(const storage::FeedPosition& head) const;
  void publish_metrics();
  void database_lost(const std::string& reason);
  void database_found();

  FollowerContext c_;
  std::atomic<bool> stopping_{false};
  // Touched by `run`'s thread only.
  std::optional<storage::FeedPosition> position_;        // nothing: the index was never read
  std::int64_t epoch_min_ = 0;                           // of the local store
  std::vector<std::pair<ZoneId, dns::Version>> behind_;  // in the local store, and to be brought up to date
  bool feed_hinted_ = false;
  bool connected_ = false;
  bool told_ = false;  // the log says that the database is away
  SteadyTime polled_at_{};
  std::int64_t head_seq_ = 0;
  LostVersions lost_;
};

}  // namespace minidns::mdns
