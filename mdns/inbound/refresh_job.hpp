#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/worker_pool.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "mdns/inbound/difference.hpp"
#include "mdns/inbound/inbound_table.hpp"
#include "mdns/inbound/primary_client.hpp"
#include "mdns/inbound/schedule.hpp"
#include "storage/inbound_store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace minidns::mdns {

struct InboundMetrics {
  Counter up_to_date, newer, went_back, unreachable;  ///< of checks
  Counter axfr, ixfr, unchanged, failed;              ///< of transfers
  Counter octets;
  Gauge zones, expired, alarms, running;
};

/// What a zone's work needs; all must outlive it.
struct RefreshContext {
  storage::InboundStore& store;
  WorkerPool& workers;  ///< for the store
  InboundTable& table;
  const InstanceId self;
  const RefreshLimits& refresh;
  const ClientLimits& client;
  const dns::TransferLimits& transfer;
  std::size_t difference_octets_max;         ///< of an incremental transfer, which is kept in memory
  std::chrono::milliseconds transfer_limit;  ///< for one transfer from its beginning to its commit
  std::function<std::optional<boost::asio::ip::address>(const boost::asio::ip::address&)> source_for;
  const InboundMetrics& metrics;
  const Clock& clock;
  const Logger& log;
};

/// One look at a zone's primaries, and the transfer if there is something newer. Claims the zone in the database first,
/// so that no other instance works on it; without the database it only asks, and keeps to itself what it heard.
///
///     claim ──▶ ask the SOA of a primary ──▶ up to date ──────────────────────────────────────────▶ settle
///                 ▲        │  │                                                                       ▲
///                 │        │  └─newer─▶ IXFR, or AXFR where that fails ─▶ stage ─▶ commit ─▶ announce ┤
///                 └─next───┘  (no answer, older, or the transfer failed)             alarm, failure ──┘
class RefreshJob : public std::enable_shared_from_this<RefreshJob> {
 public:
  RefreshJob(const RefreshContext& context, boost::asio::any_io_executor strand, InboundWork work);

  /// To its end. `self` keeps it alive.
  [[nodiscard]] boost::asio::awaitable<void> run(std::shared_ptr<RefreshJob> self);

 private:
  /// The claim went to another instance: nothing more is to be done.
  struct ClaimLost {};
  /// What came of asking.
  struct Found {
    bool ok = false;
    std::optional<dns::RRset> soa;  ///< what the zone has from now on
    std::optional<std::string> error;
    std::optional<std::pair<storage::InboundAlarm::Kind, dns::Serial>> alarm;
    bool reached = false;  ///< a primary answered with its SOA
  };
  enum class Claimed { yes, no, unknown };

  [[nodiscard]] boost::asio::awaitable<Claimed> claim();
  [[nodiscard]] boost::asio::awaitable<Found> ask_all();
  [[nodiscard]] boost::asio::awaitable<bool> ask_one(InboundPrimary primary, Found* found);
  [[nodiscard]] boost::asio::awaitable<void> settle(Found found);

  [[nodiscard]] boost::asio::awaitable<void> transfer(InboundPrimary primary, bool whole, Found* found);
  [[nodiscard]] boost::asio::awaitable<bool> transfer_once(InboundPrimary primary, dns::RRType type, Found* found);
  [[nodiscard]] boost::asio::awaitable<dns::RRset> receive_all(PrimaryConnection* connection,
                                                               dns::TransferReader* reader);
  void take(dns::TransferEvent event);
  [[nodiscard]] boost::asio::awaitable<void> flush();
  [[nodiscard]] boost::asio::awaitable<void> renew(std::chrono::milliseconds lease);
  [[nodiscard]] boost::asio::awaitable<void> commit_whole(dns::RRset soa, Found* found);
  [[nodiscard]] boost::asio::awaitable<void> commit_difference(dns::RRset soa, Found* found);
  [[nodiscard]] boost::asio::awaitable<void> committed(std::optional<dns::Version> version, dns::RRset soa,
                                                       Found* found);

  [[nodiscard]] PrimaryQuery query_to(const InboundPrimary& primary) const;
  [[nodiscard]] const storage::InboundZone& zone() const { return work_.zone; }
  [[nodiscard]] std::string zone_text() const { return zone().name.to_text(); }
  void add_alarm(Found& found, storage::InboundAlarm::Kind kind, dns::Serial serial) const;
  [[nodiscard]] storage::InboundOutcome outcome_of(const Found& found) const;

  const RefreshContext& context_;
  const boost::asio::any_io_executor strand_;
  InboundWork work_;
  std::optional<storage::InboundClaim> claim_;
  SteadyTime renewed_{};

  // Of the transfer under way.
  enum class Form { unknown, whole, difference, nothing };
  Form form_ = Form::unknown;
  std::vector<storage::InboundRecord> batch_;
  std::size_t batch_octets_ = 0;
  std::int64_t staged_ = 0;
  std::optional<InboundDifference> difference_;
  std::optional<dns::RRset> end_;
};

}  // namespace minidns::mdns
