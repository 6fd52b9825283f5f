#pragma once

#include "storage/content_source.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/reader_check.hpp"
#include "storage/postgres/zone_content.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

namespace minidns::storage::postgres {

/// Reads from replicas, in turn, as long as they keep up. One that hasn't got a version after `wait` is asked once and
/// not waited for, for a second: so a replica that lags costs a wait per second, not one per zone.
class PostgresContentSource final : public ContentSource {
 public:
  enum class Choice {
    replica,
    lagging,    ///< the primary, since no replica had the version in time
    no_replica  ///< the primary, since there is no replica that answers
  };
  using OnChoice = std::function<void(Choice)>;

  /// `epochs` is the check of all sessions: a replica of an older epoch than was seen is not read from. `on_choice` is
  /// called for every choice between primary and replicas, on any thread.
  PostgresContentSource(std::shared_ptr<ConnectionPool> primary,
                        const std::vector<std::shared_ptr<ConnectionPool>>& replicas, std::chrono::milliseconds wait,
                        ReaderCheck epochs, OnChoice on_choice);

  [[nodiscard]] ZoneContent& for_version(const ZoneId& zone, dns::Version at_least) override;
  [[nodiscard]] ZoneContent& primary() override { return primary_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Replica {
    explicit Replica(const std::shared_ptr<ConnectionPool>& p) : pool(p), content(p) {}
    std::shared_ptr<ConnectionPool> pool;
    PostgresZoneContent content;
    std::atomic<Time> impatient_until{Time{}};
  };
  enum class State { has_it, lags, away };

  [[nodiscard]] State ask(Replica& replica, const ZoneId& zone, dns::Version at_least, Time deadline);
  [[nodiscard]] bool has_it(Replica& replica, const ZoneId& zone, dns::Version at_least);

  PostgresZoneContent primary_;
  std::list<Replica> replicas_;
  const std::chrono::milliseconds wait_;
  const ReaderCheck epochs_;
  const OnChoice on_choice_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace minidns::storage::postgres
