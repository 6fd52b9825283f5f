// What a failover or restore lost and somebody was served: reports, recovery versions, lost zones.
#include "central/recovery_worker.hpp"
#include "central/version_policy.hpp"
#include "storage/postgres/checked_connection.hpp"
#include "storage/postgres/feed_numbering.hpp"
#include "storage/postgres/nameserver_work.hpp"
#include "storage/postgres/recovery.hpp"
#include "storage/postgres/zone_content.hpp"
#include "tests/harness/wait.hpp"
#include "tests/postgres/storage_support.hpp"

#include <fcntl.h>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

class RecoveryTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
    desk_.emplace(conninfo());
    pool_ = std::make_shared<ConnectionPool>(settings(conninfo()), 4, 10s);
  }
  void report(const std::vector<LostVersion>& versions, std::optional<std::int64_t> set_back_epoch = {}) {
    PostgresRecoveryReports(pool_, "mdns test").report(versions, set_back_epoch);
  }
  /// One round of central's worker, or more.
  void recover() {
    const Logger log("test", LogLevel::error, ::open("/dev/null", O_WRONLY));
    Metrics metrics;
    PostgresRecovery recovery(*pool_);
    const central::RecoveryWorker worker(recovery, desk_->announcer(), log, metrics);
    EXPECT_TRUE(harness::eventually([&] { return sql("select count(*) from recovery_reports") == "0"; }));
  }
  static dns::Name name(const std::string& text) { return dns::Name::from_text(text).value(); }
  [[nodiscard]] LostVersion lost(const api::ZoneView& zone, std::int64_t version, dns::Serial serial) const {
    return {zone.id, zone.name, dns::Version(version), serial};
  }
  [[nodiscard]] dns::Serial serial_of(const api::ZoneView& zone) {
    return desk_->zones().get(Desk::scope(), zone.id)->serial;
  }

  std::optional<Desk> desk_;
  std::shared_ptr<ConnectionPool> pool_;
};

TEST_F(RecoveryTest, AZoneThatNobodyChangesAgainGetsAVersionAboveAllThatWasServed) {
  const auto behind = desk_->create_zone("behind.example.");
  const auto sound = desk_->create_zone("sound.example.");
  desk_->number();
  open_new_epoch(*pool_->acquire());
  const auto seen = behind.serial.advanced(3);
  const auto on_nameserver = behind.serial.advanced(5'000'000);
  report({lost(behind, 4, seen), lost(sound, 1, sound.serial)});
  report({lost(behind, 4, seen)});
  EXPECT_EQ(sql("select count(*) from recovery_reports"), "2") << "the same is written once";
  NameserverWork(*pool_).report_lost("ns1", {{behind.id, behind.name, std::nullopt, on_nameserver}});
  recover();

  EXPECT_TRUE(serial_of(behind).is_newer_than(on_nameserver));
  EXPECT_EQ(sql("select version from zones where name = 'behind.example.'"), std::to_string(1 + central::epoch_skip));
  EXPECT_EQ(serial_of(sound), sound.serial) << "it has what was served";
  EXPECT_EQ(sql("select count(*) from versions where author = 'recovery'"), "1");
  ASSERT_FALSE(desk_->announcer().versions().empty());
  EXPECT_EQ(desk_->announcer().versions().back().first, behind.id);
  desk_->number();
  expect_sound_feed(cluster(), database());
  // Content is the same rows.
  auto content = PostgresZoneContent(pool_);
  const auto step = content.read_step(behind.id, default_view, dns::Version(1), 1'000'000);
  ASSERT_EQ(step.kind, ZoneContent::Step::Kind::forward);
  EXPECT_TRUE(step.delta->changes.empty());
}

TEST_F(RecoveryTest, AZoneThatIsBeingChangedIsHealedLater) {
  const auto zone = desk_->create_zone("busy.example.");
  auto edit = desk_->editor().edit({}, zone.id);
  report({lost(zone, 9, zone.serial.advanced(8))});
  PostgresRecovery recovery(*pool_);
  EXPECT_FALSE(recovery.take(10)) << "nobody is waited for";
  edit.reset();
  recover();
  EXPECT_TRUE(serial_of(zone).is_newer_than(zone.serial.advanced(8)));
}

TEST_F(RecoveryTest, ALostZoneIsKeptAndItsNameKeepsTheSerialAsAFloor) {
  const ZoneId gone(Uuid::version7({}));
  const dns::Serial serial(3'000'000'000);
  report({{gone, name("gone.example."), dns::Version(7), serial},
          {gone, name("gone.example."), dns::Version(8), serial.advanced(1)}});
  recover();
  PostgresRecovery recovery(*pool_);
  ASSERT_EQ(recovery.lost_zones().size(), 1U);
  EXPECT_EQ(recovery.lost_zones()[0].serial, serial.advanced(1));
  PostgresZoneContent content(pool_);
  EXPECT_TRUE(content.deleted_of({gone}).empty()) << "nobody deleted it";
  NameserverWork work(*pool_);
  EXPECT_EQ(work.must_stay({name("gone.example."), name("other.example.")}, 24h), std::vector{name("gone.example.")});

  const auto again = desk_->create_zone("gone.example.");
  EXPECT_TRUE(again.serial.is_newer_than(serial.advanced(central::epoch_skip)));
  EXPECT_EQ(recovery.count_lost(), 0) << "it is there again";
}

TEST_F(RecoveryTest, AForgottenZoneCountsAsDeleted) {
  const ZoneId gone(Uuid::version7({}));
  report({{gone, name("gone.example."), dns::Version(7), dns::Serial(9)}});
  recover();
  PostgresRecovery recovery(*pool_);
  EXPECT_FALSE(recovery.forget_lost(name("other.example.")));
  EXPECT_TRUE(recovery.forget_lost(name("gone.example.")));
  EXPECT_FALSE(recovery.forget_lost(name("gone.example.")));
  EXPECT_EQ(desk_->number(), 1);
  EXPECT_EQ(sql("select kind from changes"), "delete");
  EXPECT_EQ(PostgresZoneContent(pool_).deleted_of({gone}), std::vector{gone});
  EXPECT_TRUE(NameserverWork(*pool_).must_stay({name("gone.example.")}, 24h).empty());
}

TEST_F(RecoveryTest, ALostIncarnationLiftsTheOneThatIsThere) {
  const auto zone = desk_->create_zone("twice.example.");
  const ZoneId second(Uuid::version7({}));
  report({{second, zone.name, dns::Version(1), zone.serial.advanced(7)}});
  recover();
  recover();
  EXPECT_TRUE(serial_of(zone).is_newer_than(zone.serial.advanced(7)));
  EXPECT_EQ(sql("select count(*) from tombstones"), "0");
}

TEST_F(RecoveryTest, UnknownZonesStayOnNameserversForAWhileAfterARestore) {
  NameserverWork work(*pool_);
  const std::vector unknown{name("unknown.example.")};
  EXPECT_TRUE(work.must_stay(unknown, 24h).empty());
  open_new_epoch(*pool_->acquire());
  EXPECT_EQ(work.must_stay(unknown, 24h), unknown);
  sql("update epochs set opened_at = opened_at - interval '2 days'");
  EXPECT_TRUE(work.must_stay(unknown, 24h).empty());
}

TEST_F(RecoveryTest, ADatabaseThatWasSetBackInSilenceGetsANewEpoch) {
  const auto zone = desk_->create_zone("silent.example.");
  report({lost(zone, 3, zone.serial.advanced(2))}, 1);
  recover();
  EXPECT_EQ(sql("select epoch from feed_head"), "2");
  EXPECT_EQ(sql("select max(version) from versions"), std::to_string(1 + central::epoch_skip));
  report({lost(zone, 3, zone.serial.advanced(2))}, 1);
  recover();
  EXPECT_EQ(sql("select epoch from feed_head"), "2") << "that was of the epoch before";
}

TEST_F(RecoveryTest, MdnsAndPoolManagerMayOnlyAddReports) {
  for (const char* role : {"minidns_mdns", "minidns_pool_manager"}) {
    auto connection = open_checked(settings(conninfo()),
                                   [&](Connection& fresh) { fresh.execute_script(std::string("set role ") + role); });
    const LostVersion version{ZoneId(Uuid::version7({})), name("x.example."), std::nullopt, dns::Serial(1)};
    EXPECT_NO_THROW(insert_reports(connection, role, {version, version}, std::nullopt));
    EXPECT_THROW(connection.execute("select count(*) from recovery_reports"), StatementError);
    EXPECT_THROW(connection.execute("delete from recovery_reports"), StatementError);
  }
  auto central =
      open_checked(settings(conninfo()), [](Connection& fresh) { fresh.execute_script("set role minidns_central"); });
  EXPECT_NO_THROW(central.execute("delete from recovery_reports"));
}

TEST(SplitHosts, GivesAConnectionStringForEachHost) {
  EXPECT_EQ(split_hosts("host=a,b port=1,2 dbname='x y' password='it\\'s'"),
            (std::vector<std::string>{"dbname='x y' host='a' password='it\\'s' port='1'",
                                      "dbname='x y' host='b' password='it\\'s' port='2'"}));
  EXPECT_EQ(split_hosts("postgresql://u@a:1,b:1/d?target_session_attrs=any").size(), 2U);
  EXPECT_EQ(split_hosts("host=a,b port=7").at(1), "host='b' port='7'");
  EXPECT_EQ(split_hosts("host=a"), std::vector<std::string>{"host=a"});
  EXPECT_TRUE(split_hosts("host=a,b port=1,2,3").empty());
  EXPECT_TRUE(split_hosts("nonsense=1").empty());
}

TEST_F(RecoveryTest, AHostThatIsRefusedIsPassedForTheNext) {
  harness::PostgresCluster other;
  other.create_database(database());
  const auto both = other.conninfo(database(), cluster());
  sql("insert into epochs select 2, system_identifier, timeline from epochs; update feed_head set epoch = 2");
  const WriterCheck check;
  auto first = open_checked(settings(conninfo()), check);  // epoch 2 was seen
  auto passed = open_checked(settings(both), check);
  EXPECT_EQ(passed.execute("select epoch from feed_head").integer(0, 0), 2);
  EXPECT_THROW((void)open_checked(settings(other.conninfo(database())), check), Unavailable);
}

}  // namespace
}  // namespace minidns::storage::postgres
