#pragma once

#include "pool-manager/drivers/call_queue.hpp"
#include "pool-manager/held_lease.hpp"
#include "pool-manager/nameserver_access.hpp"
#include "pool-manager/pool_metrics.hpp"
#include "pool-manager/window.hpp"
#include "pool-manager/work_context.hpp"
#include "storage/nameserver_work.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>

namespace minidns::pool {

/// What the proof of one nameserver has of the session that it belongs to. All of it outlives the proof.
struct ProofScope {
  const WorkContext& context;
  const HeldLease& lease;
  NameserverMetrics& metrics;
  const storage::NameserverSettings& settings;
  NameserverAccess& access;
  Window& window;
  CallQueue& turn;  ///< of commands to the nameserver
  boost::asio::any_io_executor executor;

  std::function<bool()> is_ending;
  /// Whether the nameserver can be reached, and the lease is ours.
  std::function<bool()> may_act;
  /// Whether it answered a question.
  std::function<void(bool answered)> heard;
  std::function<void()> lease_lost;
  /// Changes up to here are visible, in hand or tasks: what differs from them is a finding.
  std::function<std::int64_t()> known_through;
  /// Zones with a task: what isn't there as it should be.
  std::function<std::int64_t()> lagging;
  /// New tasks were kept.
  std::function<void()> wake_tasks;
};

}  // namespace minidns::pool
