#pragma once

#include "pool-manager/sync/sync_context.hpp"
#include "storage/nameserver_overview.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <string>

namespace minidns::pool::sync {

/// What keeps a nameserver from being in service, for a person; empty if nothing is to be seen.
[[nodiscard]] std::string obstacle_of(const storage::NameserverOverview& nameserver);

/// Has a nameserver put in service and waits until it is. Whether it has caught up is for the pool manager to decide,
/// who works for it under a lease; what is asked for here stays asked for, even if this ends before. On one executor.
class InService {
 public:
  /// `context` and `overviews` must outlive this.
  InService(const SyncContext& context, storage::NameserverOverviews& overviews, NameserverId nameserver,
            SteadyTime deadline, const boost::asio::any_io_executor& executor);

  /// Whether it is in service; false at the deadline, when stopped, or if its state doesn't lead there.
  [[nodiscard]] boost::asio::awaitable<bool> run();
  /// From its executor.
  void stop();

 private:
  [[nodiscard]] boost::asio::awaitable<bool> request();
  [[nodiscard]] boost::asio::awaitable<std::optional<storage::NameserverOverview>> look();

  const SyncContext& context_;
  storage::NameserverOverviews& overviews_;
  const NameserverId nameserver_;
  const SteadyTime deadline_;
  boost::asio::steady_timer pause_;
  bool is_stopped_ = false;
};

}  // namespace minidns::pool::sync
