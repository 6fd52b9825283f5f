#pragma once

#include "api/caller.hpp"
#include "base/clock.hpp"
#include "base/secret_box.hpp"
#include "central/announcer.hpp"
#include "central/first_signing.hpp"
#include "central/key_vault.hpp"
#include "central/recordset_port.hpp"
#include "central/zone_port.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/signing_refresh.hpp"
#include "storage/postgres/writer_check.hpp"
#include "storage/postgres/zone_edit.hpp"
#include "storage/postgres/zone_reader.hpp"
#include "tests/harness/postgres_cluster.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace minidns::storage::postgres {

/// Remembers what was committed.
class RecordingAnnouncer final : public central::Announcer {
 public:
  using Version = std::pair<ZoneId, std::int64_t>;

  void committed(const ZoneId& zone, dns::Version version) override;
  void changed() override {}
  [[nodiscard]] std::vector<Version> versions() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Version> versions_;
};

/// central's ports on one database.
class Desk {
 public:
  explicit Desk(const std::string& conninfo, std::size_t connections = 10);

  [[nodiscard]] static api::Scope scope(const std::string& project = "alice");
  [[nodiscard]] api::ZoneView create_zone(const std::string& name, const std::string& project = "alice");
  [[nodiscard]] api::RecordsetView create_recordset(const ZoneId& zone, const std::string& name, dns::RRType type,
                                                    std::vector<std::string> records);
  [[nodiscard]] api::RecordsetView set_records(const api::RecordsetView& recordset, std::vector<std::string> records);

  [[nodiscard]] ConnectionPool& pool() { return pool_; }
  [[nodiscard]] central::ZonePort& zones() { return zones_; }
  [[nodiscard]] central::RecordsetPort& recordsets() { return recordsets_; }
  [[nodiscard]] PostgresZoneReader& reader() { return reader_; }
  [[nodiscard]] PostgresZoneEditor& editor() { return editor_; }
  [[nodiscard]] RecordingAnnouncer& announcer() { return announcer_; }
  /// Numbers changes; returns the head.
  std::int64_t number();

 private:
  SystemClock clock_;
  ConnectionPool pool_;
  PostgresZoneReader reader_;
  PostgresZoneEditor editor_;
  RecordingAnnouncer announcer_;
  SecretBox secrets_;
  central::SecondaryRules secondary_;
  PostgresSigningRefresh refresh_;
  SecretBox ksk_secrets_;
  central::SealedKeyVault vault_;
  central::FirstSigning first_signing_;
  central::ZonePort zones_;
  central::RecordsetPort recordsets_;
};

/// A test with a migrated database of its own, in a cluster that the tests of this program share.
class StorageTest : public ::testing::Test {
 protected:
  void SetUp() override;

  [[nodiscard]] static harness::PostgresCluster& cluster();
  [[nodiscard]] const std::string& database() const { return database_; }
  [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
  std::string sql(const std::string& text) const { return cluster().sql(database_, text); }

  /// A default pool with two NS names and, if wanted, nameservers in service.
  void add_pool(int nameservers = 0) const;
  /// What the pool manager writes: nameserver `number` (from 1) shows everything up to `seq`.
  void confirm(int number, std::int64_t seq) const;

  [[nodiscard]] static ConnectionSettings settings(const std::string& conninfo);
  [[nodiscard]] static std::string new_database_name();

 private:
  std::string database_;
  std::string conninfo_;
};

/// Fails the test unless the feed is numbered from 1 to its head without a gap, has every version once, and each zone's
/// versions in rising order.
void expect_sound_feed(const harness::PostgresCluster& cluster, const std::string& database);

}  // namespace minidns::storage::postgres
