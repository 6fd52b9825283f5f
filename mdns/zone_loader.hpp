#pragma once

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "dns/version.hpp"
#include "mdns/content_key.hpp"
#include "mdns/metrics.hpp"
#include "mdns/past_differences.hpp"
#include "mdns/signing/content_signer.hpp"
#include "mdns/signing/digest_check.hpp"
#include "mdns/snapshot_cache.hpp"
#include "mdns/store/local_store.hpp"
#include "mdns/zone_index.hpp"
#include "storage/content_source.hpp"
#include "storage/zone_content.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

/// What came of looking for a zone's newest version in a view.
struct Loaded {
  enum class Outcome {
    ready,        ///< `snapshot` is there
    gone,         ///< the zone is deleted
    unavailable,  ///< the database doesn't answer, or the version is withheld
    corrupt,      ///< what the database has is no zone, can't be signed, or others made another of it; logged
    overloaded    ///< too many loads are waiting
  };
  Outcome outcome;
  SnapshotPointer snapshot;  ///< for `ready`
  /// Of the snapshot's version; null also if the database is behind the snapshot.
  std::shared_ptr<const storage::ZoneHead> head = nullptr;
};

/// Brings zones, each as one view sees it, from the database into the cache; one load per zone and view at a time,
/// whoever asks (a transfer, or the ZoneUpdater). What isn't cached is looked for in the local store first. A content
/// that is new enough there needs no database; an older one takes a step (the rows that changed); others are read as a
/// whole. A zone that is gone leaves index and store, too. A
/// signed version is signed on the way (signing/content_signer.hpp), and compared with what other instances made of it
/// (signing/digest_check.hpp). Steps that wait for a worker are taken many at a
/// time: a thousand zones that changed while the database was away cost some twenty round trips.
class ZoneLoader {
 public:
  using OnLoaded = std::function<void(const Loaded&)>;

  ZoneLoader(storage::ContentSource& source, SnapshotCache& cache, ZoneIndex& index, const Logger& log,
             LoaderMetrics metrics, ContentSigner& signer, LocalStore* store = nullptr, DigestCheck* digests = nullptr);

  /// Calls `on_loaded` once, on a thread of `pool` or at once on this one, with a version of at least `at_least` if the
  /// database has one. Never blocks. `on_loaded` must be short and not throw.
  void load(WorkerPool& pool, const ContentKey& key, dns::Version at_least, OnLoaded on_loaded);

  /// A difference that leads from `from` to what `snapshot` holds, for an IXFR; nothing if there is none of at most
  /// `octets_max` octets. Asks the database if memory doesn't reach back. Blocks: for worker threads.
  [[nodiscard]] std::optional<dns::Delta> find_difference(const ContentKey& key, dns::Serial from,
                                                          const SnapshotPointer& snapshot, std::size_t octets_max);

 private:
  struct Waiter {
    dns::Version at_least;
    OnLoaded on_loaded;
  };
  /// A content that is being loaded. Those who came while it ran may have heard of a version that it didn't see.
  struct Flight {
    std::vector<Waiter> present;
    std::vector<Waiter> late;
  };

  void start(WorkerPool& pool, const ContentKey& key);
  [[nodiscard]] bool withdraw(WorkerPool& pool, const ContentKey& key);
  [[nodiscard]] std::vector<ContentKey> take_waiting(WorkerPool& pool);
  void run(WorkerPool& pool);
  [[nodiscard]] std::vector<Loaded> step_all(const std::vector<ContentKey>& keys);
  [[nodiscard]] Loaded guarded(const ContentKey& key, const std::function<Loaded()>& work) const;
  [[nodiscard]] Loaded take_step(storage::ZoneContent& content, const ContentKey& key, const CachedZone& cached,
                                 storage::ZoneContent::Step step);
  void finish(WorkerPool& pool, const ContentKey& key, const Loaded& loaded);
  [[nodiscard]] Loaded refresh(const ContentKey& key, dns::Version at_least);
  [[nodiscard]] std::optional<Loaded> read_stored(const ContentKey& key, dns::Version at_least);
  [[nodiscard]] std::shared_ptr<const storage::ZoneHead> head_of(const ContentKey& key,
                                                                 const dns::ZoneSnapshot& snapshot) const;
  void store(const ContentKey& key, const storage::ZoneHead& head, SnapshotPointer snapshot, SnapshotPointer before);
  [[nodiscard]] Loaded refresh_from(storage::ZoneContent& content, const ContentKey& key);
  [[nodiscard]] Loaded refresh_or_throw(storage::ZoneContent& content, const ContentKey& key);
  [[nodiscard]] Loaded step(storage::ZoneContent& content, const ContentKey& key, const CachedZone& cached);
  [[nodiscard]] Loaded read_whole(storage::ZoneContent& content, const ContentKey& key);
  [[nodiscard]] dns::Version wanted(const ContentKey& key);
  [[nodiscard]] Loaded forget(storage::ZoneContent& content, const ContentKey& key);

  storage::ContentSource& source_;
  SnapshotCache& cache_;
  ZoneIndex& index_;
  const Logger& log_;
  const LoaderMetrics metrics_;
  ContentSigner& signer_;
  LocalStore* const store_;     // null: there is none
  DigestCheck* const digests_;  // null: nothing is compared
  PastDifferences past_;

  std::mutex mutex_;  // guards what follows
  std::unordered_map<ContentKey, Flight> flights_;
  /// What waits for a worker, oldest first. Each has posted a job of its own; a job may take several.
  std::unordered_map<WorkerPool*, std::deque<ContentKey>> waiting_;
};

}  // namespace minidns::mdns
