#include "mdns/store/local_store.hpp"

#include "mdns/store/crash_mark.hpp"
#include "mdns/store/store_writer.hpp"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace minidns::mdns {

using store::Fault;

namespace {

/// Names read at a time from a damaged store.
constexpr std::size_t names_max = 2000;

void name_thread(std::thread& thread, const char* name) {
  // The name only helps a person who looks at the threads.
  (void)::pthread_setname_np(thread.native_handle(), name);
}

}  // namespace

LocalStore::LocalStore(const StoreSettings& settings, const ZoneIndex& index, const Clock& clock, const Logger& log,
                       StoreMetrics metrics)
    : settings_(settings), index_(index), clock_(clock), log_(log), metrics_(std::move(metrics)) {
  if (settings_.path.empty()) {
    return;
  }
  try {
    folder_ = std::make_unique<store::Folder>(settings_.path);
    store::mark_crashes_in(folder_->crash_file());
    if (folder_->crashed()) {
      set_aside("it killed the process that used it");
    } else {
      open();
    }
  } catch (const Fault& fault) {
    folder_.reset();
    log_.error("local store not usable: there will be nothing to serve after a restart without the database",
               {{"path", settings_.path}, {"reason", fault.what()}});
  }
}

LocalStore::~LocalStore() {
  stop();
}

/// Sets aside what can't be opened.
void LocalStore::open() {
  try {
    file_ = std::make_shared<store::StoreFile>(folder_->data(), settings_.size_octets_max);
  } catch (const Fault& fault) {
    if (fault.kind() != Fault::Kind::damaged) {
      throw;
    }
    report(fault, nullptr);
    set_aside(fault.what());
  }
}

LocalStore::FilePointer LocalStore::file() const {
  const std::lock_guard lock(mutex_);
  return file_;
}

std::optional<LocalStore::Restored> LocalStore::restore(const std::function<void(const storage::ZoneHead&)>& publish) {
  const FilePointer present = file();
  if (!present) {
    return std::nullopt;
  }
  try {
    if (!present->state().position) {
      unpublished_ = present->zone_ids();
      return std::nullopt;
    }
    Restored restored{*present->state().position,
                      present->read_peers().value_or(storage::TransferPeers{}),
                      std::chrono::seconds(std::max<std::int64_t>(0, now_s() - present->state().heard_at_s)),
                      false,
                      {}};
    restored.is_too_old = restored.age > settings_.age_max;
    if (restored.is_too_old) {
      unpublished_ = present->zone_ids();
    } else {
      present->for_each_zone([&](const store::ZoneRecord& record) {
        const storage::ZoneHead head = servable_head(record);
        if (head.version < record.head.version) {
          restored.behind.emplace_back(head.id, record.head.version);
        }
        publish(head);
      });
    }
    peers_ = restored.peers;
    written_position_ = restored.position;
    return restored;
  } catch (const Fault& fault) {
    report(fault, present);
    try {
      set_aside(fault.what());
    } catch (const Fault& other) {
      report(other, present);
    }
    return std::nullopt;
  }
}

void LocalStore::start() {
  if (!folder_) {
    return;
  }
  writer_ = std::thread([this] { run(); });
  name_thread(writer_, "mdns-store");
  verifier_ = std::thread([this] { verify(); });
  name_thread(verifier_, "mdns-verify");
}

void LocalStore::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread* thread : {&writer_, &verifier_}) {
    if (thread->joinable()) {
      thread->join();
    }
  }
}

std::optional<CachedZone> LocalStore::read(const ContentKey& key) {
  const FilePointer present = file();
  if (!present) {
    return std::nullopt;
  }
  try {
    auto content = present->read(key);
    (content ? metrics_.read : metrics_.absent).increment();
    return content;
  } catch (const Fault& fault) {
    report(fault, present);
    return std::nullopt;
  }
}

void LocalStore::put(const ContentKey& key, const PoolId& pool, CachedZone content, SnapshotPointer before) {
  if (!folder_) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    queue_.put(key, pool, std::move(content), std::move(before));
  }
  changed_.notify_one();
}

void LocalStore::remove(const ZoneId& zone) {
  if (!folder_) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    queue_.remove(zone);
  }
  changed_.notify_one();
}

void LocalStore::put_index() {
  if (!folder_) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    index_wanted_ = true;
  }
  changed_.notify_one();
}

void LocalStore::put_peers(storage::TransferPeers peers) {
  if (!folder_) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    new_peers_ = std::move(peers);
  }
  changed_.notify_one();
}

void LocalStore::heard(store::StoredPosition position) {
  if (!folder_) {
    return;
  }
  const std::int64_t now = now_s();
  const std::lock_guard lock(mutex_);
  // A position that still waits for what came before it is kept: where the queue is never empty, none would be stored.
  const bool waits = heard_ && queue_.first_ticket() < heard_->ticket && position.epoch == heard_->position.epoch &&
                     position.system == heard_->position.system;
  if (waits) {
    heard_->at_s = now;
  } else {
    heard_ = Heard{std::move(position), queue_.next_ticket(), now};
  }
}

std::int64_t LocalStore::now_s() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count();
}

/// A fault that is found is counted and said; a damaged store is set aside by the writing thread.
void LocalStore::report(const Fault& fault, const FilePointer& where) {
  switch (fault.kind()) {
    case Fault::Kind::full:
      metrics_.full.increment();
      log_.error("local store full: what is new isn't stored, all is served on", {{"reason", fault.what()}});
      return;
    case Fault::Kind::failed:
      metrics_.failed.increment();
      log_.error("local store failed: what is new isn't stored, all is served on", {{"reason", fault.what()}});
      return;
    case Fault::Kind::damaged:
      break;
  }
  metrics_.damaged.increment();
  const std::lock_guard lock(mutex_);
  if (where != file_) {
    return;  // it is set aside already
  }
  if (!std::exchange(damaged_, true)) {
    heard_.reset();  // from now on: the database is there
    log_.error("local store damaged: what isn't sound is not served", {{"reason", fault.what()}});
  }
}

/// Without the mutex, by the writing thread or before it starts.
void LocalStore::set_aside(const std::string& reason) {
  const FilePointer old = file();
  std::vector<ContentKey> contents;
  try {
    // What was there shall be there again, as far as it can be read.
    std::optional<ZoneId> after;
    while (old) {
      const auto zones = old->zones_after(after, names_max);
      if (zones.empty()) {
        break;
      }
      after = zones.back().head.id;
      for (const store::ZoneRecord& zone : zones) {
        for (const store::ContentReference& content : zone.contents) {
          contents.push_back({zone.head.id, content.view});
        }
      }
    }
  } catch (const Fault& fault) {
    log_.warning("not all names of a damaged store could be read", {{"reason", fault.what()}});
  }
  folder_->set_aside();
  auto fresh = std::make_shared<store::StoreFile>(folder_->data(), settings_.size_octets_max);
  metrics_.set_aside.increment();
  log_.error("local store set aside: it is filled anew",
             {{"path", settings_.path}, {"reason", reason}, {"contents", contents.size()}});
  to_compare_.clear();
  unpublished_.clear();
  retry_at_.reset();
  written_position_ = {};
  written_heard_at_s_ = 0;
  const std::lock_guard lock(mutex_);
  file_ = std::move(fresh);
  damaged_ = false;
  index_wanted_ = true;
  if (!new_peers_) {
    new_peers_ = peers_;
  }
  for (const ContentKey& key : contents) {
    queue_.miss(key);
  }
}

StoreMetrics make_store_metrics(Metrics& metrics) {
  const auto fault = [&](const char* reason) {
    return metrics.counter("minidns_mdns_store_failures_total", "Faults of the local store", {{"reason", reason}});
  };
  const auto read = [&](const char* result) {
    return metrics.counter("minidns_mdns_store_reads_total", "Contents looked for in the local store",
                           {{"result", result}});
  };
  return {metrics.gauge("minidns_mdns_store_octets", "Size of the local store's file, with pages that are free again"),
          metrics.gauge("minidns_mdns_store_queue_zones", "Zones that wait to be stored"),
          metrics.gauge("minidns_mdns_store_missing_contents", "Contents that could not be stored yet"),
          metrics.counter("minidns_mdns_store_zones_written_total", "Zones written to the local store"),
          metrics.counter("minidns_mdns_store_octets_written_total", "Octets written to the local store"),
          metrics.counter("minidns_mdns_store_commits_total", "Transactions of the local store"),
          read("found"),
          read("absent"),
          fault("full"),
          fault("damaged"),
          fault("failed"),
          metrics.counter("minidns_mdns_store_set_aside_total", "Damaged local stores set aside")};
}

}  // namespace minidns::mdns
