#include "storage/postgres/content_source.hpp"

#include "storage/postgres/errors.hpp"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

/// A replica that was waited for in vain isn't waited for again in this time.
constexpr auto impatience = 1s;
/// Between two looks at a replica: a replica next door is 0.2 to 0.5 ms behind.
constexpr std::chrono::milliseconds first_pause = 1ms;
constexpr std::chrono::milliseconds longest_pause = 10ms;

// A zone that isn't there may have been deleted, or not have come yet: the primary knows.
constexpr const char* select_reached =
    "select (select epoch from feed_head), coalesce((select version from zones where id = $1), 0)";

}  // namespace

PostgresContentSource::PostgresContentSource(std::shared_ptr<ConnectionPool> primary,
                                             const std::vector<std::shared_ptr<ConnectionPool>>& replicas,
                                             std::chrono::milliseconds wait, ReaderCheck epochs, OnChoice on_choice)
    : primary_(std::move(primary)), wait_(wait), epochs_(std::move(epochs)), on_choice_(std::move(on_choice)) {
  for (const auto& pool : replicas) {
    replicas_.emplace_back(pool);
  }
}

ZoneContent& PostgresContentSource::for_version(const ZoneId& zone, dns::Version at_least) {
  if (replicas_.empty()) {
    return primary_;
  }
  const Time deadline = std::chrono::steady_clock::now() + wait_;
  const std::size_t first = next_.fetch_add(1, std::memory_order_relaxed);
  bool lagging = false;
  for (std::size_t i = 0; i < replicas_.size(); ++i) {
    Replica& replica = *std::next(replicas_.begin(), static_cast<std::ptrdiff_t>((first + i) % replicas_.size()));
    const State state = ask(replica, zone, at_least, deadline);
    if (state == State::has_it) {
      on_choice_(Choice::replica);
      return replica.content;
    }
    lagging = lagging || state == State::lags;
  }
  on_choice_(lagging ? Choice::lagging : Choice::no_replica);
  return primary_;
}

PostgresContentSource::State PostgresContentSource::ask(Replica& replica, const ZoneId& zone, dns::Version at_least,
                                                        Time deadline) {
  try {
    const bool patient = std::chrono::steady_clock::now() >= replica.impatient_until.load(std::memory_order_relaxed);
    for (auto pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
      if (has_it(replica, zone, at_least)) {
        return State::has_it;
      }
      if (!patient) {
        return State::lags;
      }
      if (std::chrono::steady_clock::now() + pause > deadline) {
        replica.impatient_until.store(std::chrono::steady_clock::now() + impatience, std::memory_order_relaxed);
        return State::lags;
      }
      std::this_thread::sleep_for(pause);
    }
  } catch (const Unavailable&) {  // its pool tries again after a while
    return State::away;
  } catch (const StatementError&) {  // it is another database, or it had to cancel for what it replays
    return State::away;
  }
}

bool PostgresContentSource::has_it(Replica& replica, const ZoneId& zone, dns::Version at_least) {
  const auto lease = replica.pool->acquire();
  const auto rows = lease->execute(select_reached, {zone.uuid()});
  if (rows.integer(0, 0) < epochs_.newest_epoch()) {
    throw Unavailable("the replica is of an older epoch");
  }
  return rows.integer(0, 1) >= at_least.value();
}

}  // namespace minidns::storage::postgres
