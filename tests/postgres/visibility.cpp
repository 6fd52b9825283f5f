// Who serves a version, and waiting for it, on a real PostgreSQL.
#include "central/visibility_waits.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/version_watch.hpp"
#include "tests/harness/wait.hpp"
#include "tests/postgres/storage_support.hpp"

#include <random>
#include <unistd.h>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;
using harness::eventually;

class VisibilityTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool(3);
    desk_.emplace(conninfo());
    watch_.emplace(settings(conninfo()), WriterCheck());
    zone_.emplace(desk_->create_zone("example.org.").id);  // version 1, change 1
    recordset_.emplace(desk_->create_recordset(*zone_, "www.example.org.", dns::RRType::a, {"10.0.0.1"}));  // 2, 2
    desk_->number();
  }

  /// What the pool manager keeps of nameserver `number` and the zone.
  void add_task(int number, std::int64_t since_seq, std::int64_t seq, const std::string& state) const {
    sql("insert into tasks (nameserver_id, name_key, zone_name, zone_id, action, since_seq, seq, version, serial, "
        "state,"
        " reason) select n.id, z.name_key, z.name, z.id, 'update', " +
        std::to_string(since_seq) + ", " + std::to_string(seq) + ", z.version, z.serial, '" + state +
        "', 'it shows another serial' from nameservers n, zones z where n.name = 'ns" + std::to_string(number) +
        "' and z.id = '" + zone_->to_string() + "'");
  }
  [[nodiscard]] api::VisibilityView visibility(std::optional<std::int64_t> version = {}) {
    const auto wanted = version ? std::optional(dns::Version(*version)) : std::nullopt;
    return desk_->zones().get(Desk::scope(), *zone_, wanted).value().visible.value();
  }
  [[nodiscard]] ZoneHorizon horizon() {
    const auto horizons = watch_->look({*zone_});
    EXPECT_EQ(horizons.size(), 1U);
    return horizons.at(0);
  }

  std::optional<Desk> desk_;
  std::optional<PostgresVersionWatch> watch_;
  std::optional<ZoneId> zone_;
  std::optional<api::RecordsetView> recordset_;
};

TEST_F(VisibilityTest, AWriteNamesItsVersion) {
  EXPECT_EQ(recordset_->zone_version, dns::Version(2));
  const auto changed = desk_->set_records(*recordset_, {"10.0.0.2"});
  EXPECT_EQ(changed.zone_version, dns::Version(3));
  const auto other = desk_->create_recordset(*zone_, "x.example.org.", dns::RRType::txt, {"x"});
  EXPECT_EQ(other.zone_version, dns::Version(4));
  EXPECT_EQ(desk_->recordsets().get(Desk::scope(), *zone_, changed.id)->zone_version, dns::Version(3));
  const auto removed = desk_->recordsets().remove(Desk::scope(), *zone_, other.id);
  EXPECT_EQ(removed->zone_version, dns::Version(5));
  EXPECT_EQ(desk_->zones().get(Desk::scope(), *zone_)->zone_version, dns::Version(5));
}

TEST_F(VisibilityTest, CountsWhoServesAVersion) {
  EXPECT_EQ(visibility().version, dns::Version(2));
  EXPECT_EQ(visibility().nameservers, 3);
  EXPECT_EQ(visibility().needed, 3);
  EXPECT_EQ(visibility().served, 0) << "nobody was compared yet";
  confirm(1, 2);
  confirm(2, 1);
  EXPECT_EQ(visibility().served, 1);
  EXPECT_EQ(visibility(1).served, 2);
  EXPECT_FALSE(visibility(1).is_visible());
  sql("update pools set threshold = 2");
  EXPECT_TRUE(visibility(1).is_visible());
  EXPECT_FALSE(visibility().is_visible());
  sql("update nameservers set state = 'maintenance' where name = 'ns3'");
  EXPECT_EQ(visibility().nameservers, 2);
  sql("update pools set threshold = 9");
  EXPECT_EQ(visibility().needed, 2) << "no more than there are";
}

TEST_F(VisibilityTest, ARecordsetIsVisibleWithTheVersionThatChangedIt) {
  for (const int number : {1, 2, 3}) {
    confirm(number, 2);
  }
  (void)desk_->create_recordset(*zone_, "x.example.org.", dns::RRType::txt, {"x"});
  desk_->number();
  EXPECT_FALSE(visibility().is_visible());
  const auto first = desk_->recordsets().get(Desk::scope(), *zone_, recordset_->id).value();
  EXPECT_TRUE(first.visible->is_visible());
  EXPECT_EQ(first.visible->version, dns::Version(2));
  EXPECT_EQ(desk_->recordsets().get(Desk::scope(), *zone_, recordset_->id, dns::Version(3))->visible->served, 0);
}

TEST_F(VisibilityTest, ATaskHoldsBackWhatItStandsFor) {
  for (const int number : {1, 2, 3}) {
    confirm(number, 2);
  }
  add_task(1, 2, 2, "pending");
  EXPECT_EQ(visibility(1).served, 3);
  EXPECT_EQ(visibility(2).served, 2);
  EXPECT_EQ(visibility(2).failed, 0);
  sql("update tasks set state = 'error'");
  EXPECT_EQ(visibility(2).failed, 1);
  EXPECT_TRUE(visibility(2).has_failed());
  EXPECT_EQ(visibility(1).failed, 0);
  sql("update pools set threshold = 2");
  EXPECT_TRUE(visibility(2).is_visible());
}

TEST_F(VisibilityTest, AVersionWithoutANumberIsServedByNobody) {
  for (const int number : {1, 2, 3}) {
    confirm(number, 1000);
  }
  (void)desk_->set_records(*recordset_, {"10.0.0.2"});
  EXPECT_EQ(visibility(3).served, 0);
  desk_->number();
  EXPECT_EQ(visibility(3).served, 3);
}

TEST_F(VisibilityTest, SkippedVersionsStandForTheNextAndPrunedOnesAreServed) {
  sql("update zones set version = 100 where id = '" + zone_->to_string() +
      "';"
      "insert into versions (zone_id, version, serial, kind) values ('" +
      zone_->to_string() + "', 100, 100, 'update'); select number_changes()");
  for (const int number : {1, 2, 3}) {
    confirm(number, 2);
  }
  EXPECT_EQ(visibility(50).served, 0);
  confirm(1, 3);
  EXPECT_EQ(visibility(50).served, 1);
  sql("delete from versions where version < 100; delete from changes where version < 100");
  EXPECT_EQ(visibility(1).served, 3);
}

TEST_F(VisibilityTest, AVersionThatIsNotThereYetIsRefused) {
  EXPECT_EQ(desk_->zones().get(Desk::scope(), *zone_, dns::Version(3)).error().type, api::ProblemType::bad_request);
  const auto refused = desk_->recordsets().get(Desk::scope(), *zone_, recordset_->id, dns::Version(3));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.at(0).path, std::vector<std::string>{"version"});
}

TEST_F(VisibilityTest, TheHorizonIsWhatEnoughNameserversServe) {
  EXPECT_FALSE(horizon().visible);
  confirm(1, 2);
  confirm(2, 2);
  EXPECT_FALSE(horizon().visible) << "one has never been compared";
  confirm(3, 1);
  EXPECT_EQ(horizon().visible, dns::Version(1));
  sql("update pools set threshold = 2");
  EXPECT_EQ(horizon().visible, dns::Version(2));
  EXPECT_FALSE(horizon().failed);
}

TEST_F(VisibilityTest, TheHorizonEndsWhereTooManyFailed) {
  for (const int number : {1, 2, 3}) {
    confirm(number, 2);
  }
  add_task(1, 2, 2, "error");
  EXPECT_EQ(horizon().visible, dns::Version(1));
  EXPECT_EQ(horizon().failed, dns::Version(2));
  sql("update pools set threshold = 2");
  EXPECT_EQ(horizon().visible, dns::Version(2));
  EXPECT_FALSE(horizon().failed) << "the others are enough";
}

TEST_F(VisibilityTest, ZonesThatAreGoneHaveNoHorizon) {
  EXPECT_TRUE(watch_->look({*ZoneId::parse("00000000-0000-7000-8000-000000000000")}).empty());
}

/// Status, visibility and horizon are three questions about the same facts.
TEST_F(VisibilityTest, AgreesWithStatusWhateverTheNameserversShow) {
  for (int n = 0; n < 4; ++n) {
    (void)desk_->set_records(*recordset_, {"10.0.1." + std::to_string(n)});
  }
  desk_->number();
  std::mt19937 random(7);
  const auto draw = [&](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
  for (int round = 0; round < 30; ++round) {
    sql("delete from tasks; delete from nameserver_progress; update pools set threshold = " +
        (draw(0, 3) == 0 ? std::string("null") : std::to_string(draw(1, 3))));
    for (int number = 1; number <= 3; ++number) {
      if (draw(0, 9) > 0) {
        confirm(number, draw(0, 6));
      }
      if (draw(0, 2) == 0) {
        const int since = draw(1, 6);
        add_task(number, since, draw(since, 6), draw(0, 1) == 0 ? "pending" : "error");
      }
    }
    const auto zone = desk_->zones().get(Desk::scope(), *zone_).value();
    EXPECT_EQ(zone.visible->is_visible(), zone.status == api::Status::active);
    const auto seen = horizon();
    for (std::int64_t version = 1; version <= 6; ++version) {
      const auto of_version = visibility(version);
      EXPECT_EQ(of_version.is_visible(), seen.visible && seen.visible->value() >= version) << version;
      EXPECT_EQ(of_version.nameservers - of_version.failed < of_version.needed,
                seen.failed && seen.failed->value() <= version)
          << version;
    }
    if (HasFailure()) {
      FAIL() << sql("select json_agg(p) from zone_positions p") << sql("select json_agg(h) from zone_horizons h");
    }
  }
}

TEST_F(VisibilityTest, AHintOrAWakeEndsTheWait) {
  (void)horizon();  // listens from now on
  const auto start = std::chrono::steady_clock::now();
  sql(std::string("select pg_notify('") + channel_visible + "', 'x')");
  watch_->wait(60s);
  watch_->wake();
  watch_->wait(60s);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 30s);
  watch_->wait(1ms);  // and time does
  watch_->rest();
  (void)horizon();
}

TEST_F(VisibilityTest, AWaitEndsSoonAfterTheSave) {
  Logger log("test", LogLevel::error, STDERR_FILENO);
  Metrics metrics;
  std::atomic<int> visible = 0;
  central::VisibilityWaits waits(*watch_, 1000, log, metrics);
  confirm(1, 2);
  confirm(2, 2);
  for (int n = 0; n < 300; ++n) {
    ASSERT_TRUE(waits.begin(*zone_, dns::Version(n % 2 + 1),
                            [&](api::WaitEnd end) { visible += end == api::WaitEnd::visible ? 1 : 0; }));
  }
  confirm(3, 1);
  EXPECT_TRUE(eventually([&] { return visible == 150; }));
  confirm(3, 2);
  sql(std::string("select pg_notify('") + channel_visible + "', 'x')");
  EXPECT_TRUE(eventually([&] { return visible == 300; }));
}

TEST_F(VisibilityTest, AWaitOutlivesALostSession) {
  Logger log("test", LogLevel::error, STDERR_FILENO);
  Metrics metrics;
  std::atomic<bool> visible = false;
  central::VisibilityWaits waits(*watch_, 1000, log, metrics);
  ASSERT_TRUE(waits.begin(*zone_, dns::Version(1), [&](api::WaitEnd end) { visible = end == api::WaitEnd::visible; }));
  ASSERT_TRUE(eventually([&] {
    return sql("select count(*) from pg_stat_activity where query ilike '%zone_horizons%' and pid <> pg_backend_pid()"
               " and datname = current_database()") != "0";
  }));
  sql("select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%zone_horizons%'"
      " and pid <> pg_backend_pid() and datname = current_database()");
  for (const int number : {1, 2, 3}) {
    confirm(number, 1);
  }
  EXPECT_TRUE(eventually([&] { return visible.load(); }));
}

}  // namespace
}  // namespace minidns::storage::postgres
