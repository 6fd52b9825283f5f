// mdns's local store: what was served is served again after a restart, with the database gone, the store damaged or
// full, or the program killed. dig and ldns-compare-zones judge.

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <sys/mount.h>
#include <thread>

namespace minidns::mdns::test {
namespace {

namespace fs = std::filesystem;
using harness::eventually;
using namespace std::chrono_literals;

class MdnsStore : public testing::Test {
 protected:
  ~MdnsStore() override {
    if (HasFailure() && server_) {
      std::cerr << server_->log();
    }
  }

  [[nodiscard]] std::string path() const { return folder_ / "store"; }
  [[nodiscard]] std::string data_file() const { return path() + "/data/data.mdb"; }
  void make(const std::string& more = {}) {
    server_ = world_.make_mdns("127.0.0.1", "store: {path: " + path() + more + "}\n");
  }
  /// As a supervisor would: what ends by itself is started again.
  void start_until_ready() {
    server_->launch();
    ASSERT_TRUE(eventually([&] {
      if (!server_->running()) {
        server_->launch();
      }
      return server_->ready();
    }));
  }

  [[nodiscard]] std::string dig(const std::vector<std::string>& question, const harness::KeySpec& key) const {
    std::vector<std::string> command{"dig",     "@127.0.0.1", "-p", std::to_string(world_.port()),
                                     "+time=5", "+tries=1",   "-y", key.algorithm + ":" + key.name + ":" + key.secret};
    command.insert(command.end(), question.begin(), question.end());
    return harness::run(command).out;
  }
  [[nodiscard]] std::string dig(const std::vector<std::string>& question) const { return dig(question, key_); }
  /// The records of a transfer in the order in which they came; empty if it wasn't one.
  [[nodiscard]] std::string transfer(const std::string& zone, const std::string& type) const {
    std::istringstream answer(dig({"+tcp", "+nostats", "+nocmd", zone, type}));
    std::string records;
    for (std::string line; std::getline(answer, line);) {
      const bool is_record = !line.empty() && line[0] != ';' && line.find("TSIG") == std::string::npos;
      records += is_record ? line + "\n" : "";
    }
    return records;
  }
  [[nodiscard]] std::uint32_t serial_of(const std::string& zone) const {
    std::istringstream answer(dig({"+short", zone, "SOA"}));
    std::string word;
    std::uint32_t serial = 0;
    answer >> word >> word >> serial;
    return serial;
  }
  [[nodiscard]] bool serves(const WrittenZone& zone) const {
    return eventually([&] { return serial_of(zone.name) == zone.serial; });
  }
  /// All that the program has put into its queue is on the disk. It has put something there unless all that it serves
  /// came from there.
  [[nodiscard]] bool stored(const WrittenZone& zone) const {
    const auto loads = [&](const char* result) {
      return server_->metric(std::string("minidns_mdns_zone_loads_total{result=\"") + result + "\"}");
    };
    return serves(zone) && !transfer(zone.name, "AXFR").empty() && eventually([&] {
             return server_->metric("minidns_mdns_store_queue_zones") == 0 &&
                    (server_->metric("minidns_mdns_store_zones_written_total") >= 1 ||
                     loads("step") + loads("whole") == 0);
           });
  }
  /// The changing text record in a transfer.
  [[nodiscard]] static std::string text_in(const std::string& transfer) {
    const auto at = transfer.find("\tTXT\t\"");
    return at == std::string::npos ? "" : transfer.substr(at + 6, transfer.find('"', at + 7) - at - 6);
  }
  /// What the database says of it at the transfer's serial.
  [[nodiscard]] std::string text_at(const WrittenZone& zone, const std::string& transfer) const {
    std::istringstream soa(transfer);
    std::string word;
    std::uint32_t serial = 0;
    soa >> word >> word >> word >> word >> word >> word >> serial;
    const std::string id = "'" + zone.id.to_string() + "'";
    return world_.sql(
        "select coalesce((select encode(substr(r.rdata, 4), 'escape') from rrsets r join versions v using"
        " (zone_id) where r.zone_id = " +
        id + " and v.serial = " + std::to_string(serial) +
        " and r.type = 16 and r.since <= v.version and (r.until is null or r.until > v.version)), '')");
  }
  void wait_for_feed() {
    const auto head = std::stod(world_.sql("select seq from feed_head"));
    ASSERT_TRUE(eventually([&] { return server_->metric("minidns_mdns_feed_seq") >= head; }));
  }
  /// Ends it so that all is stored.
  void stop_server() {
    server_->stop();
    ASSERT_FALSE(server_->running());
  }

  World world_{"store"};
  harness::TempDir folder_{"store"};
  harness::KeySpec key_ = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  std::unique_ptr<harness::Program> server_;
};

TEST_F(MdnsStore, WhatWasServedIsServedAgainWithThePostgresGone) {
  auto zone = world_.create_zone("kept.example.", {{"a.kept.example.", "A", {"192.0.2.1"}}});
  auto large = world_.create_zone("large.example.", {});
  world_.fill_zone(large, 20'000);
  const auto unasked = world_.create_zone("unasked.example.", {});
  const auto zone_key = world_.add_key("zone.key.", "hmac-sha512", "ZONE", large.id.uuid());
  make();
  start_until_ready();
  ASSERT_TRUE(serves(zone) && serves(large));
  // From then on they are in memory, and steps are kept.
  ASSERT_FALSE(transfer(zone.name, "AXFR").empty() || transfer(large.name, "AXFR").empty());
  for (int i = 0; i < 3; ++i) {
    world_.change_zone(zone, {{"n" + std::to_string(i) + ".kept.example.", "A", {"192.0.2.7"}}});
    ASSERT_TRUE(serves(zone));
  }
  world_.change_zone(large, {{"new.large.example.", "TXT", {"\"t\""}}});
  ASSERT_TRUE(serves(large));
  std::map<std::string, std::string> before;
  const std::vector<std::pair<std::string, std::string>> questions = {
      {zone.name, "AXFR"}, {zone.name, "IXFR=2"}, {zone.name, "IXFR=3"}, {large.name, "AXFR"}, {large.name, "IXFR=2"}};
  for (const auto& [name, type] : questions) {
    before[name + type] = transfer(name, type);
    ASSERT_FALSE(before[name + type].empty());
  }
  wait_for_feed();
  stop_server();
  world_.postgres().kill();

  start_until_ready();
  EXPECT_TRUE(eventually([&] { return server_->readiness().find("database=down stale_for=") != std::string::npos; }));
  for (const auto& [name, type] : questions) {
    EXPECT_EQ(transfer(name, type), before[name + type]) << name << " " << type;
  }
  const std::string old_file = folder_ / "before.zone";
  const std::string new_file = folder_ / "after.zone";
  harness::write_file(old_file, before[large.name + "AXFR"].substr(0, before[large.name + "AXFR"].rfind("large.ex")));
  const std::string now = transfer(large.name, "AXFR");
  harness::write_file(new_file, now.substr(0, now.rfind("large.ex")));
  const auto compared = harness::run({"ldns-compare-zones", "-s", "-Z", old_file, new_file});
  EXPECT_EQ(compared.status, 0) << compared.out.substr(0, 2000) << compared.err;

  EXPECT_NE(dig({large.name, "AXFR"}, zone_key).find("XFR size"), std::string::npos) << "keys are stored";
  auto wrong = key_;
  wrong.secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  EXPECT_EQ(dig({zone.name, "AXFR"}, wrong).find("XFR size"), std::string::npos);
  EXPECT_EQ(dig({zone.name, "AXFR"}, zone_key).find("XFR size"), std::string::npos) << "a key opens only its zone";
  EXPECT_EQ(serial_of(unasked.name), unasked.serial) << "the index has it";
  EXPECT_TRUE(transfer(unasked.name, "AXFR").empty()) << "it was never read";

  world_.postgres().start();
  ASSERT_TRUE(eventually([&] { return server_->readiness().find("database=up") != std::string::npos; }));
  EXPECT_EQ(server_->log().find("comparing all zones"), std::string::npos) << "the feed goes on where it was";
  EXPECT_FALSE(transfer(unasked.name, "AXFR").empty());
  world_.change_zone(zone, {{"later.kept.example.", "A", {"192.0.2.9"}}});
  EXPECT_TRUE(serves(zone));
  EXPECT_NE(transfer(zone.name, "IXFR=2").find("later.kept.example."), std::string::npos);
  EXPECT_EQ(server_->metric("minidns_mdns_zone_loads_total{result=\"whole\"}"), 1) << "of the one never read";
}

TEST_F(MdnsStore, ChangesAndDeletionsMadeMeanwhileArriveByTheFeed) {
  auto changed = world_.create_zone("changed.example.", {});
  const auto deleted = world_.create_zone("deleted.example.", {});
  make();
  start_until_ready();
  ASSERT_TRUE(stored(changed) && stored(deleted));
  wait_for_feed();
  stop_server();
  world_.change_zone(changed, {{"x.changed.example.", "A", {"192.0.2.1"}}}, false);
  world_.delete_zone(deleted, false);
  const auto fresh = world_.create_zone("fresh.example.", {});
  start_until_ready();
  EXPECT_TRUE(serves(changed) && serves(fresh));
  EXPECT_TRUE(eventually([&] { return serial_of(deleted.name) == 0; }));
  EXPECT_EQ(server_->log().find("comparing all zones"), std::string::npos);
  wait_for_feed();
  stop_server();
  world_.postgres().kill();
  start_until_ready();
  EXPECT_EQ(serial_of(deleted.name), 0U) << "it left the store, too";
  EXPECT_EQ(serial_of(changed.name), changed.serial);
  EXPECT_FALSE(transfer(fresh.name, "AXFR").empty());
}

TEST_F(MdnsStore, AnOlderEpochAndAnotherDatabaseAreNotFollowed) {
  const auto zone = world_.create_zone("epoch.example.", {});
  (void)world_.sql("select open_epoch(true)");
  make();
  start_until_ready();
  ASSERT_TRUE(stored(zone));
  wait_for_feed();
  stop_server();
  (void)world_.sql("update feed_head set epoch = epoch - 1");
  start_until_ready();
  EXPECT_TRUE(
      eventually([&] { return server_->log().find("older epoch than was seen: refused") != std::string::npos; }));
  EXPECT_EQ(serial_of(zone.name), zone.serial);
  stop_server();
  (void)world_.sql("update feed_head set epoch = epoch + 1");
  start_until_ready();
  EXPECT_TRUE(eventually([&] { return server_->readiness().find("database=up") != std::string::npos; }));
}

TEST_F(MdnsStore, AStoreThatIsTooOldIsNotServedWithoutTheDatabase) {
  const auto zone = world_.create_zone("old.example.", {});
  make(", age_max: 1s");
  start_until_ready();
  ASSERT_TRUE(stored(zone));
  stop_server();
  world_.postgres().kill();
  ASSERT_TRUE(eventually([&] {  // until it is old
    server_->launch();
    const bool refused =
        eventually([&] { return server_->log().find("local store too old") != std::string::npos; }, 3s);
    if (!refused) {
      server_->stop();
    }
    return refused;
  }));
  EXPECT_FALSE(server_->ready());
  EXPECT_EQ(serial_of(zone.name), 0U);
  world_.postgres().start();
  ASSERT_TRUE(eventually([&] { return server_->ready(); }));
  EXPECT_TRUE(serves(zone));
}

/// Several ways to damage the real program's store. The answers are right, or there is none.
TEST_F(MdnsStore, ADamagedStoreIsNeverServedAndIsFilledAnew) {
  std::vector<WrittenZone> zones;
  for (int i = 0; i < 8; ++i) {
    zones.push_back(world_.create_zone("z" + std::to_string(i) + ".example.", {}));
  }
  world_.fill_zone(zones[0], 5000);
  make();
  start_until_ready();
  std::map<std::string, std::string> expected;
  for (const WrittenZone& zone : zones) {
    ASSERT_TRUE(stored(zone));
    expected[zone.name] = transfer(zone.name, "AXFR");
  }
  wait_for_feed();
  stop_server();
  const std::string whole = harness::read_file(data_file());
  std::mt19937_64 dice(1);
  int served = 0;
  int unserved = 0;
  for (int round = 0; round < 24; ++round) {
    std::string damaged = whole;
    const std::size_t at = dice() % damaged.size();
    if (round % 3 == 0) {
      damaged.resize(at);
    } else {
      const std::size_t count = round % 3 == 1 ? 1 : 20'000;
      for (std::size_t i = at; i < std::min(at + count, damaged.size()); ++i) {
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << dice() % 8));
      }
    }
    fs::create_directories(path() + "/data");
    harness::write_file(data_file(), damaged);
    world_.postgres().kill();
    server_->launch();
    (void)eventually([&] { return server_->ready() || !server_->running(); }, 1s);
    for (const WrittenZone& zone : zones) {
      const std::string answer = transfer(zone.name, "AXFR");
      EXPECT_TRUE(answer.empty() || answer == expected[zone.name]) << "round " << round << " " << zone.name;
      ++(answer.empty() ? unserved : served);
    }
    world_.postgres().start();
    ASSERT_TRUE(eventually([&] {
      if (!server_->running()) {
        server_->launch();
      }
      return server_->readiness().find("database=up") != std::string::npos;
    }));
    for (const WrittenZone& zone : zones) {
      EXPECT_TRUE(eventually([&] { return transfer(zone.name, "AXFR") == expected[zone.name]; })) << "round " << round;
    }
    server_->kill();
  }
  std::cout << served << " right answers without the database, " << unserved << " refused\n";
}

TEST_F(MdnsStore, AFullStoreStopsStoringNotServing) {
  const auto small = world_.create_zone("small.example.", {});
  auto large = world_.create_zone("huge.example.", {});
  make(", size_max: 1MiB");
  start_until_ready();
  ASSERT_TRUE(stored(small));
  const std::string expected = transfer(small.name, "AXFR");
  world_.fill_zone(large, 60'000);
  ASSERT_TRUE(serves(large));
  EXPECT_TRUE(eventually([&] { return server_->metric("minidns_mdns_store_failures_total{reason=\"full\"}") > 0; }));
  EXPECT_NE(server_->log().find("local store full"), std::string::npos);
  EXPECT_FALSE(transfer(large.name, "AXFR").empty());
  server_->kill();
  world_.postgres().kill();
  start_until_ready();
  EXPECT_EQ(transfer(small.name, "AXFR"), expected);
  world_.postgres().start();
  EXPECT_TRUE(serves(large)) << "the position was not ahead of the content";
}

TEST_F(MdnsStore, AFullDiskStopsStoringNotServing) {
  fs::create_directories(path());
  if (::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "a small file system can't be mounted here (needs CAP_SYS_ADMIN)";
  }
  const std::shared_ptr<void> unmount(nullptr, [this](void*) { (void)::umount2(path().c_str(), MNT_DETACH); });
  const auto small = world_.create_zone("small.example.", {});
  auto large = world_.create_zone("huge.example.", {});
  make();
  start_until_ready();
  ASSERT_TRUE(stored(small));
  const std::string expected = transfer(small.name, "AXFR");
  world_.fill_zone(large, 60'000);
  ASSERT_TRUE(serves(large));
  // LMDB says EIO, not ENOSPC, where a part of a write found room.
  ASSERT_TRUE(eventually([&] {
    return server_->metric("minidns_mdns_store_failures_total{reason=\"full\"}") +
               server_->metric("minidns_mdns_store_failures_total{reason=\"failed\"}") >
           0;
  }));
  EXPECT_FALSE(transfer(large.name, "AXFR").empty());
  // With room again, it stores again by itself.
  ASSERT_EQ(::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
  EXPECT_TRUE(eventually([&] { return server_->log().find("local store: storing again") != std::string::npos; }, 120s));
  EXPECT_TRUE(eventually([&] { return server_->metric("minidns_mdns_store_missing_contents") == 0; }, 120s));
  const std::string large_expected = transfer(large.name, "AXFR");
  stop_server();
  world_.postgres().kill();
  start_until_ready();
  EXPECT_EQ(transfer(small.name, "AXFR"), expected);
  EXPECT_EQ(transfer(large.name, "AXFR"), large_expected);
  stop_server();
}

/// Killed at any moment of commits, builds and store writes.
TEST_F(MdnsStore, KilledAtAnyMomentItServesNoWrongOctetAndLosesNoVersion) {
  constexpr int kills = 40;
  auto zone = world_.create_zone("killed.example.", {});
  auto large = world_.create_zone("large.example.", {});
  world_.fill_zone(large, 20'000);
  make();
  start_until_ready();
  ASSERT_TRUE(stored(zone) && stored(large));
  std::mt19937_64 dice(1);
  int without_database = 0;
  for (int round = 0; round < kills; ++round) {
    // What was served and stored before the burst must be there after it.
    const std::uint32_t zone_before = zone.serial;
    const std::uint32_t large_before = large.serial;
    ASSERT_TRUE(stored(zone) && stored(large));
    wait_for_feed();
    std::atomic<bool> killed{false};
    std::thread killer([&, wait = std::chrono::microseconds(dice() % 150'000)] {
      const auto until = std::chrono::steady_clock::now() + wait;
      while (std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
      }
      server_->kill();
      killed = true;
    });
    for (int i = 0; !killed; ++i) {
      const std::string text = "\"" + std::to_string(round) + "-" + std::to_string(i) + "\"";
      world_.change_zone(zone, {{"t.killed.example.", "TXT", {text}}});
      if (i % 3 == 0) {
        world_.change_zone(large, {{"t.large.example.", "TXT", {text}}});
      }
    }
    killer.join();
    if (round % 4 == 0) {
      ++without_database;
      world_.postgres().kill();
      start_until_ready();
      EXPECT_GE(serial_of(zone.name), zone_before);
      EXPECT_GE(serial_of(large.name), large_before);
      const std::string with_store = transfer(zone.name, "AXFR");
      const std::string large_with_store = transfer(large.name, "AXFR");
      EXPECT_FALSE(with_store.empty() || large_with_store.empty());
      world_.postgres().start();
      EXPECT_EQ(text_at(zone, with_store), text_in(with_store));
      EXPECT_EQ(text_at(large, large_with_store), text_in(large_with_store));
    } else {
      start_until_ready();
    }
    ASSERT_TRUE(serves(zone) && serves(large)) << "round " << round;
    const std::string now = transfer(zone.name, "AXFR");
    EXPECT_EQ(text_at(zone, now), text_in(now));
  }
  EXPECT_EQ(server_->log().find("local store set aside"), std::string::npos) << "a killed process doesn't damage it";
  std::cout << kills << " kills, " << without_database << " of them with the database gone at the next start\n";
}

}  // namespace
}  // namespace minidns::mdns::test
