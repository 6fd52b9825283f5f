// PostgreSQL is killed under load, hangs, or is cut off: what was acknowledged is served, mdns serves on meanwhile, and
// all recovers by itself.

#include "tests/e2e/database_faults.hpp"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

namespace minidns::e2e {
namespace {

class DatabaseOutage : public DatabaseFaults {
 protected:
  static PlatformOptions impatient() {
    auto wanted = options();
    wanted.database_config = ", statement_timeout: 3s";
    return wanted;
  }
  /// mdns transfers the zone by dig.
  [[nodiscard]] bool mdns_transfers(const std::string& zone) {
    const auto& key = platform().transfer_key();
    const auto lines = harness::dig("127.0.0.1", platform().mdns_port(),
                                    {"-y", key.algorithm + ":" + key.name + ":" + key.secret, zone, "AXFR"});
    return !lines.empty();
  }
  [[nodiscard]] bool api_says_that_it_is_down(const std::string& zone_id) {
    return eventually([&] { return rest().get("/v2/zones/" + zone_id).status / 100 == 5; }, std::chrono::seconds(60));
  }
  [[nodiscard]] bool mdns_says_that_it_is_down() {
    return eventually([&] { return platform().mdns(1).readiness().find("database=down") != std::string::npos; },
                      std::chrono::seconds(60));
  }
};

/// Adds records to zones by REST, one after another, and remembers those that were acknowledged.
class Writer {
 public:
  Writer(RestClient rest, std::string zone, std::string zone_id)
      : rest_(std::move(rest)), zone_(std::move(zone)), zone_id_(std::move(zone_id)), thread_([this] { run(); }) {}
  ~Writer() { stop(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void stop() {
    stopping_.store(true);
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::size_t acknowledged_count() {
    const std::lock_guard lock(mutex_);
    return acknowledged_.size();
  }
  [[nodiscard]] std::vector<std::string> acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }

 private:
  void run() {
    for (int i = 0; !stopping_.load(); ++i) {
      const auto name = "n" + std::to_string(i) + "." + zone_;
      try {
        const auto answer =
            rest_.post("/v2/zones/" + zone_id_ + "/recordsets", recordset_body(name, "A", {"192.0.2.1"}));
        if (answer.status / 100 == 2) {
          const std::lock_guard lock(mutex_);
          acknowledged_.push_back(name);
        }
      } catch (const std::runtime_error&) {
        continue;  // no answer: not acknowledged
      }
    }
  }

  RestClient rest_;
  const std::string zone_;
  const std::string zone_id_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // guards acknowledged_
  std::vector<std::string> acknowledged_;
  std::thread thread_;
};

std::set<std::string> owners_in(const std::vector<std::string>& records) {
  std::set<std::string> owners;
  for (const auto& record : records) owners.insert(record.substr(0, record.find_first_of(" \t")));
  return owners;
}

TEST_F(DatabaseOutage, KilledUnderLoadItLosesNothingThatWasAcknowledged) {
  start(options());
  std::vector<std::string> names;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    names.push_back("load" + std::to_string(i) + ".example.org.");
    ids.push_back(make_zone(names.back()));
  }
  watch(names);
  std::vector<std::unique_ptr<Writer>> writers;
  for (std::size_t i = 0; i < names.size(); ++i) {
    writers.push_back(std::make_unique<Writer>(platform().rest("tenant"), names[i], ids[i]));
  }
  for (int kill = 0; kill < 5; ++kill) {
    const auto before = writers[0]->acknowledged_count();
    ASSERT_TRUE(eventually([&] { return writers[0]->acknowledged_count() > before + 5; }, std::chrono::seconds(60)));
    platform().postgres().kill();
    platform().postgres().start();
  }
  std::size_t total = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    writers[i]->stop();
    EXPECT_TRUE(on_both(names[i], ids[i]));
    // One transfer of each instead of a question for every name.
    const auto of_bind = owners_in(dig(platform().bind(), names[i], "AXFR"));
    const auto of_powerdns = owners_in(dig(platform().powerdns(), names[i], "AXFR"));
    for (const auto& name : writers[i]->acknowledged()) {
      ++total;
      EXPECT_TRUE(of_bind.contains(name) && of_powerdns.contains(name)) << name << " was acknowledged";
    }
  }
  std::cout << "[ checked  ] " << total << " acknowledged changes, 5 kills\n";
  EXPECT_TRUE(all_run());
}

TEST_F(DatabaseOutage, ThatHangsIsNoticedByDeadlinesAndRecoveredFrom) {
  start(impatient());
  const std::string zone = "hangs.example.org.";
  const auto id = make_zone(zone);
  ASSERT_TRUE(on_both(zone, serial(id)));
  watch({zone});
  platform().postgres().freeze();
  EXPECT_TRUE(api_says_that_it_is_down(id));
  EXPECT_TRUE(mdns_says_that_it_is_down());
  EXPECT_TRUE(mdns_transfers(zone));
  const int status =
      rest().post("/v2/zones/" + id + "/recordsets", recordset_body("w." + zone, "A", {"192.0.2.1"})).status;
  EXPECT_TRUE(status == 503 || status == 504) << status;
  platform().postgres().thaw();
  ASSERT_TRUE(eventually_adds(id, "after." + zone));
  EXPECT_TRUE(on_both(zone, id));
  EXPECT_TRUE(resolves("after." + zone));
  EXPECT_TRUE(all_run());
}

TEST_F(DatabaseOutage, BehindACutNetworkIsNoticedByDeadlinesAndRecoveredFrom) {
  auto wanted = impatient();
  wanted.own_network = true;
  start(wanted);
  auto* network = platform().postgres().network();
  if (network == nullptr) GTEST_SKIP() << "network namespaces aren't permitted here";
  const std::string zone = "cut.example.org.";
  const auto id = make_zone(zone);
  ASSERT_TRUE(on_both(zone, serial(id)));
  watch({zone});
  network->cut();
  EXPECT_TRUE(api_says_that_it_is_down(id));
  EXPECT_TRUE(mdns_says_that_it_is_down());
  EXPECT_TRUE(mdns_transfers(zone));
  network->join();
  ASSERT_TRUE(eventually_adds(id, "after." + zone));
  EXPECT_TRUE(on_both(zone, id));
  EXPECT_TRUE(resolves("after." + zone));
  EXPECT_TRUE(all_run());
}

}  // namespace
}  // namespace minidns::e2e
