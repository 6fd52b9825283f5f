#include "mdns/follow/follower.hpp"

#include "storage/hints.hpp"
#include "storage/instances.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/postgres/migrations.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace minidns::mdns {
namespace {

/// How long the thread may be deaf to `stop`.
constexpr std::chrono::milliseconds wait_slice{200};
/// Between two tries to reach a primary that is away, where there are replicas.
constexpr std::chrono::milliseconds replica_turn{3000};
/// Between tries to reach a database that is away.
constexpr std::chrono::milliseconds reconnect_pause{500};

storage::FeedPosition at(const storage::FeedPosition& head, std::int64_t seq) {
  return {seq, head.epoch, head.pruned_through, head.system};
}

}  // namespace

void Follower::run() {
  if (c_.store != nullptr) {
    restore();
    c_.store->start();
  }
  while (!stopping_.load()) {
    try {
      follow();
    } catch (const storage::postgres::SchemaMismatch& error) {
      if (!position_) {  // at start; later it may be a database that was put in the place of ours
        c_.on_fatal(error.what());
        return;
      }
      database_lost(error.what());
    } catch (const std::runtime_error& error) {  // of storage; whatever it was, the session is over
      database_lost(error.what());
    }
    wait_for_primary();
  }
}

/// A try to reach a primary that hangs takes as long as the connect timeout: between two of them replicas get their
/// turn.
void Follower::wait_for_primary() {
  const SteadyTime until = c_.clock.steady() + (c_.replicas.empty() ? reconnect_pause : replica_turn);
  SteadyTime next_poll = c_.clock.steady();
  while (!stopping_.load() && c_.clock.steady() < until) {
    if (c_.clock.steady() >= next_poll) {
      next_poll += poll_interval;
      if (!poll_replicas()) {
        c_.state.down();
      }
      publish_metrics();
    }
    std::this_thread::sleep_for(wait_slice);
  }
}

/// True if one answered.
bool Follower::poll_replicas() {
  bool any = false;
  for (const FollowedDatabase& replica : c_.replicas) {
    try {
      poll(replica);
      any = true;
    } catch (const std::runtime_error& error) {  // of storage
      c_.log.debug("replica not followed", {{"reason", error.what()}});
    }
  }
  if (any) {
    c_.state.up_by_replica();
    c_.updates.retry_due();
  }
  return any;
}

void Follower::poll(const FollowedDatabase& replica) {
  if (!position_) {
    load_peers(replica.peers);
    first_load(replica);
    notify_first_of_each_pool();
  }
  const storage::FeedBatch batch = replica.feed.read_after(position_->seq, batch_max);
  const bool is_behind =
      batch.head.epoch < position_->epoch || (batch.head.epoch == position_->epoch && batch.head.seq < position_->seq);
  if (is_behind) {
    return;  // it will come, or the primary
  }
  if (!leads_on(batch.head)) {
    compare(batch.head, replica);
    return;
  }
  head_seq_ = batch.head.seq;
  (void)take(batch, replica.peers);  // what has no room is read at the next turn
  catch_up();
  tell_store();
}

/// Whether all that happened after our position is in this feed.
bool Follower::leads_on(const storage::FeedPosition& head) const {
  return head.epoch == position_->epoch && head.system == position_->system && head.seq >= position_->seq &&
         position_->seq >= head.pruned_through;
}

void Follower::database_lost(const std::string& reason) {
  if (connected_ || !told_) {
    c_.log.warning("database away: what is in memory is served on", {{"reason", reason}});
  } else {
    c_.log.debug("database still away", {{"reason", reason}});
  }
  connected_ = false;
  told_ = true;
  if (c_.replicas.empty()) {
    c_.state.down();
  }
  publish_metrics();
}

void Follower::database_found() {
  if (!connected_) {
    c_.log.info("database connected", {{"zones", c_.index.size()}});
  }
  connected_ = true;
  c_.state.up();
}

/// One session. Hints are listened to before anything is read, so that none falls between.
void Follower::follow() {
  for (const storage::Hint& hint : c_.primary.feed.wait_hints(std::chrono::milliseconds(0))) {
    hear(hint);
  }
  load_peers(c_.primary.peers);
  if (!position_) {
    first_load(c_.primary);
    notify_first_of_each_pool();
  }
  lost_.report();  // what was found while only replicas answered
  read_feed();
  database_found();
  tell_store();  // a program that ends soon has a position all the same
  while (!stopping_.load()) {
    hear_hints();
    if (feed_hinted_ || c_.clock.steady() - polled_at_ >= poll_interval) {
      read_feed();
      c_.state.up();
    }
    c_.updates.retry_due();
    catch_up();
    tell_store();
    publish_metrics();
  }
}

void Follower::first_load(const FollowedDatabase& database) {
  refuse_older_epoch(database.feed);
  const SteadyTime begin = c_.clock.steady();
  position_ = database.content.read_index(
      [this](const storage::ZoneHead& head) { (void)c_.index.publish(head); },
      [this](const ZoneId& zone, const storage::CorruptContent& error) {
        c_.log.error("zone left out: its row is not valid", {{"zone_id", zone.to_string()}, {"reason", error.what()}});
      });
  head_seq_ = position_->seq;
  c_.state.loaded.store(true);
  if (c_.store != nullptr) {
    c_.store->put_index();
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(c_.clock.steady() - begin);
  c_.log.info("zone index loaded",
              {{"zones", c_.index.size()}, {"seq", position_->seq}, {"epoch", position_->epoch}, {"ms", took.count()}});
}

void Follower::load_peers(storage::TransferPeersReader& reader) {
  const storage::TransferPeers stored = reader.read();
  if (c_.store != nullptr) {
    c_.store->put_peers(stored);
  }
  publish_peers(stored);
  c_.log.info("keys and nameservers loaded", {{"keys", stored.keys.size()}, {"nameservers", stored.peers.size()}});
}

void Follower::publish_peers(const storage::TransferPeers& stored) {
  c_.on_data_keys(stored.data_keys);
  c_.peers.publish(make_peers(stored, c_.secrets, c_.log));
}

/// Clears BIND's memory of us as an unreachable primary (secondaries.md §1 of the project's notes; it is kept per
/// address, not per zone, for ten minutes), so one zone per nameserver is enough. Without a SOA: with one that isn't
/// newer BIND ignores the NOTIFY before it forgets. What changed while no mdns lived is the pool manager's to find.
void Follower::notify_first_of_each_pool() {
  const auto peers = c_.peers.get();
  const auto catalogs = peers->catalogs();  // which not all of a pool's nameservers have
  for (const auto& [pool, targets] : peers->targets()) {
    if (const ZonePointer zone = c_.index.any_of(pool, catalogs)) {
      c_.sender.notify({zone, false, false});
    }
  }
}

void Follower::hear_hints() {
  const auto until_poll =
      std::chrono::duration_cast<std::chrono::milliseconds>(polled_at_ + poll_interval - c_.clock.steady());
  const auto timeout = std::clamp(until_poll, std::chrono::milliseconds(1), wait_slice);
  for (const storage::Hint& hint : c_.primary.feed.wait_hints(timeout)) {
    hear(hint);
  }
}

void Follower::hear(const storage::Hint& hint) {
  c_.metrics.hints.increment();
  if (hint.channel == storage::channel_versions) {
    hear_versions(hint.payload);
  } else if (hint.channel == storage::channel_feed) {
    feed_hinted_ = true;
  } else if (hint.channel == storage::channel_have) {
    c_.coordinator.heard_have(storage::parse_announcements(hint.payload));
  } else if (hint.channel == storage::channel_notified) {
    c_.coordinator.heard_notified(storage::parse_announcements(hint.payload));
  } else if (hint.channel == storage::channel_renotify) {
    hear_renotify(hint.payload);
  }
}

void Follower::hear_versions(const std::string& payload) {
  if (!position_) {
    return;  // the index that is about to be read has them
  }
  for (const storage::VersionHint& hint : storage::parse_version_hints(payload)) {
    if (!c_.updates.want(hint.zone, hint.version, std::nullopt)) {
      return;  // full: the feed has them
    }
  }
}

void Follower::hear_renotify(const std::string& payload) {
  for (const storage::RenotifyRequest& request : storage::parse_renotify_requests(payload)) {
    const ZonePointer zone = c_.index.find(request.zone);
    if (!zone || !c_.coordinator.is_ours(request.zone)) {
      continue;
    }
    const auto peers = c_.peers.get();
    const NotifyTarget* target = peers->find_target(request.nameserver);
    if (target == nullptr) {
      continue;
    }
    // Never for a version that we couldn't transfer: PowerDNS asks only the one who notified.
    c_.loader.load(c_.workers, {zone->id, target->view}, zone->version,
                   [&sender = c_.sender, &index = c_.index, request](const Loaded& loaded) {
                     const ZonePointer present = index.find(request.zone);
                     if (loaded.outcome == Loaded::Outcome::ready && present) {
                       sender.notify_one(request.nameserver, {present, true, false});
                     }
                   });
  }
}

void Follower::read_feed() {
  feed_hinted_ = false;
  while (!stopping_.load()) {
    const storage::FeedBatch batch = c_.primary.feed.read_after(position_->seq, batch_max);
    polled_at_ = c_.clock.steady();
    head_seq_ = batch.head.seq;
    c_.on_epoch(std::max(batch.head.epoch, position_->epoch));
    if (batch.head.epoch < position_->epoch) {
      // An old database came back beside the new one (DESIGN.md §3, Epoch): nothing from it is believed.
      throw storage::postgres::Unavailable("the database has an older epoch than was seen: refused");
    }
    if (!leads_on(batch.head)) {
      compare(batch.head, c_.primary);
      return;
    }
    if (!take(batch, c_.primary.peers) || batch.changes.size() < batch_max) {
      return;
    }
  }
}

/// False if the queue is full: the rest is read again later.
bool Follower::take(const storage::FeedBatch& batch, storage::TransferPeersReader& peers) {
  bool peers_changed = false;
  bool all = true;
  for (const storage::FeedChange& change : batch.changes) {
    if (const auto* version = std::get_if<storage::FeedChange::ZoneVersion>(&change.subject)) {
      if (!c_.updates.want(version->zone, version->version, change.seq)) {
        all = false;
        break;
      }
    } else {
      peers_changed = true;
    }
    position_ = at(batch.head, change.seq);
  }
  if (peers_changed) {
    load_peers(peers);
  }
  return all;
}

/// The whole index against the database: what is newer there is taken over, what is gone there goes, and what only we
/// have is kept and reported.
void Follower::compare(const storage::FeedPosition& head, const FollowedDatabase& database) {
  const bool is_new_epoch = head.epoch > position_->epoch;
  const bool was_set_back = is_new_epoch || head.seq < position_->seq || head.system != position_->system;
  c_.log.warning("feed can't be followed on: comparing all zones with the database",
                 {{"epoch", head.epoch},
                  {"epoch_before", position_->epoch},
                  {"seq", head.seq},
                  {"seq_before", position_->seq},
                  {"pruned_through", head.pruned_through}});
  c_.metrics.resyncs.increment();
  if (was_set_back) {
    c_.updates.set_back();
  }
  lost_.begin(was_set_back && !is_new_epoch ? std::optional(head.epoch) : std::nullopt);
  std::unordered_set<ZoneId> present;
  const auto read = database.content.read_index(
      [&](const storage::ZoneHead& zone) {
        present.insert(zone.id);
        const ZonePointer known = c_.index.find(zone.id);
        if (known) {
          if (known->version == zone.version) {
            (void)c_.index.publish(zone);  // its pool may be another
          }
          lost_.compare(*known, zone);
        }
        // Snapshot first, then index and NOTIFY: by way of the queue, as for any other version. What has no room
        // there is published at once, and fetched when it is asked for.
        if (!c_.updates.want(zone.id, zone.version, head.seq)) {
          (void)c_.index.publish(zone);
        }
      },
      [&](const ZoneId& zone, const storage::CorruptContent& error) {
        present.insert(zone);
        c_.log.error("zone left out: its row is not valid", {{"zone_id", zone.to_string()}, {"reason", error.what()}});
      });
  const std::size_t removed = remove_missing(database.content, present, was_set_back);
  load_peers(database.peers);
  lost_.end();
  if (&database == &c_.primary) {
    lost_.report();  // before the position is taken over: if it fails, all is compared again
  }
  position_ = read;
  head_seq_ = read.seq;
  if (c_.store != nullptr) {
    c_.store->put_index();
  }
  c_.log.info("zones compared", {{"zones", c_.index.size()}, {"removed", removed}});
}

/// A zone that nobody deleted, and that is gone after a promotion or restore, was lost there: served on and reported.
/// Returns the number of those that were deleted.
std::size_t Follower::remove_missing(storage::ZoneContent& content, const std::unordered_set<ZoneId>& present,
                                     bool was_set_back) {
  std::vector<ZoneId> missing;
  for (const ZonePointer& zone : c_.index.all()) {
    if (!present.contains(zone->id)) {
      missing.push_back(zone->id);
    }
  }
  const auto known = content.deleted_of(missing);
  const std::unordered_set<ZoneId> deleted(known.begin(), known.end());
  std::size_t removed = 0;
  for (const ZoneId& zone : missing) {
    const ZonePointer ours = c_.index.find(zone);
    if (!ours) {
      continue;
    }
    // Where the feed was merely pruned, so were the rows of deleted zones.
    if (deleted.contains(zone) || (!was_set_back && !lost_.was_missing(zone))) {
      (void)c_.index.remove(zone);
      c_.cache.drop_zone(zone);
      if (c_.store != nullptr) {
        c_.store->remove(zone);
      }
      ++removed;
    } else {
      lost_.missing(*ours);
    }
  }
  return removed;
}

void Follower::publish_metrics() {
  const std::int64_t read_through = position_ ? position_->seq : 0;
  const std::int64_t applied = c_.updates.applied_through(read_through);
  c_.state.applied_seq.store(applied);
  c_.metrics.feed_seq.set(static_cast<double>(applied));
  c_.metrics.feed_lag.set(static_cast<double>(head_seq_ - applied));
  c_.metrics.zones.set(static_cast<double>(c_.index.size()));
  c_.metrics.snapshots_octets.set(static_cast<double>(c_.cache.octets()));
  const auto down = c_.state.down_for();
  c_.metrics.database_down_s.set(down ? static_cast<double>(down->count()) : 0);
  c_.metrics.by_replica.set(!down && c_.state.is_by_replica() ? 1 : 0);
  lost_.publish();
}

}  // namespace minidns::mdns
