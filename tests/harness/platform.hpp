#pragma once

#include "tests/harness/bind_server.hpp"
#include "tests/harness/postgres_cluster.hpp"
#include "tests/harness/powerdns_server.hpp"
#include "tests/harness/program.hpp"
#include "tests/harness/rest_client.hpp"
#include "tests/harness/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace minidns::harness {

struct PlatformOptions {
  bool bind = true;
  bool powerdns = true;
  std::string unknown_zones = "delete";
  std::string log_level = "debug";
  /// The database has an asynchronous standby; all programs know both.
  bool standby = false;
  /// The database has a network of its own that can be cut, where that is permitted.
  bool own_network = false;
  /// Added to `database` in the configuration of each program: `, statement_timeout: 3s`.
  std::string database_config = {};
  /// Lines added to the configuration of each program.
  std::string central_config = {};
  std::string mdns_config = {};
  std::string pool_manager_config = {};
};

/// The whole system on loopback: PostgreSQL, central, two mdns on 127.0.0.1 and 127.0.0.2, a pool manager, and as
/// secondaries a BIND and a PowerDNS of one pool, described by REST as an operator would.
class Platform {
 public:
  explicit Platform(const PlatformOptions& options = {});
  ~Platform();

  [[nodiscard]] PostgresCluster& postgres() { return postgres_; }
  [[nodiscard]] PostgresCluster& standby() { return *standby_; }
  [[nodiscard]] BindServer& bind() { return *bind_; }
  [[nodiscard]] PowerdnsServer& powerdns() { return *powerdns_; }
  [[nodiscard]] Program& central() { return *central_; }
  /// `which`: 1 or 2.
  [[nodiscard]] Program& mdns(int which) { return *mdns_.at(static_cast<std::size_t>(which - 1)); }
  [[nodiscard]] Program& pool_manager() { return *pool_manager_; }
  [[nodiscard]] std::uint16_t mdns_port() const { return mdns_port_; }
  [[nodiscard]] std::uint16_t api_port() const { return api_port_; }
  [[nodiscard]] const KeySpec& transfer_key() const { return transfer_key_; }
  [[nodiscard]] const std::string& pool_id() const { return pool_id_; }
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }

  /// A new pool manager beside the first, with a configuration of its own.
  [[nodiscard]] std::unique_ptr<Program> another_pool_manager();

  /// A new token of a project; `role` is member or admin.
  [[nodiscard]] std::string token(const std::string& project, const std::string& role = "member");
  [[nodiscard]] RestClient rest(const std::string& project, const std::string& role = "member");
  /// Runs a command of central (`zone import …`) with its configuration; throws std::runtime_error if it fails.
  std::string central_command(std::vector<std::string> arguments);
  /// Runs `minidns` with the pool manager's configuration.
  [[nodiscard]] CommandResult minidns(std::vector<std::string> arguments,
                                      std::chrono::milliseconds limit = std::chrono::minutes(5));
  /// The command line of the same.
  [[nodiscard]] std::vector<std::string> minidns_command(std::vector<std::string> arguments) const;
  /// A row as {"id": …} etc. of what the REST call made; throws unless the status is 2xx.
  static boost::json::value created(const RestAnswer& answer);
  /// Until all nameservers that are on their way into service are there; throws std::runtime_error if that takes too
  /// long.
  void wait_until_in_service();

  /// What all four programs have logged, for a message of a failed test.
  [[nodiscard]] std::string logs() const;

 private:
  std::string program_config(const std::string& name, const std::string& lines, std::uint16_t ops_port);
  void describe_pool(const PlatformOptions& options);

  TempDir folder_;
  std::string log_level_;
  PostgresCluster postgres_;
  std::unique_ptr<PostgresCluster> standby_;
  std::uint16_t mdns_port_, api_port_;
  KeySpec transfer_key_;
  std::string pool_id_;
  std::string pool_manager_config_;
  std::string database_config_;
  std::unique_ptr<BindServer> bind_;
  std::unique_ptr<PowerdnsServer> powerdns_;
  std::unique_ptr<Program> central_;
  std::vector<std::unique_ptr<Program>> mdns_;
  std::unique_ptr<Program> pool_manager_;
};

}  // namespace minidns::harness
