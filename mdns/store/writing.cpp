// The thread of LocalStore that writes, and the one that looks through all of it once.
#include "mdns/store/local_store.hpp"
#include "mdns/store/store_writer.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace minidns::mdns {

using store::Fault;

namespace {

/// The writer looks after what is due at least so often.
constexpr std::chrono::milliseconds tick{200};
constexpr std::chrono::milliseconds gather{10};
/// Zones compared with the index in one transaction.
constexpr std::size_t compared_max = 2000;
/// Zones of which the verifier looks at one after the other before it may be stopped.
constexpr std::size_t verified_max = 64;
/// Between two times that missing contents are asked for.
constexpr std::chrono::milliseconds bring_interval{200};

storage::ZoneHead head_of(const ZoneId& zone, const store::WriteQueue::NewContent& content) {
  const dns::ZoneSnapshot& snapshot = *content.content.snapshot;
  const dns::RRset soa = snapshot.soa();
  return {zone,
          snapshot.apex(),
          content.pool,
          snapshot.version(),
          snapshot.serial(),
          soa.ttl,
          with_serial(soa.rdata[0], dns::Serial(0))};
}

storage::ZoneHead head_of(const ZoneEntry& entry) {
  return {entry.id, entry.name, entry.pool, entry.version, entry.serial, entry.soa->ttl, entry.soa->rdata};
}

}  // namespace

void LocalStore::run() {
  SteadyTime drained_until = SteadyTime::max();
  while (true) {
    wait_for_work();
    work();
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      drained_until = std::min(drained_until, clock_.steady() + stop_limit);
      if (queue_.empty() || retry_at_ || clock_.steady() >= drained_until) {
        return;
      }
    }
  }
}

/// Then a moment longer, so that what comes together is written together.
void LocalStore::wait_for_work() {
  std::unique_lock lock(mutex_);
  if (!to_compare_.empty()) {
    return;
  }
  const bool is_blocked = retry_at_ || damaged_ || !file_;
  changed_.wait_for(lock, tick,
                    [&] { return stopping_ || (!is_blocked && (!queue_.empty() || new_peers_ || index_wanted_)); });
  changed_.wait_for(lock, gather, [&] { return stopping_; });
}

void LocalStore::work() {
  Work work;
  try {
    if (is_replaceable()) {
      set_aside("it was damaged");
    }
    const FilePointer present = file();
    if (!is_writable(present)) {
      give_up({});
      return;
    }
    work = take_work();
    bring_missing();
    if (work.empty()) {
      return;
    }
    remove_gone(present, work);
    write(present, work);
    if (std::exchange(retry_at_, std::nullopt)) {
      log_.info("local store: storing again", {{"zones", work.zones.size()}});
    }
  } catch (const Fault& fault) {
    give_up(std::move(work));
    report(fault, file());
    retry_at_ = clock_.steady() + retry_delay;
  }
}

/// A damaged store is kept for reading until the database is there to fill another one from.
bool LocalStore::is_replaceable() const {
  const std::lock_guard lock(mutex_);
  return damaged_ && heard_;
}

bool LocalStore::is_writable(const FilePointer& present) const {
  const std::lock_guard lock(mutex_);
  return present && !damaged_ && (!retry_at_ || clock_.steady() >= *retry_at_);
}

LocalStore::Work LocalStore::take_work() {
  begin_comparison();
  Work work;
  const std::lock_guard lock(mutex_);
  work.zones = queue_.take(batch_zones_max);
  work.peers = std::exchange(new_peers_, std::nullopt);
  for (std::size_t i = 0; i < compared_max && !to_compare_.empty(); ++i) {
    work.compared.push_back(to_compare_.back());
    to_compare_.pop_back();
  }
  metrics_.queue.set(static_cast<double>(queue_.size()));
  metrics_.missing.set(static_cast<double>(queue_.missed().size()));
  take_position(work);
  return work;
}

/// Which zones to compare: those of the index, and those that the file had and the index may not have.
void LocalStore::begin_comparison() {
  {
    const std::lock_guard lock(mutex_);
    if (!to_compare_.empty() || !std::exchange(index_wanted_, false)) {
      return;
    }
  }
  for (const ZonePointer& zone : index_.all()) {
    to_compare_.push_back(zone->id);
  }
  to_compare_.insert(to_compare_.end(), unpublished_.begin(), unpublished_.end());
  unpublished_.clear();
  std::ranges::sort(to_compare_, std::greater<>());
}

/// With the mutex held, when all else is taken. The position is never ahead of what is stored; another epoch is stored
/// at once, so that an older one will be refused.
void LocalStore::take_position(Work& work) const {
  if (!heard_) {
    return;
  }
  const bool due = stopping_ || !work.empty() || clock_.steady() - position_at_ >= position_interval;
  const bool complete =
      queue_.missed().empty() && !index_wanted_ && to_compare_.empty() && queue_.first_ticket() >= heard_->ticket;
  store::StoredPosition position = heard_->position;
  if (!complete) {
    position.seq.reset();
  }
  const bool is_other = position.epoch != written_position_.epoch || position.system != written_position_.system;
  if (due && (is_other || (complete && position.seq != written_position_.seq))) {
    work.position = std::move(position);
  }
  if (!work.empty() || heard_->at_s - written_heard_at_s_ >= heard_interval.count()) {
    work.heard_at_s = heard_->at_s;
  }
}

/// In a transaction of its own: it succeeds even if there is no room for what is new.
void LocalStore::remove_gone(const FilePointer& present, const Work& work) {
  std::vector<ZoneId> gone;
  for (const store::WriteQueue::Zone& zone : work.zones) {
    if (zone.removed) {
      gone.push_back(zone.id);
    }
  }
  std::ranges::copy_if(work.compared, std::back_inserter(gone), [this](const ZoneId& id) { return !index_.find(id); });
  if (gone.empty()) {
    return;
  }
  store::StoreWriter writer(*present);
  for (const ZoneId& zone : gone) {
    writer.remove(zone);
  }
  writer.commit();
}

/// Chunks before the zone's record before the position: here it is one transaction.
void LocalStore::write(const FilePointer& present, const Work& work) {
  store::StoreWriter writer(*present);
  for (const store::WriteQueue::Zone& zone : work.zones) {
    for (const auto& [view, content] : zone.contents) {
      writer.put({zone.id, view}, head_of(zone.id, content), content.content);
    }
  }
  for (const ZoneId& zone : work.compared) {
    if (const ZonePointer entry = index_.find(zone)) {
      writer.put_head(head_of(*entry));
    }
  }
  if (work.peers) {
    writer.put_peers(*work.peers);
  }
  if (work.position) {
    writer.set_position(*work.position);
  }
  if (work.heard_at_s) {
    writer.set_heard_at(*work.heard_at_s);
  }
  writer.commit();
  written(work, *present, writer.octets());
}

void LocalStore::written(const Work& work, const store::StoreFile& present, std::uint64_t octets) {
  metrics_.commits.increment();
  metrics_.zones_written.increment(static_cast<double>(work.zones.size()));
  metrics_.octets_written.increment(static_cast<double>(octets));
  metrics_.octets.set(static_cast<double>(present.octets_used()));
  if (work.peers) {
    peers_ = work.peers;
  }
  if (work.position) {
    written_position_ = *work.position;
    position_at_ = clock_.steady();
  }
  if (work.heard_at_s) {
    written_heard_at_s_ = *work.heard_at_s;
  }
  const std::lock_guard lock(mutex_);
  queue_.stored(work.zones);
}

/// What can't be written now, and all that waits: remembered, to be brought again.
void LocalStore::give_up(Work work) {
  const std::lock_guard lock(mutex_);
  queue_.give_up(work.zones);
  if (work.peers && !new_peers_) {
    new_peers_ = std::move(work.peers);
  }
  for (const ZoneId& zone : queue_.take_missed_removals()) {
    to_compare_.push_back(zone);
  }
  to_compare_.insert(to_compare_.end(), work.compared.begin(), work.compared.end());
}

/// Some at a time; what can't be brought now will be asked for again. Only after the database was heard: before that
/// the index may not have the zone yet.
void LocalStore::bring_missing() {
  std::vector<ContentKey> keys;
  {
    const std::lock_guard lock(mutex_);
    const auto& missed = queue_.missed();
    if (!heard_ || missed.empty() || queue_.size() >= bring_max || clock_.steady() < bring_at_) {
      return;
    }
    auto next = last_brought_ ? missed.upper_bound(*last_brought_) : missed.begin();
    while (keys.size() < std::min(bring_max, missed.size())) {
      next = next == missed.end() ? missed.begin() : next;
      keys.push_back((next++)->first);
    }
  }
  bring_at_ = clock_.steady() + bring_interval;
  last_brought_ = keys.back();
  for (const ContentKey& key : keys) {
    if (is_stored(key) || !bring_(key)) {
      const std::lock_guard lock(mutex_);
      queue_.forget_missed(key);
    }
  }
}

bool LocalStore::is_stored(const ContentKey& key) const {
  const ZonePointer known = index_.find(key.zone);
  const auto version = file()->version_of(key);
  return known && version && *version >= known->version;
}

/// Everything once, so that a damage is found before the day on which it is needed.
void LocalStore::verify() {
  const FilePointer present = file();
  std::size_t zones = 0;
  std::optional<ZoneId> after;
  const auto is_over = [&] {
    const std::lock_guard lock(mutex_);
    return stopping_ || damaged_ || file_ != present;
  };
  try {
    while (present && !is_over()) {
      const auto records = present->zones_after(after, verified_max);
      if (records.empty()) {
        log_.info("local store verified", {{"zones", zones}});
        return;
      }
      for (const store::ZoneRecord& record : records) {
        for (const store::ContentReference& content : record.contents) {
          present->check({record.head.id, content.view});
        }
      }
      zones += records.size();
      after = records.back().head.id;
    }
  } catch (const Fault& fault) {
    report(fault, present);
  }
}

}  // namespace minidns::mdns
