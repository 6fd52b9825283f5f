#include "central/feed_announcer.hpp"

#include "storage/hints.hpp"
#include "storage/postgres/feed_numbering.hpp"

#include <utility>

namespace minidns::central {
namespace {

using std::chrono::steady_clock;
using storage::postgres::CommitInDoubt;
using storage::postgres::StatementError;
using storage::postgres::Unavailable;

}  // namespace

FeedAnnouncer::FeedAnnouncer(storage::postgres::ConnectionPool& pool, const Logger& log, Metrics& metrics)
    : pool_(pool),
      log_(log),
      hints_(
          metrics.counter("minidns_central_hints_total", "Versions that were told to mdns right after their commit")),
      numbering_(metrics.histogram("minidns_central_numbering_seconds",
                                   "Time of giving committed changes their numbers in the feed", latency_bounds_s())),
      thread_([this] { run(); }) {}

FeedAnnouncer::~FeedAnnouncer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void FeedAnnouncer::committed(const ZoneId& zone, dns::Version version) {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() < hints_waiting_max) {
      waiting_.push_back({zone, version});
    }
    number_at_ = number_at_.value_or(steady_clock::now() + numbering_delay);
  }
  wake_.notify_one();
}

void FeedAnnouncer::changed() {
  {
    const std::scoped_lock lock(mutex_);
    number_at_ = number_at_.value_or(steady_clock::now() + numbering_delay);
  }
  wake_.notify_one();
}

void FeedAnnouncer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto due = [this] { return stopping_ || !waiting_.empty(); };
    if (number_at_) {
      wake_.wait_until(lock, *number_at_, due);
    } else {
      wake_.wait(lock, [&] { return due() || number_at_; });
    }
    if (!waiting_.empty()) {
      const auto hints = std::exchange(waiting_, {});
      lock.unlock();
      send_hints(hints);
      lock.lock();
    } else if (number_at_ && (stopping_ || *number_at_ <= steady_clock::now())) {
      number_at_.reset();
      lock.unlock();
      number();
      lock.lock();
    } else if (stopping_) {
      return;
    }
  }
}

void FeedAnnouncer::send_hints(const std::vector<storage::VersionHint>& hints) {
  try {
    const auto connection = pool_.acquire();
    for (const auto& payload : storage::to_payloads(hints)) {
      connection->notify(storage::channel_versions, payload);
    }
    hints_.increment(static_cast<double>(hints.size()));
  } catch (const Unavailable& error) {
    log_.warning("hints were lost", {{"versions", hints.size()}, {"reason", error.what()}});
  } catch (const StatementError& error) {
    log_.error("hints were refused", {{"versions", hints.size()}, {"reason", error.what()}});
  }
}

void FeedAnnouncer::number() {
  const auto start = steady_clock::now();
  try {
    const auto connection = pool_.acquire();
    const auto head = storage::postgres::number_changes(*connection);
    numbering_.observe(steady_clock::now() - start);
    connection->notify(storage::channel_feed, std::to_string(head));
  } catch (const Unavailable& error) {
    log_.warning("changes were not numbered", {{"reason", error.what()}});
  } catch (const CommitInDoubt& error) {
    log_.warning("changes were perhaps not numbered", {{"reason", error.what()}});
  } catch (const StatementError& error) {
    log_.error("numbering was refused", {{"reason", error.what()}});
  }
}

}  // namespace minidns::central
