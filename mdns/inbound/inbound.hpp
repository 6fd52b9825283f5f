#pragma once

#include "base/address_policy.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/secret_store.hpp"
#include "base/settings.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "mdns/inbound/inbound_table.hpp"
#include "mdns/inbound/primary_client.hpp"
#include "mdns/inbound/schedule.hpp"
#include "mdns/nameserver/inbound_gate.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace minidns::storage::postgres {
class Connection;
}

namespace minidns::mdns {

struct InboundSettings {
  AddressPolicy policy;
  RefreshLimits refresh;
  ClientLimits client;
  /// Of one zone: what a customer may make us, and the database, keep.
  dns::TransferLimits transfer{std::uint64_t{1} << 30U, 20'000'000};
  std::chrono::milliseconds transfer_limit{std::chrono::hours(2)};
  /// Zones worked on at a time; each may hold a message, a batch and a difference in memory.
  std::size_t jobs_max = 32;
  /// Of them from one primary, so that a slow one holds up its own zones only.
  std::size_t jobs_per_primary_max = 4;
};

/// Zones that are transferred in, as a whole: follows their state in the database, asks their primaries, and is the
/// gate for NOTIFYs from these.
class Inbound {
 public:
  using OnConnect = std::function<void(storage::postgres::Connection&)>;

  /// `on_connect` runs on every new session with the database. `own`: where this program serves. `is_ours`: whether
  /// work that any instance may do is this one's. All that is referred to must outlive it; `io` must run until `stop`
  /// has returned.
  Inbound(boost::asio::io_context& io, const InboundSettings& settings, const DatabaseSettings& database,
          const OnConnect& on_connect, std::vector<InboundPrimary> own, const InstanceId& self,
          std::function<bool(const ZoneId&)> is_ours, const SecretStore& box, const Clock& clock, Metrics& metrics,
          const Logger& log);
  /// As `stop`.
  ~Inbound();
  Inbound(const Inbound&) = delete;
  Inbound& operator=(const Inbound&) = delete;

  [[nodiscard]] const InboundGate& gate() const;
  void start();
  /// Breaks off what is under way: another instance takes it up.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns::mdns
