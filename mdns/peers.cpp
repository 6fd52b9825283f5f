#include "mdns/peers.hpp"

#include "base/address_list.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace minidns::mdns {
namespace {

using Keys = std::map<TsigKeyId, std::shared_ptr<const tsig::Key>>;

void report_key(const Logger& log, const storage::StoredKey& stored, std::string_view reason) {
  log.error("TSIG key not usable: left out", {{"key", stored.name}, {"id", stored.id.to_string()}, {"reason", reason}});
}

std::shared_ptr<const tsig::Key> open_key(const storage::StoredKey& stored, const SecretStore& box, const Logger& log) {
  auto name = dns::Name::from_text(stored.name);
  if (!name) {
    report_key(log, stored, name.error().detail);
    return nullptr;
  }
  const auto algorithm = tsig::algorithm_from_text(stored.algorithm);
  if (!algorithm) {
    report_key(log, stored, "unknown algorithm");
    return nullptr;
  }
  auto secret = box.open(stored.secret_sealed, "tsig-key:" + stored.id.to_string());
  if (!secret) {
    report_key(log, stored, secret.error().detail);
    return nullptr;
  }
  return std::make_shared<const tsig::Key>(tsig::Key{*std::move(name), *algorithm, *std::move(secret)});
}

/// Null if the address isn't one, or the key for NOTIFY is named but can't be used: unsigned would be refused.
std::optional<NotifyTarget> make_target(const storage::StoredPeer& stored, const Keys& keys, const Logger& log) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(stored.address, error);
  if (error) {
    log.error("nameserver's address not usable", {{"nameserver", stored.name}, {"address", stored.address}});
    return std::nullopt;
  }
  NotifyTarget target{stored.id, stored.name, plain(address), stored.port, nullptr, stored.view};
  if (stored.notify_key) {
    const auto key = keys.find(*stored.notify_key);
    if (key == keys.end()) {
      log.error("nameserver's NOTIFY key not usable: it gets no NOTIFY", {{"nameserver", stored.name}});
      return std::nullopt;
    }
    target.key = key->second;
  }
  return target;
}

bool is_told_of_changes(storage::StoredPeer::State state) {
  switch (state) {
    case storage::StoredPeer::State::bootstrapping:
    case storage::StoredPeer::State::in_service:
      return true;
    case storage::StoredPeer::State::maintenance:
    case storage::StoredPeer::State::retired:
      break;
  }
  return false;
}

/// Null, and nobody is served, if the ring can't be built. That can't be: names are unique in the database.
std::shared_ptr<const tsig::KeyRing> make_ring(std::vector<tsig::ScopedKey> scoped, const Logger& log) {
  auto ring = tsig::KeyRing::build(std::move(scoped));
  if (!ring) {
    log.error("TSIG keys not usable: none is accepted", {{"reason", ring.error().detail}});
    return nullptr;
  }
  return *std::move(ring);
}

}  // namespace

Peers::Peers(std::shared_ptr<const tsig::KeyRing> keys)
    : keys_(keys ? std::move(keys) : *tsig::KeyRing::build({})), key_lookup_(tsig::lookup_in(keys_)) {}

const std::vector<NotifyTarget>& Peers::targets_of(const PoolId& pool, const ZoneId& zone) const {
  const auto catalog = consumers_.find(zone);
  return catalog == consumers_.end() ? targets_of(pool) : catalog->second;
}

const std::vector<NotifyTarget>& Peers::targets_of(const PoolId& pool) const {
  static const std::vector<NotifyTarget> none;
  const auto found = targets_.find(pool);
  return found == targets_.end() ? none : found->second;
}

std::vector<ViewId> Peers::views_of(const PoolId& pool) const {
  std::vector<ViewId> views;
  for (const NotifyTarget& target : targets_of(pool)) {
    views.push_back(target.view);
  }
  if (views.empty()) {
    return {default_view};
  }
  std::sort(views.begin(), views.end());
  views.erase(std::unique(views.begin(), views.end()), views.end());
  return views;
}

std::set<ZoneId> Peers::catalogs() const {
  std::set<ZoneId> catalogs;
  for (const auto& [catalog, targets] : consumers_) {
    catalogs.insert(catalog);
  }
  return catalogs;
}

const NotifyTarget* Peers::find_target(const NameserverId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

bool Peers::allows_unsigned_soa(const boost::asio::ip::address& peer, const PoolId& pool) const {
  if (unsigned_soa_.empty()) {
    return false;
  }
  const auto found = unsigned_soa_.find(plain(peer));
  return found != unsigned_soa_.end() && found->second.contains(pool);
}

std::shared_ptr<const Peers> make_peers(const storage::TransferPeers& stored, const SecretStore& box,
                                        const Logger& log) {
  Keys keys;
  std::vector<tsig::ScopedKey> scoped;
  for (const storage::StoredKey& row : stored.keys) {
    if (auto key = open_key(row, box, log)) {
      keys.emplace(row.id, key);
      scoped.push_back({row.id, std::move(key), row.scope, row.view});
    }
  }
  Peers peers(make_ring(std::move(scoped), log));
  for (const ZoneId& catalog : stored.catalogs) {
    peers.consumers_.try_emplace(catalog);
  }
  for (const storage::StoredPeer& row : stored.peers) {
    if (auto target = make_target(row, keys, log)) {
      if (is_told_of_changes(row.state)) {
        peers.targets_[row.pool].push_back(*target);
        if (row.catalog) {
          peers.consumers_[*row.catalog].push_back(*target);
        }
      }
      if (row.allow_unsigned_soa && row.state != storage::StoredPeer::State::retired) {
        peers.unsigned_soa_[target->address].insert(row.pool);
      }
      peers.by_id_.emplace(row.id, *std::move(target));
    }
  }
  return std::make_shared<const Peers>(std::move(peers));
}

}  // namespace minidns::mdns
