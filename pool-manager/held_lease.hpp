#pragma once

#include "base/clock.hpp"
#include "storage/nameserver_leases.hpp"

#include <atomic>
#include <chrono>

namespace minidns::pool {

/// A lease as its worker sees it. The database's fence guards what is written there; this guards what can't be fenced,
/// the commands to the nameserver: they stop before anybody else can have the lease, even if the database is away.
/// Safe on any thread.
class HeldLease {
 public:
  /// `asked_at`: a time before the lease was asked for.
  HeldLease(storage::Lease lease, SteadyTime asked_at, std::chrono::milliseconds lease_time)
      : lease_(lease), end_(end(asked_at, lease_time)) {}

  [[nodiscard]] const storage::Lease& lease() const { return lease_; }
  void renewed(SteadyTime asked_at, std::chrono::milliseconds lease_time) { end_ = end(asked_at, lease_time); }
  [[nodiscard]] bool is_valid(SteadyTime now) const { return now < end_.load(); }

 private:
  /// A command that is under way at the end still needs its time: a fifth of the lease.
  static SteadyTime end(SteadyTime asked_at, std::chrono::milliseconds lease_time) {
    return asked_at + lease_time - lease_time / 5;
  }

  const storage::Lease lease_;
  std::atomic<SteadyTime> end_;
};

}  // namespace minidns::pool
