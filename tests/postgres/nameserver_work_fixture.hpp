#pragma once

#include "storage/postgres/nameserver_leases.hpp"
#include "storage/postgres/nameserver_work.hpp"
#include "tests/harness/postgres_cluster.hpp"
#include "tests/harness/wait.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

/// A database of its own for each test, with two pools and what the pool manager asks of it.
namespace minidns::storage::work_test {

using namespace std::chrono_literals;

inline constexpr auto lease_time = 60s;
inline constexpr const char* pool_id = "00000000-0000-0000-0000-0000000000aa";
inline constexpr const char* other_pool_id = "00000000-0000-0000-0000-0000000000bb";

inline dns::Name name(const std::string& text) {
  return dns::Name::from_text(text).value();
}

inline std::string hex_key(const std::string& zone) {
  return "'\\x" + to_hex(dns::OwnerKey::of(name(zone), dns::Name::root()).octets()) + "'";
}

inline std::string id_text(int number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-0000-0000-" + std::string(12 - digits.size(), '0') + digits;
}

class NameserverWorkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = new harness::PostgresCluster; }
  static void TearDownTestSuite() {
    delete cluster;
    cluster = nullptr;
  }

  void SetUp() override {
    static int databases = 0;
    database_ = "work" + std::to_string(++databases);
    postgres::ConnectionSettings settings;
    settings.conninfo = cluster->create_database(database_);
    settings.application_name = "test";
    connections_.emplace(settings, 8, 5s);
    work_.emplace(*connections_);
    leases_.emplace(*connections_);
    sql("insert into pools (id, name) values ('" + std::string(pool_id) + "', 'p'), ('" + other_pool_id + "', 'q')");
  }

  std::string sql(const std::string& text) { return cluster->sql(database_, text); }

  NameserverId add_nameserver(int number, const std::string& state = "in_service") {
    sql("insert into nameservers (id, pool_id, name, driver, address, state) values ('" + id_text(number) + "', '" +
        pool_id + "', 'ns" + std::to_string(number) + "', 'none', '127.0.0.1', '" + state + "')");
    return *NameserverId::parse(id_text(number));
  }

  static InstanceId manager(int number) { return *InstanceId::parse(id_text(1000 + number)); }

  Lease lease(const InstanceId& me, const NameserverId& nameserver) {
    (void)leases_->read(me);
    const auto leases = leases_->acquire(me, {nameserver}, lease_time);
    EXPECT_EQ(leases.size(), 1U);
    return leases.at(0);
  }

  /// A version of a zone, as central commits it.
  void commit(int zone, const std::string& zone_name, const std::string& kind, int version,
              const std::string& pool = pool_id) {
    const std::string id = "'" + id_text(zone) + "'";
    const std::string number = std::to_string(version);
    std::string text = "begin;";
    if (kind == "create") {
      text +=
          "insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial, epoch) values (" +
          id + ", '" + zone_name + "', " + hex_key(zone_name) + ", 't', '" + pool + "', 'h@x', 300, " + number + ", " +
          number + ", 1);";
    } else {
      text += "update zones set version = " + number + ", serial = " + number +
              (kind == "delete" ? ", deleted_at = now()" : "") + " where id = " + id + ";";
    }
    text += "insert into versions (zone_id, version, serial, kind) values (" + id + ", " + number + ", " + number +
            ", '" + kind + "'); commit; select number_changes()";
    sql(text);
  }

  static Task task(const std::string& zone, std::int64_t seq, int attempts = 0) {
    return {.action = ZoneAction::update,
            .zone = *ZoneId::parse(id_text(7)),
            .name = name(zone),
            .version = dns::Version(seq),
            .serial = dns::Serial(4'000'000'000),
            .since_seq = seq,
            .seq = seq,
            .attempts = attempts,
            .is_error = false,
            .reason = "because"};
  }

  static ProgressUpdate keep(const Task& task, std::chrono::milliseconds delay = 0ms) {
    ProgressUpdate update;
    update.exceptions.push_back({task, delay});
    return update;
  }

  static ProgressUpdate confirm(const std::string& zone, std::int64_t seq) {
    ProgressUpdate update;
    update.confirmed.push_back({name(zone), seq});
    return update;
  }

  static inline harness::PostgresCluster* cluster = nullptr;
  std::string database_;
  std::optional<postgres::ConnectionPool> connections_;
  std::optional<postgres::NameserverWork> work_;
  std::optional<postgres::NameserverLeases> leases_;
};

}  // namespace minidns::storage::work_test
