#include "storage/postgres/instances.hpp"

#include "storage/hints.hpp"
#include "storage/postgres/checked_connection.hpp"

#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* upsert_instance =
    "insert into instances (id, program, address, feed_seq, ready) values ($1, $2, $3, $4, $5)"
    " on conflict (id) do update set address = excluded.address, feed_seq = excluded.feed_seq,"
    " ready = excluded.ready, heartbeated_at = now()";
constexpr const char* select_live =
    "select id, coalesce(address, ''), feed_seq, ready from instances"
    " where program = $1 and heartbeated_at > now() - make_interval(secs => $2)";
constexpr const char* delete_instance = "delete from instances where id = $1";

}  // namespace

PostgresInstances::PostgresInstances(ConnectionSettings settings, ConnectionPool::OnConnect on_connect)
    : settings_(std::move(settings)), on_connect_(std::move(on_connect)) {}

Connection& PostgresInstances::session() {
  if (session_ && session_->is_usable()) {
    return *session_;
  }
  session_.reset();
  Connection fresh = open_checked(settings_, on_connect_);
  fresh.execute_script("set synchronous_commit = off");
  return session_.emplace(std::move(fresh));
}

std::vector<LiveInstance> PostgresInstances::beat(const Heartbeat& heartbeat) {
  const auto age_max = static_cast<std::int32_t>(instance_heartbeat_age_max.count());
  const auto rows = session().execute_all(
      {{upsert_instance,
        {heartbeat.id.uuid(), heartbeat.program, heartbeat.address, heartbeat.feed_seq, heartbeat.ready}},
       {select_live, {heartbeat.program, age_max}}});
  std::vector<LiveInstance> live;
  for (std::size_t row = 0; row < rows[1].size(); ++row) {
    live.push_back(
        {InstanceId(rows[1].uuid(row, 0)), rows[1].text(row, 1), rows[1].integer(row, 2), rows[1].boolean(row, 3)});
  }
  return live;
}

void PostgresInstances::leave(const InstanceId& id) {
  session().execute(delete_instance, {id.uuid()});
}

void PostgresInstances::announce_have(const std::vector<VersionAnnouncement>& announcements) {
  announce(channel_have, announcements);
}

void PostgresInstances::announce_notified(const std::vector<VersionAnnouncement>& announcements) {
  announce(channel_notified, announcements);
}

void PostgresInstances::announce(const char* channel, const std::vector<VersionAnnouncement>& announcements) {
  for (const std::string& payload : to_payloads(announcements)) {
    session().notify(channel, payload);
  }
}

}  // namespace minidns::storage::postgres
