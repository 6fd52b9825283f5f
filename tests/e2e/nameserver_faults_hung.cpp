// Nameservers that hang, lie, are slow, or don't take our credentials; what the others notice of it.

#include "tests/e2e/nameserver_faults.hpp"
#include "tests/harness/control_proxy.hpp"

#include <filesystem>
#include <fstream>
#include <signal.h>

namespace minidns::e2e {
namespace {

using harness::ControlProxy;
using harness::LyingApi;

class SickNameservers : public NameserverFaults {
 protected:
  static void SetUpTestSuite() { start(short_times()); }

  struct Footprint {
    std::size_t threads;
    double resident_mb;
  };
  static Footprint footprint() {
    const auto process = "/proc/" + std::to_string(platform().pool_manager().pid());
    const auto tasks = std::filesystem::directory_iterator(process + "/task");
    std::ifstream statm(process + "/statm");
    double size_pages = 0, resident_pages = 0;
    statm >> size_pages >> resident_pages;
    return {static_cast<std::size_t>(std::distance(begin(tasks), end(tasks))), resident_pages * 4096 / 1e6};
  }
  static void expect_no_growth(const Footprint& before) {
    const auto now = footprint();
    EXPECT_EQ(now.threads, before.threads);
    EXPECT_LT(now.resident_mb, before.resident_mb + 30) << "some pages of a busy allocator, and no more";
  }
  /// By orders of magnitude no slower; a busy machine is forgiven.
  static void expect_unaffected(double healthy_ms, double now_ms) {
    std::cout << "[ measured ] commit to visible elsewhere: " << healthy_ms << " ms before, " << now_ms << " ms now\n";
    EXPECT_LT(now_ms, 10 * healthy_ms + 200);
  }
  static json::object powerdns_at(const std::string& url) {
    return {{"driver", "powerdns"}, {"settings", json::object{{"api_url", url}}}};
  }
  static json::object bind_at(std::uint16_t control_port) {
    return {{"driver", "bind"},
            {"settings", json::object{{"control_port", control_port}, {"statistics_url", statistics_url()}}}};
  }
  static std::string statistics_url() {
    return "http://127.0.0.1:" + std::to_string(platform().bind().statistics_port());
  }
  /// Whether an mdns takes the key that the platform began with.
  static bool transfers(const std::string& mdns, const std::string& zone) {
    const auto& key = platform().transfer_key();
    const auto result = harness::run({"dig", "@" + mdns, "-p", std::to_string(platform().mdns_port()), "-y",
                                      key.algorithm + ":" + key.name + ":" + key.secret, zone, "AXFR"});
    return result.out.find("SOA") != std::string::npos;
  }
  static void expect_all_right() {
    EXPECT_TRUE(equals_database(platform().bind()));
    EXPECT_TRUE(equals_database(platform().powerdns()));
    EXPECT_TRUE(has_no_tasks("bind"));
    EXPECT_TRUE(has_no_tasks("powerdns"));
  }
};

TEST_F(SickNameservers, OneThatHangsHarmsNobodyElseAndIsCaughtUpWith) {
  const std::string zone = "hung.example.";
  const auto id = make(zone);
  ASSERT_TRUE(has_status(id, "ACTIVE"));
  const auto doomed = make("doomed.hung.example.");
  ASSERT_TRUE(has_status(doomed, "ACTIVE"));
  const auto healthy_of_bind = commit_to_visible_ms(platform().bind(), zone, id);
  const auto healthy_of_powerdns = commit_to_visible_ms(platform().powerdns(), zone, id);
  const auto before = footprint();

  platform().powerdns().freeze();
  expect_unaffected(healthy_of_bind, commit_to_visible_ms(platform().bind(), zone, id));
  const auto made = make("made.hung.example.");
  remove(doomed);
  EXPECT_TRUE(serves_now(platform().bind(), "made.hung.example.", made));
  EXPECT_TRUE(is_gone(platform().bind(), "doomed.hung.example.", long_wait));
  EXPECT_TRUE(is_reachable("powerdns", false));
  EXPECT_TRUE(has_status(made, "ERROR"));
  EXPECT_TRUE(has_status(id, "ERROR"));
  EXPECT_TRUE(has_reason("powerdns", zone, "can't be reached"));
  for (int n = 0; n < 30; ++n) make("more" + std::to_string(n) + ".hung.example.");
  expect_unaffected(healthy_of_bind, commit_to_visible_ms(platform().bind(), zone, id));
  expect_no_growth(before);
  platform().powerdns().thaw();
  EXPECT_TRUE(has_status(made, "ACTIVE"));
  EXPECT_TRUE(is_reachable("powerdns", true));
  expect_all_right();

  platform().bind().freeze();
  expect_unaffected(healthy_of_powerdns, commit_to_visible_ms(platform().powerdns(), zone, id));
  EXPECT_TRUE(is_reachable("bind", false));
  EXPECT_TRUE(has_status(id, "ERROR"));
  platform().bind().thaw();
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  expect_all_right();
}

/// Not so much as a word on its control channel, nor to questions: somebody else's machine, or a firewall.
TEST_F(SickNameservers, OneThatTakesConnectionsAndNeverAnswersHarmsNobodyElse) {
  const std::string zone = "mute.example.";
  const auto id = make(zone);
  ASSERT_TRUE(has_status(id, "ACTIVE"));
  const auto healthy = commit_to_visible_ms(platform().bind(), zone, id);
  const auto before = footprint();
  ControlProxy mute(platform().bind().control_port());
  mute.swallow(true);
  const auto nameserver = id_of(Platform::created(admin().post(
      "/v2/nameservers",
      json::object{{"name", "mute"},
                   {"pool_id", platform().pool_id()},
                   {"driver", "bind"},
                   {"address", "127.0.0.1"},
                   {"port", mute.port()},
                   {"state", "in_service"},
                   {"transfer_key_id", key_id()},
                   {"settings", json::object{{"control_port", mute.port()}, {"statistics_url", statistics_url()}}},
                   {"secret", platform().bind().control_key().secret}})));
  EXPECT_TRUE(eventually([&] { return mute.connections() > 0; }, long_wait));
  expect_unaffected(healthy, commit_to_visible_ms(platform().bind(), zone, id));
  EXPECT_EQ(rest().get("/v2/zones/" + id).text("status"), "PENDING");
  expect_unaffected(healthy, commit_to_visible_ms(platform().powerdns(), zone, id));
  expect_no_growth(before);
  EXPECT_EQ(admin().del("/v2/nameservers/" + nameserver).status, 204);
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  expect_all_right();
}

TEST_F(SickNameservers, OneThatClaimsSuccessAndDoesNothingIsNotBelieved) {
  LyingApi liar(platform().powerdns().api_port());
  const auto doomed = make("doomed.lied.example.");
  ASSERT_TRUE(has_status(doomed, "ACTIVE"));
  patch_nameserver("powerdns", powerdns_at(liar.url()));
  ASSERT_TRUE(eventually([&] { return liar.requests() > 0; }, long_wait)) << "the manager knows of it";
  liar.lie(true);
  const auto made = make("made.lied.example.");
  remove(doomed);
  EXPECT_TRUE(serves_now(platform().bind(), "made.lied.example.", made));
  EXPECT_TRUE(has_status(made, "ERROR"));
  EXPECT_TRUE(has_reason("powerdns", "made.lied.example.", "does not serve the zone"));
  EXPECT_TRUE(has_reason("powerdns", "doomed.lied.example.", "still serves the zone"));
  EXPECT_GT(liar.lies(), 2U);
  EXPECT_TRUE(is_gone(platform().bind(), "doomed.lied.example.", long_wait));
  EXPECT_EQ(rest().get("/v2/zones/" + doomed).status, 200) << "it is not gone before it is gone";

  // It goes on trying, ever more slowly.
  EXPECT_TRUE(eventually([] { return tasks_of("powerdns", "attempts >= 5") == "2"; }, long_wait));
  EXPECT_EQ(tasks_of("powerdns", "t.state = 'error'"), "2");
  EXPECT_TRUE(
      eventually([] { return tasks_of("powerdns", "next_try_at > now() + interval '900 ms'") != "0"; }, long_wait))
      << "half of the maximum at least";
  EXPECT_EQ(platform().powerdns().zone_list().size(), wanted().size()) << "the liar did nothing";

  liar.lie(false);
  EXPECT_TRUE(has_status(made, "ACTIVE"));
  EXPECT_TRUE(eventually([&] { return rest().get("/v2/zones/" + doomed).status == 404; }, long_wait));
  patch_nameserver("powerdns", powerdns_at(platform().powerdns().api_url()));
  expect_all_right();
}

TEST_F(SickNameservers, OneThatIsNotCommandedCountsOnlyWhenItServesTheZone) {
  harness::KnotServer by_hand({platform().transfer_key()});
  const auto nameserver = add_nameserver("by-hand", "none", by_hand, json::object{});
  // It has none of the zones, so it would not get there by itself.
  ASSERT_EQ(admin().patch("/v2/nameservers/" + nameserver, {{"state", "in_service"}, {"force", true}}).status, 200);
  const auto id = make("by-hand.example.");
  EXPECT_TRUE(has_status(id, "ERROR"));
  EXPECT_TRUE(has_reason("by-hand", "by-hand.example.", "does not serve the zone"));
  const auto& key = platform().transfer_key().name;
  by_hand.add_zone("by-hand.example.", {{"127.0.0.1", platform().mdns_port(), key}});
  EXPECT_TRUE(eventually([] { return tasks_of("by-hand", "zone_name = 'by-hand.example.'") == "0"; }, long_wait));
  EXPECT_EQ(admin().del("/v2/nameservers/" + nameserver).status, 204);
  EXPECT_TRUE(has_status(id, "ACTIVE"));
}

TEST_F(SickNameservers, SlowOnesTakeTheirTimeAndNobodyElses) {
  const std::string zone = "slow.example.";
  const auto id = make(zone);
  ASSERT_TRUE(has_status(id, "ACTIVE"));
  const auto healthy = commit_to_visible_ms(platform().bind(), zone, id);
  ControlProxy powerdns(platform().powerdns().api_port());
  powerdns.delay(std::chrono::milliseconds(700));
  patch_nameserver("powerdns", powerdns_at("http://127.0.0.1:" + std::to_string(powerdns.port())));
  ASSERT_TRUE(eventually([&] { return powerdns.connections() > 0; }, long_wait)) << "the manager knows of it";
  std::vector<std::string> ids;
  for (int n = 0; n < 4; ++n) ids.push_back(make("slow" + std::to_string(n) + ".example."));
  for (std::size_t n = 0; n < ids.size(); ++n) {
    EXPECT_TRUE(serves_now(platform().bind(), "slow" + std::to_string(n) + ".example.", ids[n]));
  }
  expect_unaffected(healthy, commit_to_visible_ms(platform().bind(), zone, id));
  EXPECT_EQ(rest().get("/v2/zones/" + ids.back()).text("status"), "PENDING");
  for (const auto& slow : ids) EXPECT_TRUE(has_status(slow, "ACTIVE"));
  patch_nameserver("powerdns", powerdns_at(platform().powerdns().api_url()));

  ControlProxy bind(platform().bind().control_port());
  bind.delay(std::chrono::milliseconds(500));
  patch_nameserver("bind", bind_at(bind.port()));
  ASSERT_TRUE(eventually([&] { return bind.connections() > 0; }, long_wait));
  ids.clear();
  for (int n = 0; n < 3; ++n) ids.push_back(make("tardy" + std::to_string(n) + ".example."));
  for (std::size_t n = 0; n < ids.size(); ++n) {
    EXPECT_TRUE(serves_now(platform().powerdns(), "tardy" + std::to_string(n) + ".example.", ids[n]));
  }
  for (const auto& tardy : ids) EXPECT_TRUE(has_status(tardy, "ACTIVE"));
  patch_nameserver("bind", bind_at(platform().bind().control_port()));
  expect_all_right();
}

/// The wrong one first, then the right one, by PATCH alone.
TEST_F(SickNameservers, WrongCredentialsAreNamedAndMendedByAPatch) {
  const auto powerdns = [](const std::string& secret) {
    auto body = powerdns_at(platform().powerdns().api_url());
    body["secret"] = secret;
    patch_nameserver("powerdns", body);
  };
  const auto bind = [](const std::string& secret) {
    auto body = bind_at(platform().bind().control_port());
    body["secret"] = secret;
    patch_nameserver("bind", body);
  };
  const std::string wrong_api_key = "wrong-api-key-0123456789", wrong_rndc_key = "d3JvbmctcndkYy1rZXktMDEyMzQ1Njc4OQ==";
  powerdns(wrong_api_key);
  bind(wrong_rndc_key);
  for (const char* name : {"powerdns", "bind"}) {
    ASSERT_TRUE(eventually(
        [&] {
          const auto line = "a nameserver's control channel does not work\" nameserver=" + std::string(name);
          return platform().pool_manager().log().find(line) != std::string::npos;
        },
        long_wait))
        << name;
  }
  const auto id = make("credentials.example.");
  EXPECT_TRUE(has_status(id, "ERROR"));
  EXPECT_TRUE(has_reason("powerdns", "credentials.example.", "refused: "));
  EXPECT_TRUE(has_reason("bind", "credentials.example.", "wrong key, algorithm or clock?"));
  EXPECT_TRUE(eventually([] { return tasks_of("bind", "attempts >= 3") == "1"; }, long_wait)) << "and it goes on";
  const auto log = platform().logs();
  for (const auto& secret : {wrong_api_key, wrong_rndc_key, platform().powerdns().api_key(),
                             platform().bind().control_key().secret, platform().transfer_key().secret}) {
    EXPECT_EQ(log.find(secret), std::string::npos) << "a secret in the log";
    EXPECT_EQ(sql("select count(*) from tasks where reason like '%" + secret + "%'"), "0") << "a secret in a reason";
  }
  powerdns(platform().powerdns().api_key());
  bind(platform().bind().control_key().secret);
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  expect_all_right();
}

TEST_F(SickNameservers, AWrongTransferKeyIsAnErrorAndMendedByAPatch) {
  const auto set_secret = [](const std::string& secret) {
    Platform::created(admin().patch("/v2/tsigkeys/" + key_id(), json::object{{"secret", secret}}));
  };
  const auto old = make("old.tsig.example.");
  ASSERT_TRUE(has_status(old, "ACTIVE"));
  const std::string wrong = "d3JvbmctdHJhbnNmZXIta2V5LTAxMjM0NTY3ODk=";
  set_secret(wrong);  // PowerDNS is given it, BIND has the old one in named.conf
  for (const char* mdns : {"127.0.0.1", "127.0.0.2"}) {
    ASSERT_TRUE(eventually([&] { return !transfers(mdns, "old.tsig.example."); }, long_wait)) << "it knows of it";
  }
  const auto id = make("new.tsig.example.");
  EXPECT_TRUE(has_status(id, "ERROR"));
  EXPECT_TRUE(has_reason("bind", "new.tsig.example.", "no content of the zone"));
  EXPECT_EQ(tasks_of("powerdns", "true"), "0");
  EXPECT_EQ(platform().logs().find(wrong), std::string::npos) << "a secret in the log";
  set_secret(platform().transfer_key().secret);
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  expect_all_right();
}

/// Somebody changed our key on the nameserver itself.
TEST_F(SickNameservers, ATransferKeyThatWasChangedOnThePowerdnsIsPutRight) {
  const auto old = make("theirs.tsig.example.");
  ASSERT_TRUE(has_status(old, "ACTIVE"));
  const auto& key = platform().transfer_key();
  ASSERT_EQ(platform().powerdns().pdnsutil({"delete-tsig-key", key.name}).status, 0);
  ASSERT_EQ(platform()
                .powerdns()
                .pdnsutil({"import-tsig-key", key.name, key.algorithm, "d3JvbmctdHJhbnNmZXIta2V5LTAxMjM0NTY3ODk="})
                .status,
            0);
  add(old, "www.theirs.tsig.example.");
  EXPECT_TRUE(serves_now(platform().powerdns(), "theirs.tsig.example.", old));
  EXPECT_TRUE(has_status(old, "ACTIVE"));
  const auto id = make("ours.tsig.example.");
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  expect_all_right();
}

}  // namespace
}  // namespace minidns::e2e
