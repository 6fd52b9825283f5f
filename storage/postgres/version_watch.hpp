#pragma once

#include "base/file_descriptor.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/version_watch.hpp"

#include <optional>

namespace minidns::storage::postgres {

class PostgresVersionWatch final : public VersionWatch {
 public:
  /// `on_connect` runs on every new session (schema, primary, epoch). Throws std::system_error without file
  /// descriptors.
  PostgresVersionWatch(ConnectionSettings settings, ConnectionPool::OnConnect on_connect);

  [[nodiscard]] std::vector<ZoneHorizon> look(const std::vector<ZoneId>& zones) override;
  void wait(std::chrono::milliseconds timeout) override;
  void wake() override;
  void rest() override;

 private:
  [[nodiscard]] Connection& session();

  ConnectionSettings settings_;
  ConnectionPool::OnConnect on_connect_;
  FileDescriptor wakeups_;  // an eventfd, to be watched beside the session's socket
  std::optional<Connection> session_;
};

}  // namespace minidns::storage::postgres
