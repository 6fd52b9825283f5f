#pragma once

#include "api/ports.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

namespace minidns::api::test {

/// One nameserver that lags behind with one zone.
class FakeSync final : public Sync {
 public:
  static constexpr const char* nameserver_id = "00000000-0000-7000-8000-000000000001";

  Result<ZoneSyncView> zone(const Scope& scope, const ZoneId& id) override;
  Result<NameserverSyncView> nameserver(const Scope& scope, const NameserverId& id) override;
  Result<Page<ZoneExceptionView>> exceptions(const Scope& scope, const NameserverId& id,
                                             const ZoneExceptionFilter& filter,
                                             const ZoneExceptionPageRequest& page) override;

  [[nodiscard]] ZoneExceptionFilter last_filter();

 private:
  std::mutex mutex_;  // guards what follows
  ZoneExceptionFilter last_filter_;
};

/// Waits end when a test says so. Safe on every thread.
class FakeWaits final : public VersionWaits {
 public:
  std::optional<Ticket> begin(const ZoneId& zone, dns::Version version, std::function<void(WaitEnd)> ended) override;
  void end(Ticket ticket, WaitEnd reason) override;

  void take_none() { full_ = true; }
  /// Ends all that wait.
  void finish(WaitEnd how);
  /// Until this many wait; false after a deadline.
  [[nodiscard]] bool wait_for_waiters(std::size_t count);
  [[nodiscard]] std::vector<dns::Version> versions();
  /// Why waits were given up, in order; those that `finish` ended aren't among them.
  [[nodiscard]] std::vector<WaitEnd> given_up();

 private:
  struct Waiter {
    dns::Version version;
    std::function<void(WaitEnd)> ended;
  };
  std::atomic<bool> full_ = false;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<Ticket, Waiter> waiters_;
  std::vector<WaitEnd> given_up_;
  Ticket next_ = 1;
};

}  // namespace minidns::api::test
