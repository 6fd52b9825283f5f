#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/announcer.hpp"
#include "storage/instances.hpp"
#include "storage/postgres/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace minidns::central {

/// Numbering waits so long for more commits after the first: it costs a flush of its own, which many can share.
inline constexpr std::chrono::milliseconds numbering_delay{5};
/// Versions whose hints wait to be sent. More are dropped: a hint may be lost, the feed has them all.
inline constexpr std::size_t hints_waiting_max = 100'000;

/// Tells of commits, on a thread of its own: the hint of a version at once, then the numbers of all changes since, then
/// the feed's new head (DESIGN.md §3, "Hints"). What fails is not tried again for the hint; the numbering is, with the
/// next commit, and by every pool manager once a second.
class FeedAnnouncer final : public Announcer {
 public:
  /// All must outlive this.
  FeedAnnouncer(storage::postgres::ConnectionPool& pool, const Logger& log, Metrics& metrics);
  /// Sends and numbers what waits, then ends the thread.
  ~FeedAnnouncer() override;

  void committed(const ZoneId& zone, dns::Version version) override;
  void changed() override;

 private:
  void run();
  void send_hints(const std::vector<storage::VersionHint>& hints);
  void number();

  storage::postgres::ConnectionPool& pool_;
  const Logger& log_;
  Counter hints_;
  Histogram numbering_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::vector<storage::VersionHint> waiting_;
  std::optional<SteadyTime> number_at_;
  bool stopping_ = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
