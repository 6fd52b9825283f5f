#pragma once

#include "base/address_policy.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/secret_store.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "storage/inbound_store.hpp"
#include "tsig/key.hpp"

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace minidns::mdns {

/// A server that a zone is transferred from.
struct InboundPrimary {
  boost::asio::ip::address address;
  std::uint16_t port;
  [[nodiscard]] std::string to_text() const;
};

/// A zone that is transferred in, ready to be worked on.
struct InboundWork {
  storage::InboundZone zone;
  std::vector<InboundPrimary> primaries;  ///< in the order in which they are asked
  std::shared_ptr<const tsig::Key> key;   ///< null: unsigned
  bool key_is_broken = false;             ///< it is there, but can't be used: nothing is asked unsigned instead
};

/// From the database's form: addresses that the policy refuses, or that are ours, are left out and logged.
[[nodiscard]] InboundWork make_work(storage::InboundZone zone, const AddressPolicy& policy,
                                    const std::vector<InboundPrimary>& own, const SecretStore& box, const Logger& log);

/// Zones whose time without a primary is over (RFC 1035 §3.3.13, RFC 1034 §4.3.5). Asked for every query: one atomic
/// load while there is none. Safe on every thread.
class ExpiredZones {
 public:
  [[nodiscard]] bool contains(const ZoneId& zone) const {
    return count_.load(std::memory_order_relaxed) != 0 && look(zone);
  }
  void replace(std::unordered_set<ZoneId> zones);
  [[nodiscard]] std::size_t size() const { return count_.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] bool look(const ZoneId& zone) const;

  std::atomic<std::size_t> count_{0};
  mutable std::shared_mutex mutex_;  // guards zones_
  std::unordered_set<ZoneId> zones_;
};

/// What this instance knows of all zones that are transferred in: as the database says, and what has happened since
/// (NOTIFYs, its own work). Safe on every thread.
class InboundTable {
 public:
  explicit InboundTable(const Clock& clock) : clock_(clock) {}

  /// Takes over what was read; `all`: zones that aren't in it are gone.
  void update(std::vector<InboundWork> zones, bool all);

  /// For NOTIFY: who may send one.
  struct Known {
    ZoneId id;
    std::vector<boost::asio::ip::address> primaries;
    std::shared_ptr<const tsig::Key> key;
  };
  [[nodiscard]] std::optional<Known> find(const dns::Name& zone) const;
  /// A primary says that there is something new: the zone is due, that primary is asked first, and whoever waits wakes
  /// up. Nothing if its serial isn't newer than ours (RFC 1996 §3.11 lets us believe it).
  void notified(const ZoneId& zone, const boost::asio::ip::address& from, const std::optional<dns::Serial>& serial);

  /// Zones that are due and not worked on, at most `count_max`, the longest due first, of which `accept` takes which it
  /// wants.
  using Accept = std::function<bool(const InboundWork& work, bool notified)>;
  [[nodiscard]] std::vector<InboundWork> take_due(std::size_t count_max, const Accept& accept);
  /// The work is over and settled. `due_in`, `expires_in`: as the database was told.
  void done(const ZoneId& zone, std::chrono::milliseconds due_in,
            const std::optional<std::chrono::milliseconds>& expires_in);
  /// The work is over, but nothing is settled (the database is away, another instance has the zone): a NOTIFY that it
  /// was done for still counts, and the zone is due again after `due_in`.
  void again(const ZoneId& zone, std::chrono::milliseconds due_in,
             const std::optional<std::chrono::milliseconds>& expires_in = {});
  /// Nobody works on it any more; `again` a little later if neither was said.
  void ended(const ZoneId& zone);

  [[nodiscard]] std::unordered_set<ZoneId> expired() const;
  struct Counts {
    std::size_t zones = 0;
    std::size_t alarms = 0;
  };
  [[nodiscard]] Counts counts() const;
  /// Until a zone is notified or `wake` was called, or so long.
  void wait(std::chrono::milliseconds limit);
  void wake();

 private:
  struct Entry {
    InboundWork work;
    SteadyTime due;
    std::optional<SteadyTime> expires;
    SteadyTime begun{};  // of the last work
    bool running = false;
    bool notified = false;                     // due for a NOTIFY, which no work has settled
    bool runs_for_notify = false;              // the work under way was begun for one
    std::optional<dns::Serial> told_serial{};  // the newest NOTIFY's, if it had one
  };
  void retry(Entry& entry, SteadyTime due);
  void put(InboundWork work, SteadyTime now);
  void erase(const ZoneId& zone);

  const Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<ZoneId, Entry> zones_;
  std::unordered_map<dns::Name, ZoneId> by_name_;
  bool woken_ = false;
  std::condition_variable changed_;
};

}  // namespace minidns::mdns
