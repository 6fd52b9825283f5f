#pragma once

#include "base/clock.hpp"
#include "pool-manager/nameserver_access.hpp"
#include "pool-manager/plan.hpp"
#include "pool-manager/sync/summary.hpp"
#include "pool-manager/sync/sync_context.hpp"
#include "pool-manager/sync/transfers.hpp"
#include "pool-manager/version_reports.hpp"
#include "storage/nameserver_work.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace minidns::pool::sync {

struct SyncLimits {
  bool dry_run = false;
  std::chrono::milliseconds timeout = std::chrono::hours(24);  ///< for all of it
  std::size_t zones_expected = 0;                              ///< for the display of progress
  /// The nameserver's control channel may be away for so long.
  std::chrono::milliseconds away_max = std::chrono::seconds(30);
};

/// Makes a running nameserver's zone list right and follows the transfers, until it serves everything that its pool
/// has:
///
///     ┌▶ compare: add what is missing, remove what was deleted ──▶ follow: until all have arrived ─┐
///     └──────────────────── again, until a comparison finds nothing to add or remove ◀─────────────┘
///
/// Zones are looked at page by page; transfers are followed while others are added. Zones that nobody knows are told,
/// never deleted, but for those that it has added itself. All commands bear being done twice, so it may be interrupted,
/// begun again, and run beside a pool manager. On one executor (a strand).
class Synchronizer {
 public:
  /// `settings` and `access` are the nameserver's; they must outlive this, as `context`.
  Synchronizer(const SyncContext& context, const storage::NameserverSettings& settings, NameserverAccess& access,
               const SyncLimits& limits, const boost::asio::any_io_executor& executor);

  /// Until it is done, the time is over, it is stopped, or can't go on: the summary says which. Throws what the
  /// database throws.
  [[nodiscard]] boost::asio::awaitable<SyncSummary> run();
  /// From its executor: it ends soon, between two commands.
  void stop();

 private:
  using Findings = std::vector<Finding>;
  using Page = std::vector<storage::DesiredZone>;

  [[nodiscard]] boost::asio::awaitable<bool> prepare();
  [[nodiscard]] boost::asio::awaitable<bool> compare();
  [[nodiscard]] boost::asio::awaitable<std::optional<std::vector<ListedZone>>> list();
  [[nodiscard]] boost::asio::awaitable<Findings> compare_by_questions(Page page);
  [[nodiscard]] boost::asio::awaitable<void> take(Page page, Findings findings);
  [[nodiscard]] boost::asio::awaitable<void> add(std::vector<AwaitedZone> zones);
  [[nodiscard]] boost::asio::awaitable<void> add_batch(std::vector<AwaitedZone> zones);
  [[nodiscard]] boost::asio::awaitable<void> remove(std::vector<dns::Name> zones);
  [[nodiscard]] boost::asio::awaitable<void> treat_unknown(Findings findings);
  [[nodiscard]] boost::asio::awaitable<void> follow();
  [[nodiscard]] boost::asio::awaitable<void> follow_step();
  [[nodiscard]] boost::asio::awaitable<void> help();
  [[nodiscard]] boost::asio::awaitable<void> drop_unwanted(std::vector<AwaitedZone> zones);
  [[nodiscard]] boost::asio::awaitable<void> fetch(std::vector<AwaitedZone> zones);
  [[nodiscard]] boost::asio::awaitable<bool> all_live_have(std::int64_t seq);
  [[nodiscard]] boost::asio::awaitable<void> wait_until(SteadyTime time);
  [[nodiscard]] boost::asio::awaitable<bool> is_back(DriverError error);

  [[nodiscard]] bool must_end();
  void refuse(const AwaitedZone& zone, const std::string& reason);
  void show(const std::string& doing);
  [[nodiscard]] SyncSummary conclusion() const;

  const SyncContext& context_;
  const storage::NameserverSettings& settings_;
  NameserverAccess& access_;
  const SyncLimits limits_;
  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer pause_;
  const SteadyTime deadline_;
  VersionReports reports_;

  SyncSummary summary_;
  std::size_t changes_of_round_ = 0;  ///< additions and removals that were made or found necessary
  Transfers transfers_;
  std::unordered_set<dns::Name> added_;  ///< by us
  struct Refusal {
    ZoneFault fault;
    int times = 0;
  };
  std::map<dns::Name, Refusal> refused_;  ///< zones that the nameserver doesn't take
  std::vector<ZoneFault> other_faults_;   ///< of the present round
  std::int64_t head_ = 0;                 ///< of the feed, when the round began
  bool is_stopped_ = false;
};

}  // namespace minidns::pool::sync
