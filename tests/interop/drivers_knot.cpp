// What only the driver for Knot has: transactions on its configuration database.

#include "base/random.hpp"
#include "pool-manager/drivers/knot.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/drivers_run.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace minidns::pool::test {
namespace {

namespace asio = boost::asio;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

class KnotTransactions : public testing::Test {
 protected:
  KnotTransactions() : server_({}), driver_(io_.get_executor(), settings()) {
    EXPECT_TRUE(run(io_, driver_.ensure_key({name("xfr."), tsig::Algorithm::hmac_sha256, Secret(random_bytes(32))})));
  }

  KnotSettings settings() {
    KnotSettings settings{.control_socket = server_.control_socket()};
    settings.limits.transaction = std::chrono::seconds(2);
    return settings;
  }
  static Upstream upstream() {
    return {{{asio::ip::make_address("127.0.0.1"), 9}, {asio::ip::make_address("::1"), 9}}, name("xfr.")};
  }
  ZoneResults add(std::vector<dns::Name> zones) { return run(io_, driver_.add_zones(std::move(zones), upstream())); }
  std::string configured(const std::string& item) { return server_.knotc({"conf-read", item}).out; }

  harness::KnotServer server_;
  asio::io_context io_;
  KnotDriver driver_;
};

TEST_F(KnotTransactions, OneThatIsOursAndWasCutOffIsEnded) {
  ASSERT_EQ(server_.knotc({"conf-begin"}).status, 0);
  ASSERT_EQ(server_.knotc({"conf-set", "remote[minidns-transaction]"}).status, 0);
  ASSERT_EQ(server_.knotc({"conf-set", "zone[half-done.test.]"}).status, 0);
  EXPECT_TRUE(add({name("one.test.")})[0].has_value());
  const auto zones = run(io_, driver_.list_zones());
  EXPECT_EQ(zones.value(), (std::vector<ListedZone>{{name("one.test."), {}}}));
  EXPECT_EQ(configured("remote").find("minidns-transaction"), std::string::npos);
}

TEST_F(KnotTransactions, AnothersIsWaitedForAndLeftAlone) {
  ASSERT_EQ(server_.knotc({"conf-begin"}).status, 0);
  ASSERT_EQ(server_.knotc({"conf-set", "zone[theirs.test.]"}).status, 0);
  const ZoneResults refused = add({name("one.test."), name("two.test.")});
  ASSERT_EQ(refused.size(), 2U);
  for (const auto& result : refused) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, DriverErrc::rejected);
    EXPECT_NE(result.error().detail.find("conf-abort"), std::string::npos) << result.error().detail;
  }
  // They commit while we wait: the control socket is free meanwhile.
  int committed = -1;
  std::thread other([&] {
    (void)harness::eventually([&] {
      committed = server_.knotc({"conf-commit"}).status;
      return committed == 0;
    });
  });
  EXPECT_TRUE(add({name("one.test.")})[0].has_value());
  other.join();
  EXPECT_EQ(committed, 0);
  EXPECT_NE(configured("zone").find("theirs.test."), std::string::npos);
}

TEST_F(KnotTransactions, ManyZonesAreOne) {
  std::vector<dns::Name> zones;
  for (int i = 0; i < 500; ++i) zones.push_back(name("z" + std::to_string(i) + ".test."));
  for (const auto& result : add(zones)) ASSERT_TRUE(result.has_value()) << result.error().detail;
  const std::string log = server_.log();
  std::size_t commits = 0;
  for (std::size_t at = log.find("'conf-commit'"); at != std::string::npos; at = log.find("'conf-commit'", at + 1)) {
    ++commits;
  }
  EXPECT_EQ(commits, 2U) << "one was the key's";
  EXPECT_EQ(run(io_, driver_.list_zones()).value().size(), 500U);
  for (const auto& result : run(io_, driver_.change_zones(zones, upstream()))) ASSERT_TRUE(result.has_value());
  for (const auto& result : run(io_, driver_.remove_zones(zones))) ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(run(io_, driver_.list_zones()).value().empty());
}

TEST_F(KnotTransactions, AZoneHasItsPrimariesAndAclsForBothKindsOfNotify) {
  ASSERT_TRUE(add({name("one.test.")})[0].has_value());
  const std::string remotes = configured("remote");
  EXPECT_NE(remotes.find(".address = 127.0.0.1@9"), std::string::npos) << remotes;
  EXPECT_NE(remotes.find(".address = ::1@9"), std::string::npos) << remotes;
  EXPECT_NE(remotes.find(".key = xfr."), std::string::npos) << remotes;
  const std::string zone = configured("zone[one.test.]");
  EXPECT_NE(zone.find(".acl = minidns-notify-"), std::string::npos) << zone;
  EXPECT_NE(zone.find("minidns-signed-notify-"), std::string::npos) << zone;
  // Again: nothing is added to them.
  ASSERT_TRUE(run(io_, driver_.change_zones({name("one.test.")}, upstream()))[0].has_value());
  EXPECT_EQ(configured("remote"), remotes);
  EXPECT_EQ(configured("zone[one.test.]"), zone);
}

TEST_F(KnotTransactions, ATemplateThatKnotDoesNotHaveIsRejected) {
  KnotSettings other = settings();
  other.zone_template = "absent";
  KnotDriver driver(io_.get_executor(), std::move(other));
  const ZoneResults results = run(io_, driver.add_zones({name("one.test."), name("two.test.")}, upstream()));
  for (const auto& result : results) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, DriverErrc::rejected);
    EXPECT_NE(result.error().detail.find("template"), std::string::npos) << result.error().detail;
  }
  EXPECT_TRUE(add({name("one.test.")})[0].has_value()) << "no transaction was left open";
}

}  // namespace
}  // namespace minidns::pool::test
