#pragma once

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/secret_store.hpp"
#include "base/view_id.hpp"
#include "mdns/published.hpp"
#include "storage/transfer_peers.hpp"
#include "tsig/key_ring.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

/// A nameserver that is told of changes.
struct NotifyTarget {
  NameserverId id;
  std::string name;
  boost::asio::ip::address address;
  std::uint16_t port;
  std::shared_ptr<const tsig::Key> key;  ///< null: NOTIFY goes unsigned
  ViewId view;                           ///< which it transfers
};

/// Who may ask, and who is told; an immutable value, made anew when keys or nameservers change.
class Peers {
 public:
  /// Nobody: before the database was first read.
  Peers() : Peers(nullptr) {}

  /// Null if there is no such key.
  [[nodiscard]] const tsig::ScopedKey* find_key(const dns::Name& name) const { return keys_->find(name); }
  /// For verifying requests.
  [[nodiscard]] const tsig::KeyLookup& key_lookup() const { return key_lookup_; }
  /// Nameservers of a pool that are told of every change: those that are bootstrapping or in service.
  [[nodiscard]] const std::vector<NotifyTarget>& targets_of(const PoolId& pool) const;
  /// Views that the pool's nameservers transfer, those that are told of every change; the default view if there are
  /// none. Sorted.
  [[nodiscard]] std::vector<ViewId> views_of(const PoolId& pool) const;
  /// Those that are told of every change of a zone of the pool: of a catalog zone only those that consume it.
  [[nodiscard]] const std::vector<NotifyTarget>& targets_of(const PoolId& pool, const ZoneId& zone) const;
  [[nodiscard]] std::set<ZoneId> catalogs() const;
  /// Whatever its state; null if there is none.
  [[nodiscard]] const NotifyTarget* find_target(const NameserverId& id) const;
  [[nodiscard]] const std::unordered_map<PoolId, std::vector<NotifyTarget>>& targets() const { return targets_; }
  /// Whether a nameserver of the pool with this address may ask for SOA without a key.
  [[nodiscard]] bool allows_unsigned_soa(const boost::asio::ip::address& peer, const PoolId& pool) const;

 private:
  friend std::shared_ptr<const Peers> make_peers(const storage::TransferPeers&, const SecretStore&, const Logger&);

  explicit Peers(std::shared_ptr<const tsig::KeyRing> keys);

  std::shared_ptr<const tsig::KeyRing> keys_;
  tsig::KeyLookup key_lookup_;
  std::unordered_map<PoolId, std::vector<NotifyTarget>> targets_;
  std::unordered_map<ZoneId, std::vector<NotifyTarget>> consumers_;  ///< of all catalog zones
  std::unordered_map<NameserverId, NotifyTarget> by_id_;
  std::map<boost::asio::ip::address, std::set<PoolId>> unsigned_soa_;
};

using PublishedPeers = Published<Peers>;

/// What can't be used (a secret that doesn't open, a bad name or algorithm) is logged and left out.
[[nodiscard]] std::shared_ptr<const Peers> make_peers(const storage::TransferPeers& stored, const SecretStore& box,
                                                      const Logger& log);

}  // namespace minidns::mdns
