#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "mdns/notify/election.hpp"
#include "mdns/notify/sender.hpp"
#include "mdns/zone_index.hpp"
#include "mdns/zone_loader.hpp"
#include "storage/instances.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <vector>

namespace minidns::mdns {

/// NOTIFY out, as a whole: hears of versions and of the other instances, lets the Election say whose turn it is, hands
/// what is ours to the NotifySender, and keeps what must be announced until the heartbeat thread takes it. All calls
/// may come from any thread and don't block.
class NotifyCoordinator {
 public:
  NotifyCoordinator(boost::asio::io_context& io, const InstanceId& self, const Election::Limits& limits,
                    NotifySender& sender, const ZoneIndex& index, const Clock& clock);
  ~NotifyCoordinator();
  NotifyCoordinator(const NotifyCoordinator&) = delete;
  NotifyCoordinator& operator=(const NotifyCoordinator&) = delete;

  /// This instance can transfer the version.
  void ready(const ZonePointer& zone);
  void heard_have(const std::vector<storage::VersionAnnouncement>& announcements);
  void heard_notified(const std::vector<storage::VersionAnnouncement>& announcements);
  void set_live(const std::vector<storage::LiveInstance>& live);
  /// Whether a request that all instances hear is ours to serve. Changes hands with time, so that one instance that
  /// can't doesn't stand in the way for ever.
  [[nodiscard]] bool is_ours(const ZoneId& zone) const;

  struct Announcements {
    std::vector<storage::VersionAnnouncement> have;
    std::vector<storage::VersionAnnouncement> notified;
  };
  /// What is to be announced; waits up to `timeout` for the first. For the heartbeat thread.
  [[nodiscard]] Announcements take_announcements(std::chrono::milliseconds timeout);
  /// Ends `take_announcements` at once.
  void wake();

  /// Announcements that wait; more are dropped (others then wait for us no longer than their limits say).
  static constexpr std::size_t announcements_max = 100'000;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace minidns::mdns
