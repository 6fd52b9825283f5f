#pragma once

#include "pool-manager/drivers/call_queue.hpp"
#include "pool-manager/held_lease.hpp"
#include "pool-manager/nameserver_access.hpp"
#include "pool-manager/plan.hpp"
#include "pool-manager/pool_metrics.hpp"
#include "pool-manager/window.hpp"
#include "pool-manager/work_context.hpp"
#include "storage/nameserver_work.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace minidns::pool {

/// From the begin of a comparison that took `took` to the begin of the next, if nothing asks for it before: a list that
/// is long, or a nameserver that is slow, is compared less often; ten times less at most, since some comparisons are
/// long for once only (all zones transferred anew).
[[nodiscard]] SteadyTime::duration sweep_pause(const WorkSettings& settings, SteadyTime::duration took);

/// What outlives one comparison.
struct SweepState {
  bool reconfigure = false;  ///< give every zone that is there the present primaries and key
  /// Then have every zone that is there transferred anew, whatever its serial: it may be of another view or pool. Once
  /// every mdns has applied the feed up to here, so that all know the key as it is now.
  std::optional<std::int64_t> retransfer_after = std::nullopt;
  bool may_be_refused = true;  ///< a deletion of unknown zones: the database may say so
};

/// One comparison of a nameserver's zone list with what it should be. What it finds becomes tasks, page by page, set
/// by set; zones that nobody knows are deleted by the pool's policy. Memory: the nameserver's list (about 100 octets
/// per zone) and one page.
class Sweep {
 public:
  enum class Result { done, unreachable, failed, lease_lost };

  /// All must outlive the sweep. `turn`: held while zones are removed, so that nothing is added meanwhile.
  Sweep(const WorkContext& context, const HeldLease& lease, NameserverMetrics& metrics,
        const storage::NameserverSettings& settings, NameserverAccess& access, Window& window, CallQueue& turn,
        SweepState& state);

  /// Judges what has not changed after `through` in the feed; newer changes are the feed's business. `is_ending` is
  /// asked now and then.
  [[nodiscard]] boost::asio::awaitable<Result> run(std::int64_t through, std::function<bool()> is_ending);
  /// Only `page`, of which somebody else has asked what the nameserver shows: `observed`, without unknown zones.
  [[nodiscard]] boost::asio::awaitable<Result> judge(std::vector<storage::DesiredZone> page,
                                                     std::vector<ListedZone> observed, std::int64_t through,
                                                     std::function<bool()> is_ending);
  /// After `failed` or `unreachable`, for a person.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// What was found, but for zones that were in hand.
  [[nodiscard]] std::size_t findings() const { return findings_count_; }
  /// After `done`: everything that the pool knows of is as it should be, or a task. Otherwise another is needed.
  [[nodiscard]] bool is_complete() const { return deleted_left_ == 0 && !state_.retransfer_after; }

 private:
  using Page = std::vector<storage::DesiredZone>;
  using Wanted = std::unordered_map<dns::Name, storage::ZoneAction>;

  [[nodiscard]] bool lists_by_control() const;
  [[nodiscard]] DriverTask<std::vector<ListedZone>> list();
  [[nodiscard]] boost::asio::awaitable<Result> compare(std::vector<ListedZone> observed);
  [[nodiscard]] boost::asio::awaitable<Result> compare_by_asking();
  [[nodiscard]] boost::asio::awaitable<Page> next_page(std::optional<dns::Name> after);
  [[nodiscard]] boost::asio::awaitable<std::vector<ListedZone>> ask(const Page& page);
  [[nodiscard]] boost::asio::awaitable<Result> take(std::vector<Finding> findings);
  [[nodiscard]] boost::asio::awaitable<Result> keep(Wanted wanted);
  [[nodiscard]] boost::asio::awaitable<void> report_ahead(std::vector<Finding> ahead);
  [[nodiscard]] boost::asio::awaitable<Result> bring_over(const Page& page, const std::vector<Finding>& findings);
  void end_bringing_over();
  [[nodiscard]] boost::asio::awaitable<std::optional<CallQueue::Turn>> take_turn();
  [[nodiscard]] boost::asio::awaitable<Result> reconfigure(std::vector<dns::Name> names);
  [[nodiscard]] boost::asio::awaitable<Result> retransfer(std::vector<dns::Name> names);
  [[nodiscard]] boost::asio::awaitable<std::vector<dns::Name>> forcible(std::vector<dns::Name> names);
  [[nodiscard]] boost::asio::awaitable<Result> force(dns::Name name);
  [[nodiscard]] boost::asio::awaitable<void> treat_unknown(std::size_t observed_zones);
  [[nodiscard]] boost::asio::awaitable<void> remove_deleted();
  [[nodiscard]] boost::asio::awaitable<bool> may_delete_so_many(std::size_t observed_zones);
  [[nodiscard]] boost::asio::awaitable<void> end_refusal();
  [[nodiscard]] boost::asio::awaitable<std::size_t> remove_zones(std::vector<dns::Name> names);
  [[nodiscard]] boost::asio::awaitable<std::size_t> remove_batch(std::vector<dns::Name> names);
  [[nodiscard]] bool is_catalog(const dns::Name& name) const;
  [[nodiscard]] bool must_stop() const;
  Result fail(const DriverError& error);

  const WorkContext& context_;
  const HeldLease& lease_;
  NameserverMetrics& metrics_;
  const storage::NameserverSettings& settings_;
  NameserverAccess& access_;
  Window& window_;
  CallQueue& turn_;
  SweepState& state_;

  std::int64_t through_ = 0;
  std::function<bool()> is_ending_;
  std::vector<dns::Name> unknown_;
  bool is_database_behind_ = false;  // the nameserver serves newer versions than the database has
  std::size_t findings_count_ = 0;
  std::size_t deleted_left_ = 0;  // zones that were deleted, are unknown by now, and could not be removed
  bool put_off_ = false;          // zones were not transferred anew yet: an mdns may not know what their view is
  std::string reason_;
};

}  // namespace minidns::pool
