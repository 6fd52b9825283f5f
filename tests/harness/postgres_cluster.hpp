#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace minidns::harness {

/// A private PostgreSQL 15 cluster on a port of its own: trust authentication, no fsync (a killed process loses nothing
/// that the kernel has). As root it runs as the user `postgres`.
class PostgresCluster {
 public:
  /// Makes and starts it. Throws std::runtime_error with the server's log if that fails.
  PostgresCluster();
  ~PostgresCluster();

  /// A new database with all migrations applied; returns its connection string.
  std::string create_database(const std::string& name);
  /// A new empty database; returns its connection string.
  std::string create_empty_database(const std::string& name);
  [[nodiscard]] std::string conninfo(const std::string& database) const;

  void start();
  /// Fast shutdown.
  void stop();
  /// SIGKILL to the postmaster and all its backends: a crash.
  void kill();
  /// SIGSTOP, SIGCONT to all of them: a server that hangs.
  void freeze();
  void thaw();
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Runs SQL through psql, unaligned and without headers; throws std::runtime_error with psql's words if it fails.
  std::string sql(const std::string& database, const std::string& text,
                  std::chrono::milliseconds limit = std::chrono::seconds(60)) const;

 private:
  void signal_all(int number);

  TempDir folder_;
  std::uint16_t port_;
  Process server_;
};

}  // namespace minidns::harness
