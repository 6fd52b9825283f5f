// The change feed (DESIGN.md §3): nothing stalls it, nothing is skipped, nothing comes twice.
#include "storage/postgres/feed_numbering.hpp"
#include "tests/harness/wait.hpp"
#include "tests/postgres/storage_support.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

class FeedTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
  }
};

TEST_F(FeedTest, CommitsAreNumberedWithoutAGap) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto recordset = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
  EXPECT_EQ(desk.number(), 2);
  EXPECT_EQ(desk.number(), 2) << "nothing new";
  static_cast<void>(desk.set_records(recordset, {"10.0.0.2"}));
  EXPECT_EQ(desk.number(), 3);
  expect_sound_feed(cluster(), database());
}

TEST_F(FeedTest, IsNotStalledByATransactionLeftOpen) {
  const auto other_name = new_database_name();
  Connection elsewhere(settings(cluster().create_empty_database(other_name)));
  elsewhere.execute_script("create table t (n bigint)");
  Transaction in_other_database(elsewhere);
  elsewhere.execute("insert into t values (1)");
  Connection idle(settings(conninfo()));
  Transaction in_this_database(idle);
  idle.execute("insert into events (kind, subject) values ('pool', gen_random_uuid())");

  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  EXPECT_EQ(desk.number(), 1);
  static_cast<void>(desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"}));
  EXPECT_EQ(desk.number(), 2);

  in_this_database.commit();
  in_other_database.commit();
  EXPECT_EQ(desk.number(), 3) << "the old transaction's change comes when it is committed";
}

TEST_F(FeedTest, VersionsThatWereRolledBackAreNotInIt) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  {
    Connection connection(settings(conninfo()));
    Transaction transaction(connection);
    connection.execute("insert into versions (zone_id, version, serial, kind) values ($1, 99, 99, 'update')",
                       {zone.id.uuid()});
    EXPECT_EQ(desk.number(), 1);
  }
  EXPECT_EQ(desk.number(), 1);
  expect_sound_feed(cluster(), database());
}

TEST_F(FeedTest, ManyWritersAndNumberersAgree) {
  Desk desk(conninfo(), 20);
  std::atomic<bool> done = false;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        while (!done) {
          desk.number();
        }
      });
    }
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] {
        const auto zone = desk.create_zone("zone" + std::to_string(i) + ".example.");
        auto recordset = desk.create_recordset(zone.id, "www." + zone.name.to_text(), dns::RRType::a, {"10.0.0.1"});
        for (int n = 0; n < 30; ++n) {
          recordset = desk.set_records(recordset, {"10.0.1." + std::to_string(n)});
        }
      });
    }
    writers.clear();
    done = true;
  }
  EXPECT_EQ(desk.number(), 8 * 32);
  expect_sound_feed(cluster(), database());
}

/// Commits to a zone of its own until told to stop, through crashes; also rolls back, so that transaction ids are used
/// that leave no trace.
class Writer {
 public:
  Writer(Desk& desk, int number)
      : desk_(desk), zone_(desk.create_zone("crash" + std::to_string(number) + ".example.")) {
    recordset_ = desk.create_recordset(zone_.id, "www." + zone_.name.to_text(), dns::RRType::a, {"10.0.0.1"}).id;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  [[nodiscard]] int acknowledged() const { return acknowledged_; }

 private:
  void run(const std::stop_token& stop) {
    for (int n = 0; !stop.stop_requested(); ++n) {
      api::RecordsetChange change;
      change.records = std::vector<std::string>{"10." + std::to_string(n / 65'536 % 256) + "." +
                                                std::to_string(n / 256 % 256) + "." + std::to_string(n % 256)};
      if (desk_.recordsets().update(Desk::scope(), zone_.id, *recordset_, change)) {
        ++acknowledged_;
      }
      roll_back();
    }
  }

  void roll_back() {
    try {
      const auto connection = desk_.pool().acquire();
      Transaction transaction(*connection);
      connection->execute("select pg_current_xact_id()");
    } catch (const Unavailable&) {
      return;  // the server is down just now
    }
  }

  Desk& desk_;
  api::ZoneView zone_;
  std::optional<RecordsetId> recordset_;
  std::atomic<int> acknowledged_ = 0;
  std::jthread thread_;
};

TEST_F(FeedTest, CrashUnderLoadSkipsAndRepeatsNothing) {
  Desk desk(conninfo(), 20);
  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < 4; ++i) {
    writers.push_back(std::make_unique<Writer>(desk, i));
  }
  std::jthread numberer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      try {
        desk.number();
      } catch (const Unavailable&) {
        continue;
      } catch (const CommitInDoubt&) {
        continue;
      }
    }
  });
  const auto all_go_on = [&](int more) {
    std::vector<int> before;
    for (const auto& writer : writers) {
      before.push_back(writer->acknowledged());
    }
    return harness::eventually(
        [&] {
          for (std::size_t i = 0; i < writers.size(); ++i) {
            if (writers[i]->acknowledged() < before[i] + more) {
              return false;
            }
          }
          return true;
        },
        120s);
  };
  for (int crash = 0; crash < 2; ++crash) {
    ASSERT_TRUE(all_go_on(10));
    cluster().kill();
    cluster().start();
  }
  ASSERT_TRUE(all_go_on(10)) << "writers recover by themselves";
  writers.clear();
  numberer.request_stop();
  numberer.join();
  desk.number();

  expect_sound_feed(cluster(), database());
  std::set<std::pair<std::string, std::int64_t>> seen;
  for (const auto& [zone, version] : desk.announcer().versions()) {
    EXPECT_TRUE(seen.emplace(zone.to_string(), version).second) << "acknowledged twice";
    EXPECT_EQ(sql("select count(*) from changes where zone_id = '" + zone.to_string() +
                  "' and version = " + std::to_string(version)),
              "1")
        << "an acknowledged version is missing";
  }
}

}  // namespace
}  // namespace minidns::storage::postgres
