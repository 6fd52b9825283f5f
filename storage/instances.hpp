#pragma once

#include "base/ids.hpp"
#include "dns/version.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::storage {

/// What an instance of a program says of itself once a second.
struct Heartbeat {
  InstanceId id;
  std::string program;    ///< "mdns"
  std::string address;    ///< host:port that it serves on
  std::int64_t feed_seq;  ///< all changes up to here are applied
  bool ready;
};

struct LiveInstance {
  InstanceId id;
  std::string address;
  std::int64_t feed_seq;
  bool ready;
};

/// An instance whose last heartbeat is older than this is taken for dead: three heartbeats.
inline constexpr std::chrono::seconds instance_heartbeat_age_max{3};

/// "Instance has (or has told of) this version": a line of channel_have or channel_notified.
struct VersionAnnouncement {
  InstanceId instance;
  ZoneId zone;
  dns::Version version;
};

/// A line of channel_versions: the zone has got this version.
struct VersionHint {
  ZoneId zone;
  dns::Version version;
};

/// A line of channel_renotify: please send NOTIFY for the zone to the nameserver again.
struct RenotifyRequest {
  NameserverId nameserver;
  ZoneId zone;
};

/// Lines that are not of the form are left out: hints are never trusted to be complete.
[[nodiscard]] std::vector<VersionAnnouncement> parse_announcements(std::string_view payload);
[[nodiscard]] std::vector<VersionHint> parse_version_hints(std::string_view payload);
[[nodiscard]] std::vector<RenotifyRequest> parse_renotify_requests(std::string_view payload);

/// Payloads, each of at most `payload_size_octets_max`, that hold all of `announcements`.
[[nodiscard]] std::vector<std::string> to_payloads(const std::vector<VersionAnnouncement>& announcements);
[[nodiscard]] std::vector<std::string> to_payloads(const std::vector<VersionHint>& hints);

/// Which instances live, and what they tell each other. For one thread; blocks. All calls throw postgres::Unavailable
/// and postgres::StatementError.
class Instances {
 public:
  virtual ~Instances() = default;
  /// Writes the row (committed asynchronously) and returns who else, and ourselves, of the same program lives.
  [[nodiscard]] virtual std::vector<LiveInstance> beat(const Heartbeat& heartbeat) = 0;
  /// A clean end: the row goes, so that nobody waits for us.
  virtual void leave(const InstanceId& id) = 0;
  virtual void announce_have(const std::vector<VersionAnnouncement>& announcements) = 0;
  virtual void announce_notified(const std::vector<VersionAnnouncement>& announcements) = 0;
};

}  // namespace minidns::storage
