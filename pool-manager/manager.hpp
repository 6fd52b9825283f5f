#pragma once

#include "base/ids.hpp"
#include "base/task_group.hpp"
#include "pool-manager/version_reports.hpp"
#include "pool-manager/work_context.hpp"
#include "pool-manager/worker.hpp"
#include "storage/feed_reader.hpp"
#include "storage/nameserver_leases.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace minidns::pool {

struct ManagerSettings {
  std::chrono::milliseconds lease_time{10'000};
  std::chrono::seconds forget_instances_after{3600};
};

/// Takes its share of the nameservers and has a Worker for each. Three threads of its own, which block on the database
/// and hold up nobody:
///
///     leases  every quarter of the lease time: shows that it lives, renews, takes, gives back
///     chores  once a second: numbers changes, reads which mdns live; once an hour: forgets dead instances
///     hints   listens, and wakes the workers
class Manager {
 public:
  /// All must outlive this. `reports` are those of `context`; `hints` is used by one thread only. Workers run on
  /// strands of `io`.
  Manager(const WorkContext& context, ManagerSettings settings, InstanceId me, storage::NameserverLeases& leases,
          storage::FeedReader& hints, VersionReports& reports, boost::asio::any_io_executor io);
  /// `stop` must have been called.
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  void start();
  /// Ends the workers, each after what it has begun, and gives the leases back. False if `limit` was too short: then
  /// workers still run, and the process must end without destroying what they use.
  [[nodiscard]] bool stop(std::chrono::milliseconds limit);

 private:
  using Workers = std::map<NameserverId, std::shared_ptr<Worker>>;

  /// Calls `round` every `interval` until `stop`, and tells the database's state by how it went.
  void repeat(std::chrono::milliseconds interval, bool tells_state, const std::function<void()>& round);
  /// Waits; false once stopped.
  bool pause(std::chrono::milliseconds time);
  [[nodiscard]] bool is_stopping() const;

  void lease_round();
  void renew();
  void drop_ended();
  void apply_plan();
  void start_worker(const storage::Lease& lease, SteadyTime asked_at);
  void chore_round();
  void hint_round();
  void take_hint(const storage::Hint& hint);
  void chase_numbering();
  void for_each_worker(const std::function<void(Worker&)>& action);
  void release_all();

  const WorkContext& context_;
  const ManagerSettings settings_;
  const InstanceId me_;
  storage::NameserverLeases& leases_;
  storage::FeedReader& hints_;
  VersionReports& reports_;
  const boost::asio::any_io_executor io_;
  const Gauge leases_held_;

  mutable std::mutex mutex_;  // guards workers_ and stopping_
  std::condition_variable stopped_;
  Workers workers_;
  bool stopping_ = false;

  SteadyTime next_cleaning_{};   ///< chores thread only
  std::int64_t known_head_ = 0;  ///< hints thread only
  SteadyTime chase_until_{};     ///< hints thread only
  TaskGroup tasks_;
  std::vector<std::jthread> threads_;
};

}  // namespace minidns::pool
