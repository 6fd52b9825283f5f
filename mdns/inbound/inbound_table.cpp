#include "mdns/inbound/inbound_table.hpp"

#include "base/address_list.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace minidns::mdns {
namespace {

/// Between the beginnings of two works on one zone that NOTIFYs ask for: who sends many may not make us ask as often.
constexpr std::chrono::milliseconds notify_gap{250};

/// After work that ended by a fault of ours.
constexpr std::chrono::milliseconds after_fault{30'000};

/// `192.0.2.1:53`, `[2001:db8::1]:53`: what central writes.
std::optional<InboundPrimary> parse_primary(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return std::nullopt;
  }
  const bool bracketed = text.front() == '[' && text[colon - 1] == ']';
  const std::string host = bracketed ? text.substr(1, colon - 2) : text.substr(0, colon);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [at, port_error] = std::from_chars(text.data() + colon + 1, end, port);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error || port_error != std::errc() || at != end || port == 0) {
    return std::nullopt;
  }
  return InboundPrimary{plain(address), port};
}

std::shared_ptr<const tsig::Key> open_key(const storage::InboundZone& zone, const SecretStore& box, const Logger& log) {
  const auto name = dns::Name::from_text(zone.key->name);
  const auto algorithm = tsig::algorithm_from_text(zone.key->algorithm);
  auto secret = box.open(zone.key->secret_sealed, "inbound-key:" + zone.id.to_string());
  if (!name || !algorithm || !secret) {
    log.error("key of a zone's primaries not usable: the zone is not transferred",
              {{"zone", zone.name.to_text()}, {"key", zone.key->name}});
    return nullptr;
  }
  return std::make_shared<const tsig::Key>(tsig::Key{*name, *algorithm, *std::move(secret)});
}

}  // namespace

std::string InboundPrimary::to_text() const {
  const std::string host = address.to_string();
  return (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

InboundWork make_work(storage::InboundZone zone, const AddressPolicy& policy, const std::vector<InboundPrimary>& own,
                      const SecretStore& box, const Logger& log) {
  InboundWork work{std::move(zone), {}, nullptr, false};
  for (const std::string& text : work.zone.primaries) {
    const auto primary = parse_primary(text);
    const bool is_own = primary && std::any_of(own.begin(), own.end(), [&](const InboundPrimary& ours) {
                          return ours.address == primary->address && ours.port == primary->port;
                        });
    if (!primary || is_own || !policy.permits(primary->address)) {
      log.warning("primary left out: not an address that may be one",
                  {{"zone", work.zone.name.to_text()}, {"primary", text}});
      continue;
    }
    work.primaries.push_back(*primary);
  }
  if (work.zone.key) {
    work.key = open_key(work.zone, box, log);
    work.key_is_broken = work.key == nullptr;
  }
  return work;
}

void ExpiredZones::replace(std::unordered_set<ZoneId> zones) {
  const std::lock_guard lock(mutex_);
  zones_ = std::move(zones);
  count_.store(zones_.size(), std::memory_order_relaxed);
}

bool ExpiredZones::look(const ZoneId& zone) const {
  const std::shared_lock lock(mutex_);
  return zones_.contains(zone);
}

void InboundTable::update(std::vector<InboundWork> zones, bool all) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  if (all) {
    std::unordered_set<ZoneId> present;
    for (const InboundWork& work : zones) {
      present.insert(work.zone.id);
    }
    std::vector<ZoneId> gone;
    for (const auto& [id, entry] : zones_) {
      if (!present.contains(id)) {
        gone.push_back(id);
      }
    }
    std::for_each(gone.begin(), gone.end(), [this](const ZoneId& id) { erase(id); });
  }
  for (InboundWork& work : zones) {
    if (work.zone.deleted) {
      erase(work.zone.id);
    } else {
      put(std::move(work), now);
    }
  }
}

void InboundTable::put(InboundWork work, SteadyTime now) {
  const ZoneId id = work.zone.id;
  const auto due = now + work.zone.due_in;
  const auto expires = work.zone.expires_in ? std::optional(now + *work.zone.expires_in) : std::nullopt;
  by_name_.insert_or_assign(work.zone.name, id);
  const auto found = zones_.find(id);
  if (found == zones_.end()) {
    zones_.emplace(id, Entry{std::move(work), due, expires});
    return;
  }
  Entry& entry = found->second;
  entry.work = std::move(work);
  entry.expires = expires;
  const storage::InboundZone& zone = entry.work.zone;
  if (entry.told_serial && zone.has_content && !entry.told_serial->is_newer_than(zone.serial)) {
    entry.notified = false;  // another instance took what the NOTIFY was about
  }
  if (!entry.notified) {
    entry.due = due;
  }
}

void InboundTable::erase(const ZoneId& zone) {
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    return;
  }
  const auto name = by_name_.find(found->second.work.zone.name);
  if (name != by_name_.end() && name->second == zone) {
    by_name_.erase(name);
  }
  zones_.erase(found);
}

std::optional<InboundTable::Known> InboundTable::find(const dns::Name& zone) const {
  const std::lock_guard lock(mutex_);
  const auto named = by_name_.find(zone);
  if (named == by_name_.end()) {
    return std::nullopt;
  }
  const InboundWork& work = zones_.at(named->second).work;
  Known known{named->second, {}, work.key};
  for (const InboundPrimary& primary : work.primaries) {
    known.primaries.push_back(primary.address);
  }
  return known;
}

void InboundTable::notified(const ZoneId& zone, const boost::asio::ip::address& from,
                            const std::optional<dns::Serial>& serial) {
  const std::lock_guard lock(mutex_);
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    return;
  }
  Entry& entry = found->second;
  if (serial && entry.work.zone.has_content && !serial->is_newer_than(entry.work.zone.serial)) {
    return;
  }
  entry.notified = true;
  entry.told_serial = serial;
  entry.due = std::max(clock_.steady(), entry.begun + notify_gap);
  auto& primaries = entry.work.primaries;
  std::stable_partition(primaries.begin(), primaries.end(),
                        [&](const InboundPrimary& primary) { return primary.address == from; });
  woken_ = true;
  changed_.notify_all();
}

std::vector<InboundWork> InboundTable::take_due(std::size_t count_max, const Accept& accept) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  std::vector<std::pair<SteadyTime, ZoneId>> due;
  for (const auto& [id, entry] : zones_) {
    if (!entry.running && entry.due <= now) {
      due.emplace_back(entry.due, id);
    }
  }
  std::sort(due.begin(), due.end());
  std::vector<InboundWork> taken;
  for (const auto& [time, id] : due) {
    if (taken.size() == count_max) {
      break;
    }
    Entry& entry = zones_.at(id);
    if (!accept(entry.work, entry.notified)) {
      continue;
    }
    taken.push_back(entry.work);
    entry.running = true;
    entry.runs_for_notify = std::exchange(entry.notified, false);
    entry.begun = now;
  }
  return taken;
}

void InboundTable::done(const ZoneId& zone, std::chrono::milliseconds due_in,
                        const std::optional<std::chrono::milliseconds>& expires_in) {
  const std::lock_guard lock(mutex_);
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    return;
  }
  Entry& entry = found->second;
  const SteadyTime now = clock_.steady();
  entry.running = false;
  if (expires_in) {
    entry.expires = now + *expires_in;
  }
  if (!entry.notified) {
    entry.due = now + due_in;
  }
}

void InboundTable::again(const ZoneId& zone, std::chrono::milliseconds due_in,
                         const std::optional<std::chrono::milliseconds>& expires_in) {
  const std::lock_guard lock(mutex_);
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    return;
  }
  const SteadyTime now = clock_.steady();
  if (expires_in) {
    found->second.expires = now + *expires_in;
  }
  retry(found->second, now + due_in);
}

void InboundTable::ended(const ZoneId& zone) {
  const std::lock_guard lock(mutex_);
  const auto found = zones_.find(zone);
  if (found != zones_.end() && found->second.running) {
    retry(found->second, clock_.steady() + after_fault);
  }
  woken_ = true;  // there is room for another
  changed_.notify_all();
}

/// A NOTIFY that came during the work has its own time.
void InboundTable::retry(Entry& entry, SteadyTime due) {
  entry.running = false;
  if (!entry.notified) {
    entry.due = due;
    entry.notified = entry.runs_for_notify;
  }
}

std::unordered_set<ZoneId> InboundTable::expired() const {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  std::unordered_set<ZoneId> expired;
  for (const auto& [id, entry] : zones_) {
    if (entry.work.zone.has_content && entry.expires && *entry.expires <= now) {
      expired.insert(id);
    }
  }
  return expired;
}

InboundTable::Counts InboundTable::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts{zones_.size(), 0};
  for (const auto& [id, entry] : zones_) {
    counts.alarms += entry.work.zone.alarm ? 1 : 0;
  }
  return counts;
}

void InboundTable::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return woken_; });
  woken_ = false;
}

void InboundTable::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

}  // namespace minidns::mdns
