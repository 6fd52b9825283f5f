// What follows a commit: the hint at once, then the numbers.
#include "central/feed_announcer.hpp"
#include "storage/hints.hpp"
#include "storage/instances.hpp"
#include "tests/harness/wait.hpp"
#include "tests/postgres/storage_support.hpp"

#include <unistd.h>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

class AnnouncerTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
  }

  Logger log_{"test", LogLevel::error, STDERR_FILENO};
  Metrics metrics_;
};

TEST_F(AnnouncerTest, HintsComeBeforeTheHead) {
  Desk desk(conninfo());
  Connection listener(settings(conninfo()));
  listener.execute_script(std::string("listen ") + channel_versions + "; listen " + channel_feed);
  central::FeedAnnouncer announcer(desk.pool(), log_, metrics_);
  const auto zone = desk.create_zone("example.org.");
  announcer.committed(zone.id, dns::Version(1));
  std::vector<Notification> received;
  ASSERT_TRUE(harness::eventually([&] {
    for (auto& notification : listener.wait_notifications(100ms)) {
      received.push_back(std::move(notification));
    }
    return received.size() >= 2;
  }));
  EXPECT_EQ(received[0].channel, channel_versions);
  const auto hints = parse_version_hints(received[0].payload);
  ASSERT_EQ(hints.size(), 1U);
  EXPECT_EQ(hints[0].zone, zone.id);
  EXPECT_EQ(received[1].channel, channel_feed);
  EXPECT_EQ(received[1].payload, "1");
}

TEST_F(AnnouncerTest, ManyCommitsShareTheirNumbering) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  auto recordset = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
  {
    central::FeedAnnouncer announcer(desk.pool(), log_, metrics_);
    for (int n = 0; n < 20; ++n) {
      recordset = desk.set_records(recordset, {"10.0.1." + std::to_string(n)});
      announcer.committed(zone.id, dns::Version(n + 3));
    }
  }
  EXPECT_EQ(sql("select seq from feed_head"), "22") << "what waits is numbered before the end";
  expect_sound_feed(cluster(), database());
}

TEST_F(AnnouncerTest, DatabaseThatIsAwayIsNoReasonToStop) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  central::FeedAnnouncer announcer(desk.pool(), log_, metrics_);
  cluster().stop();
  announcer.committed(zone.id, dns::Version(1));
  announcer.changed();
  cluster().start();
  EXPECT_TRUE(harness::eventually([&] {
    announcer.changed();
    return sql("select seq from feed_head") == "1";
  }));
}

}  // namespace
}  // namespace minidns::storage::postgres
