#include "tests/unit/api_fakes_sync.hpp"

#include <chrono>
#include <utility>

namespace minidns::api::test {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

WallTime the_time() {
  return WallTime(std::chrono::seconds(1'795'228'903)) + 123us;
}

TaskView a_task() {
  return {.action = Action::update,
          .status = Status::error,
          .version = dns::Version(7),
          .serial = dns::Serial(1'795'000'007),
          .attempts = 12,
          .reason = "the nameserver shows serial 1795000006",
          .noticed_at = the_time(),
          .next_try_at = the_time() + 60s};
}

std::vector<ContentFaultView> a_fault() {
  return {{.kind = ContentFaultKind::expiring,
           .serial = dns::Serial(1'795'000'006),
           .detail = "an RRSIG ends in an hour",
           .found_at = the_time(),
           .seen_at = the_time() + 5s}};
}

}  // namespace

Result<ZoneSyncView> FakeSync::zone(const Scope& scope, const ZoneId& id) {
  if (scope.project.text() != "p1") {
    return Problem{ProblemType::zone_not_found};
  }
  return ZoneSyncView{
      .zone_id = id,
      .name = dns::Name::from_text("example.org.").value(),
      .serial = dns::Serial(1'795'000'007),
      .visibility = {.version = dns::Version(7), .served = 1, .failed = 1, .needed = 2, .nameservers = 2},
      .nameservers = {{.nameserver_id = *NameserverId::parse(nameserver_id),
                       .name = "ns1",
                       .state = NameserverState::in_service,
                       .counts = true,
                       .status = SyncStatus::expiring,
                       .is_visible = false,
                       .reason = "an RRSIG ends in an hour",
                       .task = a_task(),
                       .faults = a_fault()}}};
}

Result<NameserverSyncView> FakeSync::nameserver(const Scope& /*scope*/, const NameserverId& id) {
  if (id.to_string() != nameserver_id) {
    return Problem{ProblemType::nameserver_not_found};
  }
  return NameserverSyncView{.nameserver_id = id,
                            .pool_id = *PoolId::parse(nameserver_id),
                            .name = "ns1",
                            .state = NameserverState::in_service,
                            .counts = true,
                            .status = SyncStatus::lagging,
                            .is_reachable = true,
                            .last_error = std::nullopt,
                            .compared_at = the_time(),
                            .feed_head = 1000,
                            .visible_through = 990,
                            .tasks_pending = 3,
                            .tasks_error = 1,
                            .faults_diverged = 0,
                            .faults_expiring = 2,
                            .zones = 100'000,
                            .lease = NameserverSyncView::Lease{*InstanceId::parse(nameserver_id), the_time(), true}};
}

Result<Page<ZoneExceptionView>> FakeSync::exceptions(const Scope& /*scope*/, const NameserverId& id,
                                                     const ZoneExceptionFilter& filter,
                                                     const ZoneExceptionPageRequest& page) {
  if (id.to_string() != nameserver_id) {
    return Problem{ProblemType::nameserver_not_found};
  }
  const std::lock_guard lock(mutex_);
  last_filter_ = filter;
  Page<ZoneExceptionView> result;
  result.items.push_back({.id = *ZoneId::parse(nameserver_id),
                          .name = dns::Name::from_text("example.org.").value(),
                          .status = SyncStatus::lagging,
                          .task = a_task(),
                          .faults = {}});
  result.more = true;
  if (page.count) {
    result.total_count = 2;
  }
  return result;
}

ZoneExceptionFilter FakeSync::last_filter() {
  const std::lock_guard lock(mutex_);
  return last_filter_;
}

std::optional<VersionWaits::Ticket> FakeWaits::begin(const ZoneId& /*zone*/, dns::Version version,
                                                     std::function<void(WaitEnd)> ended) {
  if (full_) {
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  waiters_.emplace(next_, Waiter{version, std::move(ended)});
  changed_.notify_all();
  return next_++;
}

void FakeWaits::end(Ticket ticket, WaitEnd reason) {
  const std::lock_guard lock(mutex_);
  if (waiters_.erase(ticket) > 0) {
    given_up_.push_back(reason);
    changed_.notify_all();
  }
}

void FakeWaits::finish(WaitEnd how) {
  const std::lock_guard lock(mutex_);
  for (auto& [ticket, waiter] : waiters_) {
    waiter.ended(how);
  }
  waiters_.clear();
}

bool FakeWaits::wait_for_waiters(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return waiters_.size() == count; });
}

std::vector<dns::Version> FakeWaits::versions() {
  const std::lock_guard lock(mutex_);
  std::vector<dns::Version> versions;
  for (const auto& [ticket, waiter] : waiters_) {
    versions.push_back(waiter.version);
  }
  return versions;
}

std::vector<WaitEnd> FakeWaits::given_up() {
  const std::lock_guard lock(mutex_);
  return given_up_;
}

}  // namespace minidns::api::test
