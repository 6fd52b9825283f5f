#pragma once

#include "storage/postgres/connection.hpp"
#include "tests/harness/platform.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace minidns::bench {

/// The whole system with two BIND and two PowerDNS that serve `zones` idle zones already, and a database that counts
/// statements (pg_stat_statements).
///
/// Nobody transfers them: the database's rows are made by SQL, BIND finds its list (`_default.nzf`, which it takes into
/// its own database at the start) and a file for each zone, PowerDNS rows in its SQLite; and it is noted that all of
/// them are visible. BIND and PowerDNS do not look for news by themselves, so that what they do is ours.
class Fleet {
 public:
  /// `manager_config`: lines of the pool manager's configuration.
  Fleet(std::size_t zones, const std::string& manager_config);
  ~Fleet();

  struct Server {
    std::string name;
    harness::Secondary* secondary;
    std::string nameserver_id = {};
  };
  static constexpr std::size_t bind_1 = 0, bind_2 = 1, powerdns_1 = 2, powerdns_2 = 3;

  [[nodiscard]] harness::Platform& platform() { return platform_; }
  [[nodiscard]] std::vector<Server>& servers() { return servers_; }
  [[nodiscard]] harness::BindServer& bind(std::size_t which) { return *binds_.at(which); }
  [[nodiscard]] harness::PowerdnsServer& powerdns(std::size_t which) { return *powerdns_.at(which); }
  [[nodiscard]] std::size_t zones() const { return zones_; }
  [[nodiscard]] const std::string& key_id() const { return key_id_; }

  /// Starts the pool manager anew with other lines of configuration.
  void restart_manager(const std::string& config);
  /// By SQL, as a person would have it by REST: only these nameservers are worked for.
  void put_in_service(const std::vector<std::size_t>& which);
  /// Until every nameserver in service shows all that was committed, without exceptions. False if `limit` passed.
  [[nodiscard]] bool wait_until_visible(std::chrono::milliseconds limit);
  [[nodiscard]] bool is_all_visible();

  /// In the database `minidns`.
  std::string sql(const std::string& text) { return platform_.postgres().sql("minidns", text); }
  /// One value of type text, on a session that is kept: what is asked again and again should cost little.
  std::string ask(const std::string& text);
  /// The statements that took most of the database's time since the start, a line each.
  std::string hot_statements();
  /// A metric of the pool manager about one nameserver: `sweeps_total`, `result="done"`.
  [[nodiscard]] double metric(std::size_t server, const std::string& name, const std::string& more_labels = {});
  [[nodiscard]] pid_t postgres_pid() const { return postgres_pid_; }

 private:
  void count_statements();
  void make_servers();
  void fill_bind(harness::BindServer& server);
  void fill_powerdns(harness::PowerdnsServer& server);
  void describe_nameservers();
  void add_nameserver(Server& server, boost::json::object driver);

  std::size_t zones_;
  harness::Platform platform_;
  std::string manager_config_;  ///< of the file, without the lines that change
  std::vector<std::unique_ptr<harness::BindServer>> binds_;
  std::vector<std::unique_ptr<harness::PowerdnsServer>> powerdns_;
  std::vector<Server> servers_;
  std::string key_id_;
  pid_t postgres_pid_ = -1;
  std::unique_ptr<storage::postgres::Connection> session_;
};

/// What the system has used since it was made.
struct Usage {
  explicit Usage(Fleet& fleet);
  /// CPU seconds.
  double manager = 0, postgres = 0, mdns = 0, central = 0;
  std::array<double, 4> servers{};
  double statements = 0, rows = 0;  ///< of the database
  double time = 0;                  ///< s, steady
};
[[nodiscard]] Usage operator-(Usage later, const Usage& earlier);

/// As `add_idle_zones` names them, from 1.
[[nodiscard]] std::string idle_zone_name(std::size_t number);

}  // namespace minidns::bench
