#pragma once

#include "tests/harness/network_namespace.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace minidns::harness {

/// A private PostgreSQL 15 cluster on a port of its own: trust authentication, no fsync (a killed process loses nothing
/// that the kernel has). As root it runs as the user `postgres`.
class PostgresCluster {
 public:
  /// Makes and starts it. Throws std::runtime_error with the server's log if that fails.
  PostgresCluster() : PostgresCluster(std::unique_ptr<NetworkNamespace>()) {}
  /// With a network of its own, unless that is null.
  explicit PostgresCluster(std::unique_ptr<NetworkNamespace> network);
  ~PostgresCluster();

  /// An asynchronous hot standby of `primary`, which must run.
  [[nodiscard]] static std::unique_ptr<PostgresCluster> standby_of(const PostgresCluster& primary);
  /// A standby: from now on it gets nothing more of what its primary commits.
  void cut_replication();
  /// A standby: gets what its primary commits (again), and has all that `primary` has committed until now.
  void catch_up(const PostgresCluster& primary);
  /// A standby: becomes a primary, and takes writes when this returns.
  void promote();

  /// Puts a copy of the data folder aside, as a snapshot of the disk would (stopped for a moment, if it runs).
  void take_snapshot();
  /// Stops, puts the snapshot in the place of the data folder, and starts.
  void restore_snapshot();

  /// Throws all databases away and makes the cluster anew, with another system identifier, at the same address.
  void make_anew();

  /// Null: it listens where we do.
  [[nodiscard]] NetworkNamespace* network() const { return network_.get(); }

  /// A new database with all migrations applied; returns its connection string.
  std::string create_database(const std::string& name);
  /// A new empty database; returns its connection string.
  std::string create_empty_database(const std::string& name);
  [[nodiscard]] std::string conninfo(const std::string& database) const;
  /// One connection string for this cluster and `other`, in this order.
  [[nodiscard]] std::string conninfo(const std::string& database, const PostgresCluster& other) const;

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
  struct Empty {};
  explicit PostgresCluster(Empty);
  [[nodiscard]] static ProcessOptions as_postgres();
  void signal_all(int number);

  void init();

  std::unique_ptr<NetworkNamespace> network_;
  TempDir folder_;
  std::uint16_t port_;
  Process server_;
};

}  // namespace minidns::harness
