// The database is put back to what it was: from a dump into a new cluster, or from an old snapshot of its disk.

#include "tests/e2e/database_faults.hpp"
#include "tests/harness/temp_dir.hpp"

namespace minidns::e2e {
namespace {

using harness::run;

class Restore : public DatabaseFaults {
 protected:
  /// Zones before the dump or snapshot.
  void begin() {
    start(options());
    idle_ = make_zone(idle_name_);
    changed_ = make_zone(changed_name_);
    ASSERT_TRUE(on_both(idle_name_, serial(idle_)));
    ASSERT_TRUE(on_both(changed_name_, serial(changed_)));
    watch({idle_name_, changed_name_, made_name_});
  }
  /// What is lost when it is put back, and was served by everybody.
  void go_on() {
    for (const char* label : {"a", "b", "c"}) {
      add(idle_, std::string(label) + "." + idle_name_);
      add(changed_, std::string(label) + "." + changed_name_);
    }
    const auto made = make_zone(made_name_);
    lost_serial_ = serial(idle_);
    ASSERT_TRUE(on_both(idle_name_, lost_serial_));
    ASSERT_TRUE(on_both(changed_name_, serial(changed_)));
    ASSERT_TRUE(on_both(made_name_, serial(made)));
  }
  void expect_healed() {
    EXPECT_TRUE(eventually([&] { return rest().get("/v2/zones/" + idle_).status == 200; }, std::chrono::seconds(60)));
    EXPECT_TRUE(eventually([&] { return serial(idle_) - lost_serial_ - 1 < 0x7ffffffeU; }, std::chrono::seconds(60)))
        << "a recovery version, though nobody changed the zone";
    EXPECT_TRUE(on_both(idle_name_, idle_));
    EXPECT_TRUE(resolves_nowhere("a." + idle_name_));
    ASSERT_TRUE(eventually_adds(changed_, "new." + changed_name_));
    EXPECT_TRUE(on_both(changed_name_, changed_));
    EXPECT_TRUE(resolves("new." + changed_name_));
    EXPECT_TRUE(resolves_nowhere("a." + changed_name_));
    EXPECT_TRUE(eventually([&] { return platform().central().metric("minidns_central_lost_zones") == 1; }));
    EXPECT_FALSE(is_gone(platform().bind(), made_name_, std::chrono::seconds(1))) << "kept";
    // Made again, it is taken by everybody: its serial is above the lost one.
    const auto again = make_zone(made_name_);
    EXPECT_TRUE(on_both(made_name_, again));
    EXPECT_TRUE(eventually([&] { return platform().central().metric("minidns_central_lost_zones") == 0; }));
    EXPECT_TRUE(all_run());
  }
  void stop_writers() {
    platform().central().stop();
    platform().pool_manager().stop();
  }
  void start_writers() {
    platform().central().start();
    platform().pool_manager().start();
  }
  [[nodiscard]] std::string sql(const std::string& text) { return platform().postgres().sql("minidns", text); }

  const std::string idle_name_ = "idle.example.org.";
  const std::string changed_name_ = "changed.example.org.";
  const std::string made_name_ = "made.example.org.";
  std::string idle_, changed_;
  std::uint32_t lost_serial_ = 0;
};

TEST_F(Restore, OfADumpIntoANewClusterIsHealedByItself) {
  begin();
  auto& postgres = platform().postgres();
  const harness::TempDir folder("dump");
  const auto dump = run({"pg_dump", "-Fc", "-f", folder / "dump", "-d", postgres.conninfo("minidns")});
  ASSERT_EQ(dump.status, 0) << dump.err;
  go_on();

  postgres.make_anew();
  postgres.create_database("roles");  // which belong to the cluster, not to the dump
  // Under another name, so that no program finds half of it.
  postgres.create_empty_database("restoring");
  const auto restore = run({"pg_restore", "--exit-on-error", "-d", postgres.conninfo("restoring"), folder / "dump"});
  ASSERT_EQ(restore.status, 0) << restore.err;
  postgres.sql("postgres", "alter database restoring rename to minidns");
  expect_healed();
  EXPECT_EQ(sql("select max(epoch) from epochs"), "2");
}

TEST_F(Restore, OfADiskSnapshotIsHealedAfterTheCommand) {
  begin();
  platform().postgres().take_snapshot();
  ASSERT_TRUE(eventually([&] { return rest().get("/v2/zones/" + idle_).status == 200; }));
  go_on();

  stop_writers();
  platform().postgres().restore_snapshot();
  EXPECT_NE(platform().central_command({"epoch", "new"}).find("epoch 2"), std::string::npos);
  start_writers();
  expect_healed();
  EXPECT_EQ(sql("select max(epoch) from epochs"), "2");
}

TEST_F(Restore, OfADiskSnapshotThatNobodySpeaksOfIsNoticed) {
  begin();
  platform().postgres().take_snapshot();
  ASSERT_TRUE(eventually([&] { return rest().get("/v2/zones/" + idle_).status == 200; }));
  go_on();

  platform().postgres().restore_snapshot();
  expect_healed();
  EXPECT_EQ(sql("select max(epoch) from epochs"), "2") << "by the first report";
}

}  // namespace
}  // namespace minidns::e2e
