#include "storage/postgres/feed_reader.hpp"

#include "storage/postgres/checked_connection.hpp"

#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_feed_position =
    "select seq, epoch, pruned_through, (select system_identifier from pg_control_system()) from feed_head";
constexpr const char* select_changes =
    "select seq, kind, zone_id, version, subject from changes where seq > $1 order by seq limit $2";

FeedChange::Kind kind_of(const std::string& kind) {
  if (kind == "key") {
    return FeedChange::Kind::key;
  }
  if (kind == "nameserver") {
    return FeedChange::Kind::nameserver;
  }
  return kind == "pool" ? FeedChange::Kind::pool : FeedChange::Kind::zone;
}

FeedChange change_of(const Rows& rows, std::size_t row) {
  const std::int64_t seq = rows.integer(row, 0);
  const FeedChange::Kind kind = kind_of(rows.text(row, 1));
  if (kind == FeedChange::Kind::zone) {
    return {seq, kind, FeedChange::ZoneVersion{ZoneId(rows.uuid(row, 2)), dns::Version(rows.integer(row, 3))}};
  }
  return {seq, kind, rows.uuid(row, 4)};
}

}  // namespace

PostgresFeedReader::PostgresFeedReader(ConnectionSettings settings, std::vector<std::string> channels,
                                       ConnectionPool::OnConnect on_connect)
    : settings_(std::move(settings)), channels_(std::move(channels)), on_connect_(std::move(on_connect)) {}

Connection& PostgresFeedReader::session() {
  if (session_ && session_->is_idle()) {  // not in the transaction of a read that failed
    return *session_;
  }
  session_.reset();
  Connection fresh = open_checked(settings_, on_connect_);
  for (const std::string& channel : channels_) {
    fresh.execute_script("listen " + channel);
  }
  return session_.emplace(std::move(fresh));
}

FeedBatch PostgresFeedReader::read_after(std::int64_t seq, std::size_t count_max) {
  // A round trip: every instance does this while the others make what was just committed visible.
  const auto rows = session().execute_all({{"begin isolation level repeatable read, read only", {}},
                                           {select_feed_position, {}},
                                           {select_changes, {seq, static_cast<std::int64_t>(count_max)}},
                                           {"commit", {}}});  // nothing was written: it can't be in doubt
  const Rows& position = rows[1];
  const Rows& changes = rows[2];
  FeedBatch batch;
  if (!position.empty()) {
    batch.head = {position.integer(0, 0), position.integer(0, 1), position.integer(0, 2), position.integer(0, 3)};
  }
  batch.changes.reserve(changes.size());
  for (std::size_t row = 0; row < changes.size(); ++row) {
    batch.changes.push_back(change_of(changes, row));
  }
  return batch;
}

std::vector<Hint> PostgresFeedReader::wait_hints(std::chrono::milliseconds timeout) {
  std::vector<Hint> hints;
  for (Notification& notification : session().wait_notifications(timeout)) {
    hints.push_back({std::move(notification.channel), std::move(notification.payload)});
  }
  return hints;
}

}  // namespace minidns::storage::postgres
