#pragma once

#include "tests/e2e/served.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace minidns::e2e {

/// A platform whose nameservers suffer. Each test program has one, with short times, so that the tests see retries,
/// errors and comparisons soon. Verdicts come from the nameserver itself, from REST, from /metrics and from the tasks.
class NameserverFaults : public testing::Test {
 protected:
  static constexpr std::chrono::seconds long_wait{60};

  static harness::PlatformOptions short_times(const std::string& more = {}) {
    harness::PlatformOptions options;
    options.log_level = "info";
    options.pool_manager_config =
        "confirm_within: 1s\nsweep_interval: 5s\nlease_time: 4s\n"
        "retry: {first: 200ms, max: 2s, error_after: 2, error_after_absence: 3s}\n" +
        more;
    return options;
  }
  static void start(const harness::PlatformOptions& options) {
    platform_ = std::make_unique<Platform>(options);
    rest_ = std::make_unique<RestClient>(platform_->rest("tenant"));
    admin_ = std::make_unique<RestClient>(platform_->rest("operator", "admin"));
  }
  static void TearDownTestSuite() {
    rest_.reset();
    admin_.reset();
    platform_.reset();
    knot_.reset();
    nsd_.reset();
  }
  void TearDown() override {
    if (!platform_) return;
    EXPECT_TRUE(platform_->pool_manager().running()) << "nothing that a nameserver does ends the manager";
    if (HasFailure()) std::cerr << platform_->logs() << platform_->pool_manager().readiness() << '\n';
  }

  /// A Knot and an NSD beside BIND and PowerDNS, by their control channels.
  static void add_knot_and_nsd() {
    using harness::NsdServer;
    knot_ = std::make_unique<harness::KnotServer>(std::vector<harness::KeySpec>());
    nsd_ = std::make_unique<NsdServer>(std::vector{platform_->transfer_key()}, "127.0.0.1", NsdServer::Control::tls);
    const auto& key = platform_->transfer_key().name;
    const auto pattern =
        nsd_->add_pattern({{"127.0.0.1", platform_->mdns_port(), key}, {"127.0.0.2", platform_->mdns_port(), key}});
    add_nameserver("knot", "knot", *knot_, {{"control_socket", knot_->control_socket()}});
    add_nameserver("nsd", "nsd", *nsd_, {{"pattern", pattern}, {"control_port", nsd_->control_port()}},
                   nsd_->control_certificates().credentials());
  }
  template <class Server>
  static std::string add_nameserver(const std::string& name, const std::string& driver, const Server& server,
                                    const json::object& settings, const std::string& secret = {}) {
    json::object body{{"name", name},          {"pool_id", platform_->pool_id()},
                      {"driver", driver},      {"address", server.address()},
                      {"port", server.port()}, {"transfer_key_id", key_id()},
                      {"settings", settings}};
    if (!secret.empty()) body["secret"] = secret;
    return id_of(Platform::created(admin_->post("/v2/nameservers", body)));
  }
  static std::string key_id() {
    return id_of(
        admin_->get("/v2/tsigkeys?name=" + platform_->transfer_key().name).body.at("tsigkeys").as_array().at(0));
  }
  static std::string nameserver_id(const std::string& name) {
    return id_of(admin_->get("/v2/nameservers?name=" + name).body.at("nameservers").as_array().at(0));
  }
  static void patch_nameserver(const std::string& name, const json::object& change) {
    Platform::created(admin_->patch("/v2/nameservers/" + nameserver_id(name), change));
  }

  static Platform& platform() { return *platform_; }
  static RestClient& rest() { return *rest_; }
  static RestClient& admin() { return *admin_; }
  static harness::KnotServer& knot() { return *knot_; }
  static harness::NsdServer& nsd() { return *nsd_; }
  static std::string sql(const std::string& text) { return platform_->postgres().sql("minidns", text); }

  static std::string make(const std::string& zone) { return create_zone(rest(), zone); }
  static void add(const std::string& zone_id, const std::string& owner) {
    create_recordset(rest(), zone_id, recordset_body(owner, "A", {"192.0.2.1"}));
  }
  static void remove(const std::string& zone_id) { EXPECT_EQ(rest().del("/v2/zones/" + zone_id).status, 202); }
  static bool has_status(const std::string& zone_id, const std::string& status) {
    return zone_has_status(rest(), zone_id, status, long_wait);
  }
  template <class Server>
  static bool serves_now(const Server& server, const std::string& zone, const std::string& zone_id) {
    return serves(server, zone, serial_of(rest(), zone_id), long_wait);
  }

  /// All zones of the tenant, by REST.
  static std::map<std::string, std::uint32_t> wanted() {
    std::map<std::string, std::uint32_t> zones;
    const auto answer = Platform::created(rest().get("/v2/zones?limit=max"));
    for (const auto& zone : answer.at("zones").as_array()) {
      if (zone.at("action").as_string() == "DELETE") continue;
      zones.emplace(zone.at("name").as_string(),
                    static_cast<std::uint32_t>(zone.at("serial").to_number<std::int64_t>()));
    }
    return zones;
  }
  /// True once the server's own list has each zone of the database once and no other, and it answers for each with the
  /// database's serial.
  template <class Server>
  static bool equals_database(const Server& server, std::chrono::milliseconds limit = long_wait) {
    std::string difference;
    const bool equal = eventually(
        [&] {
          difference = difference_to_database(server);
          return difference.empty();
        },
        limit);
    if (!equal) std::cerr << "differs from the database: " << difference << '\n';
    return equal;
  }
  /// True once nothing is left to be done for this nameserver.
  static bool has_no_tasks(const std::string& nameserver) {
    return eventually([&] { return tasks_of(nameserver, "true") == "0"; }, long_wait);
  }
  /// How many tasks of it fulfil a condition in SQL.
  static std::string tasks_of(const std::string& nameserver, const std::string& condition) {
    return sql("select count(*) from tasks t join nameservers n on n.id = t.nameserver_id where n.name = '" +
               nameserver + "' and " + condition);
  }
  /// Why this zone is stale there; empty: it isn't.
  static std::string reason(const std::string& nameserver, const std::string& zone) {
    return sql("select t.reason from tasks t join nameservers n on n.id = t.nameserver_id where n.name = '" +
               nameserver + "' and t.zone_name = '" + zone + "'");
  }
  static bool has_reason(const std::string& nameserver, const std::string& zone, const std::string& words) {
    const bool has = eventually([&] { return reason(nameserver, zone).find(words) != std::string::npos; }, long_wait);
    if (!has) std::cerr << "the reason is: " << reason(nameserver, zone) << '\n';
    return has;
  }
  static double metric(const std::string& name, const std::string& nameserver) {
    return platform().pool_manager().metric("minidns_pool_manager_" + name + "{nameserver=\"" + nameserver + "\"}");
  }
  static bool is_reachable(const std::string& nameserver, bool reachable) {
    return eventually([&] { return metric("nameserver_reachable", nameserver) == (reachable ? 1 : 0); }, long_wait);
  }

  /// From the commit of a change to its answer, in milliseconds, the median of a few.
  template <class Server>
  static double commit_to_visible_ms(const Server& server, const std::string& zone, const std::string& zone_id) {
    std::vector<double> times;
    for (int n = 0; n < 7; ++n) {
      add(zone_id, "t" + std::to_string(++owners_) + "." + zone);
      const auto begin = std::chrono::steady_clock::now();
      EXPECT_TRUE(serves_now(server, zone, zone_id));
      times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
  }

 private:
  template <class Server>
  static std::string difference_to_database(const Server& server) {
    const auto zones = wanted();
    std::vector<std::string> names;
    for (const auto& [name, serial] : zones) names.push_back(name);
    const auto has = server.zone_list();
    if (has != names) {
      std::vector<std::string> odd;
      std::ranges::set_symmetric_difference(has, names, std::back_inserter(odd));
      return std::to_string(has.size()) + " zones instead of " + std::to_string(names.size()) +
             (odd.empty() ? std::string() : ", different: " + odd.front() + " to " + odd.back());
    }
    harness::SoaAsker asker(server.address(), server.port());
    for (const auto& [name, serial] : zones) {
      const auto answer = asker.ask(name);
      if (!answer || answer->serial != serial) return name + " has another serial than " + std::to_string(serial);
    }
    return {};
  }

  static inline std::unique_ptr<Platform> platform_;
  static inline std::unique_ptr<RestClient> rest_, admin_;
  static inline std::unique_ptr<harness::KnotServer> knot_;
  static inline std::unique_ptr<harness::NsdServer> nsd_;
  static inline int owners_ = 0;
};

}  // namespace minidns::e2e
