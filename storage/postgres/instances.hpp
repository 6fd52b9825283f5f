#pragma once

#include "storage/instances.hpp"
#include "storage/postgres/connection.hpp"

#include <optional>

namespace minidns::storage::postgres {

/// On a session of its own, which commits asynchronously: a heartbeat lost in a crash is no loss.
class PostgresInstances final : public Instances {
 public:
  PostgresInstances(ConnectionSettings settings, ConnectionPool::OnConnect on_connect);

  [[nodiscard]] std::vector<LiveInstance> beat(const Heartbeat& heartbeat) override;
  void leave(const InstanceId& id) override;
  void announce_have(const std::vector<VersionAnnouncement>& announcements) override;
  void announce_notified(const std::vector<VersionAnnouncement>& announcements) override;

 private:
  [[nodiscard]] Connection& session();
  void announce(const char* channel, const std::vector<VersionAnnouncement>& announcements);

  ConnectionSettings settings_;
  ConnectionPool::OnConnect on_connect_;
  std::optional<Connection> session_;
};

}  // namespace minidns::storage::postgres
