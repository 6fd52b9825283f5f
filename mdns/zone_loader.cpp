#include "mdns/zone_loader.hpp"

#include "storage/postgres/errors.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

namespace minidns::mdns {
namespace {

using Step = storage::ZoneContent::Step;

/// A step of small zones may well be larger than the zone: it's read all the same, so that IXFR has it.
constexpr std::size_t step_octets_min = 64 * 1024;

/// Steps of one round trip: about a millisecond or ten of one worker, so that others get their share.
constexpr std::size_t steps_per_batch = 50;

/// More than half of a zone: to read it whole costs about the same, and secondaries will get it whole, too.
std::size_t step_octets_max(const dns::ZoneSnapshot& snapshot) {
  return std::max(step_octets_min, snapshot.transfer_octets() / 2);
}

Loaded ready(storage::ZoneHead head, SnapshotPointer snapshot) {
  return {Loaded::Outcome::ready, std::move(snapshot), std::make_shared<const storage::ZoneHead>(std::move(head))};
}

}  // namespace

ZoneLoader::ZoneLoader(storage::ContentSource& source, SnapshotCache& cache, ZoneIndex& index, const Logger& log,
                       LoaderMetrics metrics, ContentSigner& signer, LocalStore* store, DigestCheck* digests)
    : source_(source),
      cache_(cache),
      index_(index),
      log_(log),
      metrics_(std::move(metrics)),
      signer_(signer),
      store_(store),
      digests_(digests),
      past_(source, signer, digests, log, metrics_.past) {}

void ZoneLoader::load(WorkerPool& pool, const ContentKey& key, dns::Version at_least, OnLoaded on_loaded) {
  {
    const std::lock_guard lock(mutex_);
    const auto [flight, is_new] = flights_.try_emplace(key);
    auto& waiters = is_new ? flight->second.present : flight->second.late;
    waiters.push_back({at_least, std::move(on_loaded)});
    if (!is_new) {
      return;
    }
  }
  start(pool, key);
}

void ZoneLoader::start(WorkerPool& pool, const ContentKey& key) {
  {
    const std::lock_guard lock(mutex_);
    waiting_[&pool].push_back(key);
  }
  if (!pool.post([this, &pool] { run(pool); }) && withdraw(pool, key)) {
    finish(pool, key, {Loaded::Outcome::overloaded, nullptr});
  }
}

/// False if a worker has taken it.
bool ZoneLoader::withdraw(WorkerPool& pool, const ContentKey& key) {
  const std::lock_guard lock(mutex_);
  auto& waiting = waiting_[&pool];
  const auto found = std::find(waiting.rbegin(), waiting.rend(), key);
  if (found == waiting.rend()) {
    return false;
  }
  waiting.erase(std::next(found).base());
  return true;
}

/// Several that can take a step, or one that must be read as a whole; none if others have taken what was there.
std::vector<ContentKey> ZoneLoader::take_waiting(WorkerPool& pool) {
  std::vector<ContentKey> keys;
  const std::lock_guard lock(mutex_);
  auto& waiting = waiting_[&pool];
  while (!waiting.empty() && keys.size() < steps_per_batch) {
    const bool steps = cache_.find(waiting.front()).has_value();
    if (!steps && !keys.empty()) {
      break;
    }
    keys.push_back(waiting.front());
    waiting.pop_front();
    if (!steps) {
      break;
    }
  }
  return keys;
}

void ZoneLoader::run(WorkerPool& pool) {
  const std::vector<ContentKey> keys = take_waiting(pool);
  if (keys.empty()) {
    return;
  }
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Loaded> loaded;
  if (keys.size() == 1) {
    loaded.push_back(refresh(keys[0], wanted(keys[0])));
  } else {
    loaded = step_all(keys);
  }
  const auto each = (std::chrono::steady_clock::now() - begin) / keys.size();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    metrics_.duration.observe(each);
    finish(pool, keys[i], loaded[i]);
  }
}

/// What can't be done together, for whatever reason, is done one by one.
std::vector<Loaded> ZoneLoader::step_all(const std::vector<ContentKey>& keys) {
  struct Group {
    std::vector<std::size_t> places;
    std::vector<CachedZone> cached;
    std::vector<storage::ZoneContent::StepRequest> requests;
  };
  std::vector<std::optional<Loaded>> results(keys.size());
  std::map<storage::ZoneContent*, Group> groups;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (auto cached = cache_.find(keys[i])) {
      Group& group = groups[&source_.for_version(keys[i].zone, wanted(keys[i]))];
      group.places.push_back(i);
      group.requests.push_back(
          {keys[i].zone, keys[i].view, cached->snapshot->version(), step_octets_max(*cached->snapshot)});
      group.cached.push_back(*std::move(cached));
    }
  }
  for (auto& item : groups) {  // clang 14 captures no structured binding
    storage::ZoneContent& content = *item.first;
    Group& group = item.second;
    std::vector<storage::ZoneContent::Step> steps;
    try {
      steps = content.read_steps(group.requests);
    } catch (const std::runtime_error& error) {
      log_.debug("steps not read together", {{"zones", group.requests.size()}, {"reason", error.what()}});
    }
    for (std::size_t n = 0; n < steps.size(); ++n) {
      const ContentKey& key = keys[group.places[n]];
      results[group.places[n]] =
          guarded(key, [&] { return take_step(content, key, group.cached[n], std::move(steps[n])); });
    }
  }
  std::vector<Loaded> loaded;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    loaded.push_back(results[i] ? *std::move(results[i]) : refresh(keys[i], wanted(keys[i])));
  }
  return loaded;
}

void ZoneLoader::finish(WorkerPool& pool, const ContentKey& key, const Loaded& loaded) {
  std::vector<Waiter> satisfied;
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    const auto flight = flights_.find(key);
    satisfied = std::move(flight->second.present);
    flight->second.present.clear();
    // A latecomer is content with a version that is new enough; or with any failure but one of an older state.
    for (Waiter& waiter : flight->second.late) {
      const bool ready = loaded.outcome == Loaded::Outcome::ready;
      const bool content =
          ready ? loaded.snapshot->version() >= waiter.at_least : loaded.outcome != Loaded::Outcome::corrupt;
      (content ? satisfied : flight->second.present).push_back(std::move(waiter));
    }
    flight->second.late.clear();
    again = !flight->second.present.empty();
    if (!again) {
      flights_.erase(flight);
    }
  }
  for (const Waiter& waiter : satisfied) {
    waiter.on_loaded(loaded);
  }
  if (again) {
    start(pool, key);
  }
}

/// What those who wait need at least.
dns::Version ZoneLoader::wanted(const ContentKey& key) {
  const std::lock_guard lock(mutex_);
  dns::Version version(0);
  for (const Waiter& waiter : flights_.at(key).present) {
    version = std::max(version, waiter.at_least);
  }
  return version;
}

/// A replica that fails, or cancels for what it replays, is no reason to fail.
Loaded ZoneLoader::refresh(const ContentKey& key, dns::Version at_least) {
  if (auto stored = read_stored(key, at_least)) {
    return *std::move(stored);
  }
  storage::ZoneContent& chosen = source_.for_version(key.zone, at_least);
  Loaded loaded = refresh_from(chosen, key);
  const bool is_primary = &chosen == &source_.primary();
  return loaded.outcome == Loaded::Outcome::unavailable && !is_primary ? refresh_from(source_.primary(), key) : loaded;
}

/// What isn't in memory comes there from the local store; nothing if that isn't new enough.
std::optional<Loaded> ZoneLoader::read_stored(const ContentKey& key, dns::Version at_least) {
  if (store_ == nullptr || cache_.find(key)) {
    return std::nullopt;
  }
  const auto stored = store_->read(key);
  if (!stored) {
    return std::nullopt;
  }
  metrics_.stored.increment();
  cache_.restore(key, *stored);
  auto head = head_of(key, *stored->snapshot);
  const bool is_new_enough = head && stored->snapshot->version() >= at_least;
  return is_new_enough ? std::optional(Loaded{Loaded::Outcome::ready, stored->snapshot, std::move(head)})
                       : std::nullopt;
}

/// Null if the index doesn't know the zone: the database must be asked.
std::shared_ptr<const storage::ZoneHead> ZoneLoader::head_of(const ContentKey& key,
                                                             const dns::ZoneSnapshot& snapshot) const {
  const ZonePointer entry = index_.find(key.zone);
  if (!entry) {
    return nullptr;
  }
  const dns::RRset soa = snapshot.soa();
  return std::make_shared<const storage::ZoneHead>(
      storage::ZoneHead{key.zone, snapshot.apex(), entry->pool, snapshot.version(), snapshot.serial(), soa.ttl,
                        with_serial(soa.rdata[0], dns::Serial(0)), std::nullopt, entry->has_signatures});
}

/// With the steps that the cache has; it may have put all out again.
void ZoneLoader::store(const ContentKey& key, const storage::ZoneHead& head, SnapshotPointer snapshot,
                       SnapshotPointer before) {
  if (store_ == nullptr) {
    return;
  }
  auto content = cache_.find(key);
  if (!content || content->snapshot != snapshot) {
    content = CachedZone{std::move(snapshot), {}};
  }
  store_->put(key, head.pool, *std::move(content), std::move(before));
}

Loaded ZoneLoader::refresh_from(storage::ZoneContent& content, const ContentKey& key) {
  return guarded(key, [&] { return refresh_or_throw(content, key); });
}

/// All that may go wrong with a database becomes an outcome here: whoever waits is told, and the thread goes on.
Loaded ZoneLoader::guarded(const ContentKey& key, const std::function<Loaded()>& work) const {
  try {
    return work();
  } catch (const storage::postgres::Unavailable& error) {
    log_.debug("zone not read: database unavailable",
               {{"zone_id", key.zone.to_string()}, {"view", key.view.number()}, {"reason", error.what()}});
    metrics_.unavailable.increment();
    return {Loaded::Outcome::unavailable, nullptr};
  } catch (const storage::postgres::CommitInDoubt& error) {  // nothing was written
    log_.debug("zone not read: database unavailable",
               {{"zone_id", key.zone.to_string()}, {"view", key.view.number()}, {"reason", error.what()}});
    metrics_.unavailable.increment();
    return {Loaded::Outcome::unavailable, nullptr};
  } catch (const storage::postgres::StatementError& error) {
    if (error.is_transient()) {  // a replica cancels what is in the way of what it replays
      log_.debug("zone not read: cancelled", {{"zone_id", key.zone.to_string()}, {"reason", error.what()}});
      metrics_.unavailable.increment();
      return {Loaded::Outcome::unavailable, nullptr};
    }
    log_.error("zone not read: the database refused", {{"zone_id", key.zone.to_string()},
                                                       {"view", key.view.number()},
                                                       {"sqlstate", error.sqlstate()},
                                                       {"reason", error.what()}});
    metrics_.unavailable.increment();
    return {Loaded::Outcome::unavailable, nullptr};
  } catch (const storage::CorruptContent& error) {
    log_.error("zone not loaded: its content in the database is not valid",
               {{"zone_id", key.zone.to_string()}, {"view", key.view.number()}, {"reason", error.what()}});
    metrics_.corrupt.increment();
    return {Loaded::Outcome::corrupt, nullptr};
  } catch (const SigningFailed& error) {
    log_.error("zone not signed: it is served in the version before",
               {{"zone_id", key.zone.to_string()}, {"view", key.view.number()}, {"reason", error.what()}});
    metrics_.not_signed.increment();
    return {Loaded::Outcome::corrupt, nullptr};
  } catch (const VersionWithheld& error) {
    log_.warning("zone version withheld", {{"zone_id", key.zone.to_string()}, {"reason", error.what()}});
    return {Loaded::Outcome::unavailable, nullptr};
  } catch (const DigestMismatch&) {  // logged and counted; what is served, if anything, stays
    return {Loaded::Outcome::corrupt, nullptr};
  } catch (const std::exception& error) {  // no memory for it, or a fault of ours: the other zones go on
    log_.error("zone not loaded",
               {{"zone_id", key.zone.to_string()}, {"view", key.view.number()}, {"reason", error.what()}});
    metrics_.unavailable.increment();
    return {Loaded::Outcome::unavailable, nullptr};
  }
}

Loaded ZoneLoader::refresh_or_throw(storage::ZoneContent& content, const ContentKey& key) {
  const auto cached = cache_.find(key);
  return cached ? step(content, key, *cached) : read_whole(content, key);
}

Loaded ZoneLoader::step(storage::ZoneContent& content, const ContentKey& key, const CachedZone& cached) {
  return take_step(
      content, key, cached,
      content.read_step(key.zone, key.view, cached.snapshot->version(), step_octets_max(*cached.snapshot)));
}

Loaded ZoneLoader::take_step(storage::ZoneContent& content, const ContentKey& key, const CachedZone& cached,
                             Step step) {
  switch (step.kind) {
    case Step::Kind::gone:
      return forget(content, key);
    case Step::Kind::unchanged:
      return ready(*std::move(step.head), cached.snapshot);
    case Step::Kind::too_large:
      return read_whole(content, key);
    case Step::Kind::no_path:
      if (step.head->version < cached.snapshot->version()) {
        // After a restore: the recovery version that central makes will be above both (DESIGN.md §3, Epoch).
        log_.error("database is behind what is served: kept", {{"zone", step.head->name.to_text()},
                                                               {"version", cached.snapshot->version().value()},
                                                               {"version_in_database", step.head->version.value()}});
        return {Loaded::Outcome::ready, cached.snapshot};
      }
      return read_whole(content, key);
    case Step::Kind::forward:
      break;
  }
  const storage::ZoneHead head = *step.head;
  auto delta = signer_.step(*cached.snapshot, std::move(step),
                            [&](dns::Version version) { return content.read_signing(key.zone, version); });
  if (!delta) {
    return read_whole(content, key);
  }
  auto next = cached.snapshot->apply(*delta);
  if (!next) {
    log_.warning("difference does not fit what is cached: zone read as a whole",
                 {{"zone", head.name.to_text()}, {"reason", next.error().detail}});
    cache_.drop(key);
    return read_whole(content, key);
  }
  if (digests_ != nullptr && !digests_->agrees(key, head, *cached.snapshot, *delta)) {
    return read_whole(content, key);
  }
  metrics_.steps.increment();
  cache_.advance(key, *next, *std::move(delta));
  store(key, head, *next, cached.snapshot);
  return ready(head, *std::move(next));
}

Loaded ZoneLoader::read_whole(storage::ZoneContent& content, const ContentKey& key) {
  std::optional<storage::ZoneHead> head;
  std::optional<ContentSigner::Builder> builder;
  const bool found = content.read_zone(
      key.zone, key.view,
      [&](storage::ZoneHead read) {
        if (digests_ != nullptr) {
          digests_->expect_free(key, read);
        }
        builder.emplace(signer_.begin(read));
        head.emplace(std::move(read));
      },
      [&](dns::RRset rrset) { builder->add(std::move(rrset)); });
  if (!found) {
    return forget(content, key);
  }
  SnapshotPointer snapshot = std::move(*builder).finish();
  metrics_.whole.increment();
  if (digests_ != nullptr && !digests_->agrees(key, *head, *snapshot)) {
    return read_whole(content, key);  // the second time it agrees, or it throws
  }
  cache_.put(key, snapshot);
  store(key, *head, snapshot, nullptr);
  return ready(*std::move(head), std::move(snapshot));
}

Loaded ZoneLoader::forget(storage::ZoneContent& content, const ContentKey& key) {
  const ZoneId& zone = key.zone;
  const ZonePointer entry = index_.find(zone);
  if (entry && content.deleted_of({zone}).empty()) {
    // Nobody deleted it: it was lost in a failover or restore (follow/lost_versions.hpp), and is served on.
    const auto cached = cache_.find(key);
    return cached ? Loaded{Loaded::Outcome::ready, cached->snapshot} : Loaded{Loaded::Outcome::unavailable, nullptr};
  }
  if (entry && index_.remove(zone)) {
    log_.info("zone removed", {{"zone", entry->name.to_text()}, {"serial", entry->serial.value()}});
  }
  cache_.drop_zone(zone);
  if (digests_ != nullptr) {
    digests_->forget(zone);
  }
  if (store_ != nullptr) {
    store_->remove(zone);
  }
  return {Loaded::Outcome::gone, nullptr};
}

std::optional<dns::Delta> ZoneLoader::find_difference(const ContentKey& key, dns::Serial from,
                                                      const SnapshotPointer& snapshot, std::size_t octets_max) {
  const auto cached = cache_.find(key);
  if (cached && cached->snapshot->version() == snapshot->version()) {
    if (auto delta = compose_steps(*cached, from)) {
      return delta;
    }
  }
  return past_.find(key, from, *snapshot, octets_max);
}

}  // namespace minidns::mdns
