// Read replicas: content comes from them, hints from the primary; each is done without when it is away.
#include "tests/harness/postgres_cluster.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_world.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace minidns::mdns::test {
namespace {

using harness::eventually;

class MdnsReplicas : public testing::Test {
 protected:
  ~MdnsReplicas() override {
    if (HasFailure() && server_) std::cerr << server_->log();
  }
  std::string dig(const std::vector<std::string>& question) const { return world_.dig(question, key_); }
  bool serves(const WrittenZone& zone) const { return world_.serves(zone, key_); }
  bool transfers(const WrittenZone& zone) const {
    return dig({zone.name, "AXFR"}).find("XFR size") != std::string::npos;
  }
  bool becomes(const std::string& readiness) const {
    return eventually([&] { return server_->readiness().find(readiness) != std::string::npos; },
                      std::chrono::seconds(60));
  }
  double reads_from(const std::string& source) const {
    return server_->metric("minidns_mdns_content_sources_total{source=\"" + source + "\"}");
  }
  std::string with_replica(const std::string& wait) const {
    return "replicas: {conninfo: [\"" + standby_->conninfo("replicas") + "\"], wait: " + wait + "}\n";
  }

  World world_{"replicas"};
  harness::KeySpec key_ = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  std::unique_ptr<harness::PostgresCluster> standby_ = harness::PostgresCluster::standby_of(world_.postgres());
  std::unique_ptr<harness::Program> server_;
};

TEST_F(MdnsReplicas, ContentIsReadFromAReplicaThatKeepsUpAndFromThePrimaryWhileItDoesNot) {
  auto zone = world_.create_zone("read.example.", {{"a.read.example.", "A", {"192.0.2.1"}}});
  standby_->catch_up(world_.postgres());
  server_ = world_.start_mdns("127.0.0.1", with_replica("2s"));
  ASSERT_TRUE(transfers(zone));
  EXPECT_EQ(reads_from("replica"), 1);
  world_.change_zone(zone, {{"b.read.example.", "A", {"192.0.2.2"}}});
  EXPECT_TRUE(serves(zone));
  EXPECT_GE(reads_from("replica"), 2);
  EXPECT_EQ(reads_from("primary_replica_lags"), 0);

  standby_->cut_replication();
  world_.change_zone(zone, {{"c.read.example.", "A", {"192.0.2.3"}}});
  EXPECT_TRUE(serves(zone)) << "the primary has it";
  EXPECT_GE(reads_from("primary_replica_lags"), 1);
  const auto fresh = world_.create_zone("fresh.example.", {});
  EXPECT_TRUE(transfers(fresh)) << "that the replica doesn't know it means nothing";

  standby_->catch_up(world_.postgres());
  const double before = reads_from("replica");
  EXPECT_TRUE(eventually([&] {
    world_.change_zone(zone, {{"d.read.example.", "A", {"192.0.2.4"}}});
    return serves(zone) && reads_from("replica") > before;
  }));
}

TEST_F(MdnsReplicas, AReplicaThatIsAwayIsDoneWithout) {
  auto zone = world_.create_zone("alone.example.", {});
  standby_->kill();
  server_ = world_.start_mdns("127.0.0.1", with_replica("2s"));
  ASSERT_TRUE(transfers(zone));
  world_.change_zone(zone, {{"b.alone.example.", "A", {"192.0.2.2"}}});
  EXPECT_TRUE(serves(zone));
  EXPECT_GE(reads_from("primary_no_replica"), 2);
}

TEST_F(MdnsReplicas, WithoutThePrimaryReplicasGiveContent) {
  const auto warm = world_.create_zone("warm.example.", {});
  const auto cold = world_.create_zone("cold.example.", {});
  standby_->catch_up(world_.postgres());
  server_ = world_.start_mdns("127.0.0.1", with_replica("100ms"));
  ASSERT_TRUE(transfers(warm));
  world_.postgres().kill();
  ASSERT_TRUE(becomes("database=replica"));
  EXPECT_TRUE(transfers(cold)) << "it was never read from the primary";

  server_->stop();
  server_->launch();
  ASSERT_TRUE(becomes("database=replica")) << "it starts with the replica alone";
  EXPECT_TRUE(server_->ready());
  EXPECT_TRUE(transfers(warm));
  world_.postgres().start();
  ASSERT_TRUE(becomes("database=up"));
}

TEST_F(MdnsReplicas, WithoutThePrimaryTheFeedIsFollowedOnAReplica) {
  auto zone = world_.create_zone("followed.example.", {});
  standby_->catch_up(world_.postgres());
  server_ = world_.make_mdns("127.0.0.1", with_replica("100ms"), "host=/nowhere port=1 dbname=none");
  server_->launch();
  ASSERT_TRUE(becomes("database=replica"));
  ASSERT_TRUE(serves(zone));
  world_.change_zone(zone, {{"b.followed.example.", "A", {"192.0.2.2"}}});
  EXPECT_TRUE(serves(zone));
}

}  // namespace
}  // namespace minidns::mdns::test
