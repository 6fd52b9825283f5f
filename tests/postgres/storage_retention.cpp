#include "storage/postgres/retention.hpp"
#include "tests/postgres/storage_support.hpp"

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto age = 24h;

class RetentionTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool(1);
  }

  /// Ten versions of one zone, numbered.
  api::ZoneView busy_zone(Desk& desk) {
    const auto zone = desk.create_zone("example.org.");
    auto recordset = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
    for (int n = 0; n < 8; ++n) {
      recordset = desk.set_records(recordset, {"10.0.1." + std::to_string(n)});
    }
    desk.number();
    return zone;
  }

  /// As if all of it had happened ten days ago.
  void make_old() {
    sql("update versions set created_at = created_at - interval '10 days';"
        "update changes set numbered_at = numbered_at - interval '10 days';"
        "update zones set deleted_at = deleted_at - interval '10 days';"
        "update tombstones set deleted_at = deleted_at - interval '10 days'");
  }

  static std::int64_t prune_all(Retention& retention, std::int64_t versions) {
    std::int64_t pruned = 0;
    std::optional<std::int64_t> position = 0;
    while (position) {
      const auto step = retention.prune_history(*position, versions, age);
      pruned += step.pruned;
      position = step.next;
    }
    return pruned;
  }
};

TEST_F(RetentionTest, YoungHistoryIsKept) {
  Desk desk(conninfo());
  static_cast<void>(busy_zone(desk));
  PostgresRetention retention(desk.pool());
  EXPECT_EQ(prune_all(retention, 1), 0);
  EXPECT_EQ(sql("select count(*) from versions"), "10");
}

TEST_F(RetentionTest, NewestVersionsAreKeptHoweverOldTheyAre) {
  Desk desk(conninfo());
  static_cast<void>(busy_zone(desk));
  make_old();
  PostgresRetention retention(desk.pool());
  EXPECT_EQ(prune_all(retention, 20), 0);
  EXPECT_GT(prune_all(retention, 3), 0);
  EXPECT_EQ(sql("select min(version) || ' ' || max(version) from versions"), "8 10");
  EXPECT_EQ(sql("select count(*) from rrsets where until <= 8"), "0");
  EXPECT_EQ(sql("select count(*) from rrsets where type = 1"), "3") << "what versions 8 to 10 had";
  EXPECT_EQ(sql("select count(*) || ' ' || min(seq) from changes"), "3 8") << "changes go with their versions";
  EXPECT_EQ(sql("select pruned_through from feed_head"), "7");
  EXPECT_EQ(prune_all(retention, 3), 0) << "nothing is left to do";
  EXPECT_EQ(desk.number(), 10) << "the head stays";
}

TEST_F(RetentionTest, HeadIsNeverPruned) {
  Desk desk(conninfo());
  const auto zone = busy_zone(desk);
  make_old();
  PostgresRetention retention(desk.pool());
  prune_all(retention, 1);
  EXPECT_EQ(sql("select string_agg(version::text, ' ') from versions"), "10");
  confirm(1, 10);
  EXPECT_EQ(desk.zones().get(Desk::scope(), zone.id)->status, api::Status::active);
  const auto sets = desk.recordsets().list(Desk::scope(), zone.id, {}, {}).value();
  for (const auto& set : sets.items) {
    EXPECT_EQ(set.status, api::Status::active) << "also where the change is pruned";
  }
}

TEST_F(RetentionTest, DeletedZoneWaitsForItsNameservers) {
  Desk desk(conninfo());
  const auto zone = busy_zone(desk);
  ASSERT_TRUE(desk.zones().remove(Desk::scope(), zone.id));
  desk.number();
  make_old();
  PostgresRetention retention(desk.pool());
  EXPECT_EQ(retention.remove_deleted(age), 0) << "never confirmed";
  confirm(1, 10);
  EXPECT_EQ(retention.remove_deleted(age), 0) << "confirmed only up to the version before";
  confirm(1, 11);
  sql("update nameserver_progress set swept_at = now()");
  EXPECT_EQ(retention.remove_deleted(240h * 2), 0) << "too young";
  while (retention.remove_deleted(age) > 0) {
  }
  EXPECT_EQ(
      sql("select (select count(*) from zones) + (select count(*) from rrsets) + (select count(*) from recordsets)"
          " + (select count(*) from versions)"),
      "0");
  EXPECT_EQ(sql("select count(*) from changes"), "11") << "the feed outlives the zone";
  EXPECT_EQ(sql("select count(*) from tombstones"), "0") << "older than twice the age";
  prune_all(retention, 20);
  EXPECT_EQ(sql("select count(*) from changes"), "0");
  EXPECT_EQ(desk.number(), 11);
  static_cast<void>(desk.create_zone("example.org."));
  EXPECT_EQ(desk.number(), 12);
}

TEST_F(RetentionTest, DeletedZoneDoesNotWaitForANameserverInMaintenanceWhichNeedsItsTombstone) {
  Desk desk(conninfo());
  sql("insert into nameservers (id, pool_id, name, driver, address, state) select gen_random_uuid(), id, 'away', "
      "'none',"
      " '127.0.0.2', 'maintenance' from pools;"
      "insert into nameserver_progress (nameserver_id, visible_through, swept_at) select id, 1, now() - interval '20 "
      "days'"
      " from nameservers where name = 'away'");
  const auto zone = busy_zone(desk);
  sql("insert into tasks (nameserver_id, name_key, zone_name, zone_id, action, since_seq, seq, version, serial)"
      " select n.id, z.name_key, z.name, z.id, 'update', 2, 2, 2, 2 from nameservers n, zones z where n.name = 'away'");
  ASSERT_TRUE(desk.zones().remove(Desk::scope(), zone.id));
  desk.number();
  make_old();
  PostgresRetention retention(desk.pool());
  EXPECT_EQ(retention.remove_deleted(age), 0) << "the one in service has not confirmed it";
  confirm(1, 11);
  sql("update nameserver_progress set swept_at = now() where visible_through = 11");
  while (retention.remove_deleted(age) > 0) {
  }
  EXPECT_EQ(sql("select count(*) from zones"), "0");
  EXPECT_EQ(sql("select pool_id is not null from tombstones"), "t") << "whose it was is known";
  sql("update nameserver_progress set swept_at = now()");
  EXPECT_EQ(retention.remove_deleted(age), 1) << "it is back, and was compared";
  EXPECT_EQ(sql("select count(*) from tombstones"), "0");
}

TEST_F(RetentionTest, ARetiredNameserverHoldsNothing) {
  Desk desk(conninfo());
  sql("update nameservers set state = 'retired'");
  const auto zone = busy_zone(desk);
  ASSERT_TRUE(desk.zones().remove(Desk::scope(), zone.id));
  desk.number();
  make_old();
  PostgresRetention retention(desk.pool());
  while (retention.remove_deleted(age) > 0) {
  }
  EXPECT_EQ(sql("select (select count(*) from zones) + (select count(*) from tombstones)"), "0");
}

TEST_F(RetentionTest, LargeZoneGoesInSteps) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  sql("insert into rrsets (zone_id, owner, type, ttl, since, until, rdata) select '" + zone.id.to_string() +
      "', convert_to('w' || n, 'utf8') || '\\x00', 1, 60, 1, 2, '\\x00040a000001' from generate_series(1, 12000) n;"
      "insert into versions (zone_id, version, serial, kind) select id, 2, 2, 'update' from zones;"
      "update zones set version = 2");
  desk.number();
  make_old();
  PostgresRetention retention(desk.pool());
  const auto step = retention.prune_history(0, 1, age);
  EXPECT_LT(step.pruned, 12'000);
  EXPECT_EQ(step.next, 0) << "more is to be done at the same place";
  EXPECT_EQ(prune_all(retention, 1) + step.pruned, 12'000 + 1);
}

}  // namespace
}  // namespace minidns::storage::postgres
