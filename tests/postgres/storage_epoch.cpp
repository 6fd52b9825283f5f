// Epochs (DESIGN.md §3): after a restore neither a version nor a serial is used again with other content.
#include "central/version_policy.hpp"
#include "storage/postgres/feed_numbering.hpp"
#include "storage/postgres/reader_check.hpp"
#include "tests/postgres/storage_support.hpp"

namespace minidns::storage::postgres {
namespace {

class EpochTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
  }
};

TEST_F(EpochTest, FirstCommitInANewEpochSkipsVersionsAndSerials) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto before = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
  const auto serial = desk.zones().get(Desk::scope(), zone.id)->serial;
  EXPECT_EQ(desk.number(), 2);
  EXPECT_EQ(open_new_epoch(*desk.pool().acquire()), 2);

  const auto after = desk.set_records(before, {"10.0.0.2"});
  EXPECT_EQ(sql("select max(version) - 2 from versions"), std::to_string(central::epoch_skip));
  const auto skipped = desk.zones().get(Desk::scope(), zone.id)->serial;
  EXPECT_TRUE(skipped.is_newer_than(serial.advanced(central::epoch_skip - 1)));
  EXPECT_EQ(desk.number(), 3);
  static_cast<void>(desk.set_records(after, {"10.0.0.3"}));
  EXPECT_EQ(desk.zones().get(Desk::scope(), zone.id)->serial, skipped.advanced(1)) << "only the first commit skips";
  EXPECT_EQ(desk.number(), 4);
  expect_sound_feed(cluster(), database());
}

TEST_F(EpochTest, VersionsNotNumberedYetAreNumberedByTheNewEpoch) {
  Desk desk(conninfo());
  static_cast<void>(desk.create_zone("example.org."));
  EXPECT_EQ(sql("select seq from feed_head"), "0");
  open_new_epoch(*desk.pool().acquire());
  EXPECT_EQ(sql("select seq from feed_head"), "1");
  EXPECT_EQ(desk.number(), 1);
  expect_sound_feed(cluster(), database());
}

TEST_F(EpochTest, NewEpochAsksNameserversAnew) {
  sql("insert into nameservers (id, pool_id, name, driver, address) select gen_random_uuid(), id, 'n', 'none',"
      " '127.0.0.1' from pools;"
      "insert into nameserver_progress (nameserver_id, visible_through, holder, fence)"
      " select id, 7, gen_random_uuid(), 3 from nameservers");
  Desk desk(conninfo());
  open_new_epoch(*desk.pool().acquire());
  EXPECT_EQ(sql("select visible_through is null and holder is null and fence = 4 from nameserver_progress"), "t");
}

TEST_F(EpochTest, WaitsForAWriterThatHasReadTheOldOne) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto edit = desk.editor().edit({}, zone.id);
  ASSERT_TRUE(edit);
  Connection connection(settings(conninfo()));
  connection.execute_script("set lock_timeout = '200ms'");
  EXPECT_THROW(open_new_epoch(connection), StatementError);
}

TEST_F(EpochTest, DumpRestoredElsewhereGoesOnWithoutReuse) {
  std::string other_database;
  {
    Desk desk(conninfo());
    const auto zone = desk.create_zone("example.org.");
    static_cast<void>(desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"}));
    desk.number();
    static_cast<void>(desk.create_recordset(zone.id, "w2.example.org.", dns::RRType::a, {"10.0.0.1"}));
  }
  const auto dump = harness::run({"/usr/lib/postgresql/15/bin/pg_dump", "-d", conninfo()});
  ASSERT_EQ(dump.status, 0) << dump.err;

  harness::PostgresCluster elsewhere;
  elsewhere.create_database("roles");  // which belong to the cluster, not to the dump
  const auto restored = elsewhere.create_empty_database("restored");
  elsewhere.sql("restored", dump.out);

  Desk desk(restored);
  EXPECT_EQ(desk.number(), 3) << "with the one that had no number yet";
  EXPECT_EQ(elsewhere.sql("restored", "select max(epoch) from epochs"), "2") << "opened by the first writer";
  const auto zones = desk.zones().list(Desk::scope(), {}, {}).value();
  ASSERT_EQ(zones.items.size(), 1U);
  static_cast<void>(desk.create_recordset(zones.items[0].id, "w3.example.org.", dns::RRType::a, {"10.0.0.1"}));
  EXPECT_EQ(elsewhere.sql("restored", "select max(version) from versions"), std::to_string(3 + central::epoch_skip));
  EXPECT_EQ(desk.number(), 4);
  expect_sound_feed(elsewhere, "restored");
}

TEST_F(EpochTest, OldPrimaryThatCameBackIsRefused) {
  const WriterCheck check;
  Connection connection(settings(conninfo()));
  check(connection);
  open_new_epoch(connection);
  check(connection);
  connection.execute_script("update feed_head set epoch = 1; delete from epochs where epoch = 2");
  EXPECT_THROW(check(connection), Unavailable);
}

// A session to a standby that was just promoted is accepted under the old primary's epoch. If the program learns of the
// new one by the feed alone, it must not take the old primary for good later.
TEST_F(EpochTest, AReadersSessionIsReplacedOnceANewerEpochWasSeen) {
  const ReaderCheck check;
  ConnectionPool pool(settings(conninfo()), 2, std::chrono::seconds(5), check);
  const auto pid = [&] { return pool.acquire()->execute("select pg_backend_pid()").integer(0, 0); };
  const auto first = pid();
  Connection writer(settings(conninfo()));
  open_new_epoch(writer);
  EXPECT_EQ(pid(), first) << "nobody has said so";
  check.saw(2);
  const auto second = pid();
  EXPECT_NE(second, first);
  EXPECT_EQ(pid(), second);
  writer.execute_script("update feed_head set epoch = 1; delete from epochs where epoch = 2");
  ConnectionPool other(settings(conninfo()), 2, std::chrono::seconds(5), check);
  EXPECT_THROW((void)other.acquire(), Unavailable);
}

}  // namespace
}  // namespace minidns::storage::postgres
