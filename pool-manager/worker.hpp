#pragma once

#include "pool-manager/held_lease.hpp"
#include "pool-manager/pool_metrics.hpp"
#include "pool-manager/session.hpp"
#include "pool-manager/wakeup.hpp"
#include "pool-manager/work_context.hpp"
#include "storage/nameserver_work.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <memory>
#include <optional>

namespace minidns::pool {

/// Works for one nameserver as long as its lease is held: one Session after another, each with the settings of its
/// time. Made as a shared_ptr; what is posted to its strand keeps it.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  /// `context` must outlive this; `executor` is a strand of its own.
  Worker(const WorkContext& context, storage::Lease lease, SteadyTime asked_at, std::chrono::milliseconds lease_time,
         boost::asio::any_io_executor executor);

  [[nodiscard]] HeldLease& lease() { return lease_; }
  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }

  /// To be spawned on the executor, once.
  [[nodiscard]] boost::asio::awaitable<void> run();

  // From any thread:
  void stop();
  void wake_feed();
  void wake_reports();
  [[nodiscard]] bool is_stopping() const { return stopping_; }
  /// Nothing is done any more: the lease may be given back.
  [[nodiscard]] bool has_ended() const { return ended_; }

 private:
  struct Loaded {
    storage::NameserverSettings settings;
    std::optional<NameserverAccess> access;  ///< nothing: the settings can't be used
  };

  [[nodiscard]] boost::asio::awaitable<bool> work();
  [[nodiscard]] boost::asio::awaitable<std::optional<Loaded>> load();
  [[nodiscard]] boost::asio::awaitable<void> tell_unusable(const storage::NameserverSettings& settings,
                                                           std::string reason);
  /// Whether the zones on the nameserver may have other primaries or another key than they should.
  [[nodiscard]] bool upstream_changed(const storage::NameserverSettings& settings) const;

  const WorkContext& context_;
  HeldLease lease_;
  const boost::asio::any_io_executor executor_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> feed_posted_ = false;     ///< a wake-up is on its way to the strand
  std::atomic<bool> reports_posted_ = false;  ///< the same

  // On the strand:
  Wakeup pause_;
  Session* session_ = nullptr;
  std::optional<storage::NameserverSettings> last_settings_;
  std::optional<NameserverMetrics> metrics_;
};

}  // namespace minidns::pool
