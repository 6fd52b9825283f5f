// The edge cases of docs/interop.md, by number, on a real mdns: each check is a function of a script under edge/, whose
// judge is dnspython.

#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/presigned_zone.hpp"
#include "tests/interop/zone_model.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cctype>
#include <future>
#include <iostream>
#include <memory>
#include <regex>

namespace minidns::mdns::test {
namespace {

namespace json = boost::json;
using harness::eventually;

constexpr std::uint32_t first_serial = 100;

/// A function of a script, and what its comment says of it: "every_message … # 1, 2".
struct Check {
  std::string script, function;
};

std::vector<Check> checks_of(const std::string& script) {
  const std::string text = harness::read_file(MINIDNS_INTEROP_DIR "/edge/" + script + ".py");
  const std::regex line("def ([a-z0-9_]+)\\(\\):  #");
  std::vector<Check> checks;
  for (std::sregex_iterator found(text.begin(), text.end(), line), end; found != end; ++found) {
    checks.push_back({script, (*found)[1]});
  }
  return checks;
}

std::vector<Check> all_checks() {
  std::vector<Check> all;
  for (const char* script : {"tsig", "transfer", "query"}) {
    for (auto& check : checks_of(script)) all.push_back(std::move(check));
  }
  return all;
}

class EdgeCases : public testing::TestWithParam<Check> {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void TearDown() override {
    for (const auto& server : servers_) EXPECT_TRUE(server->running());
    if (HasFailure()) std::cerr << servers_[0]->log();
  }

  static harness::CommandResult run(const Check& check) {
    return harness::run(
        {"/usr/bin/python3", "-IB", MINIDNS_INTEROP_DIR "/edge/" + check.script + ".py", check.function},
        json::serialize(*config_));
  }
  static void make_zones();
  static void make_history();
  static void make_random_zones();
  static bool is_served(const std::string& zone, std::uint32_t serial);

  static std::unique_ptr<World> world_;
  static std::unique_ptr<harness::TempDir> folder_;
  static std::unique_ptr<json::object> config_;
  static std::vector<std::unique_ptr<harness::Program>> servers_;
  static std::map<std::string, WrittenZone> zones_;
};

std::unique_ptr<World> EdgeCases::world_;
std::unique_ptr<harness::TempDir> EdgeCases::folder_;
std::unique_ptr<json::object> EdgeCases::config_;
std::vector<std::unique_ptr<harness::Program>> EdgeCases::servers_;
std::map<std::string, WrittenZone> EdgeCases::zones_;

void EdgeCases::SetUpTestSuite() {
  world_ = std::make_unique<World>("edge");
  folder_ = std::make_unique<harness::TempDir>("edge");
  json::object keys;
  const auto add_key = [&](const std::string& name, const PoolId& pool) {
    const auto key = world_->add_key(name, "hmac-sha256", "POOL", pool.uuid());
    keys[name] = json::object{{"secret", key.secret}, {"algorithm", key.algorithm}};
  };
  add_key("pool.key.", world_->pool());
  add_key("stranger.key.", world_->add_pool("strangers"));
  const auto root_pool = world_->add_pool("root");
  add_key("root.key.", root_pool);
  zones_.emplace("root", world_->create_zone(".", {{"host.", "A", {"192.0.2.1"}}}, root_pool));
  config_ = std::make_unique<json::object>(json::object{{"address", "127.0.0.1"},
                                                        {"other_address", "127.0.0.2"},
                                                        {"port", world_->port()},
                                                        {"keys", keys},
                                                        {"first_serial", first_serial},
                                                        {"last_serial", first_serial},
                                                        {"versions", *folder_ / "versions"},
                                                        {"begun", *folder_ / "begun"}});
  // The first follows every version; the second is started when all are there.
  servers_.push_back(world_->start_mdns("127.0.0.1"));
  make_zones();
  make_history();
  make_random_zones();
  servers_.push_back(world_->start_mdns("127.0.0.2"));
}

void EdgeCases::TearDownTestSuite() {
  servers_.clear();
  zones_.clear();
  config_.reset();
  folder_.reset();
  world_.reset();
}

bool EdgeCases::is_served(const std::string& zone, std::uint32_t serial) {
  const auto& key = config_->at("keys").at("pool.key.").as_object();
  return eventually([&] {
    const auto answer = harness::run({"dig", "@127.0.0.1", "-p", std::to_string(world_->port()), "-y",
                                      "hmac-sha256:pool.key.:" + std::string(key.at("secret").as_string()), "+tcp",
                                      "+noall", "+answer", "+nosplit", zone, "SOA"});
    return answer.out.find(" " + std::to_string(serial) + " ") != std::string::npos;
  });
}

void EdgeCases::make_zones() {
  const auto create = [&](const std::string& name, const std::vector<Set>& sets) {
    zones_.emplace(name, world_->create_zone(name, sets));
  };
  create("empty.example.", {});
  create("child.edge.example.", {{"host.child.edge.example.", "A", {"192.0.2.1"}}});
  const std::string long_name = std::string(60, 'm') + "." + std::string(60, 'n') + "." + std::string(60, 'o') + ".";
  const std::string large = "large-soa.edge.example.";
  create(large, {});
  world_->change_zone(
      zones_.at(large),
      {{large,
        "SOA",
        {long_name + std::string(60, 'p') + ". " + long_name + std::string(60, 'q') + ". 0 3600 600 604800 300"}}});
  for (const char* name : {"big.example.", "changing.example.", "deleted.example."}) {
    create(name, {});
    world_->fill_zone(zones_.at(name), std::string(name) == "big.example." ? 30'000 : 100'000);
  }

  Signer with_nsec("nsec.example.", Signer::Denial::nsec);
  create("nsec.example.", with_nsec.sign({{"host.nsec.example.", "A", {"192.0.2.1"}}}, 1));
  std::vector<Set> hosts;
  for (int i = 0; i < 300; ++i) hosts.push_back({"h" + std::to_string(i) + ".rewritten.example.", "A", {"192.0.2.1"}});
  create("rewritten.example.", hosts);
  for (auto& host : hosts) host.records = {"192.0.2.2"};
  world_->change_zone(zones_.at("rewritten.example."), hosts);

  // What is signed at the apex alone is enough for the decision, and small beside the rest.
  const std::string key = "257 3 13 " + std::string(86, 'A') + "==";
  const auto kind_of_denial = [&](const std::string& name, const std::vector<Set>& before,
                                  const std::vector<Set>& after) {
    std::vector<Set> sets = before;
    for (int i = 0; i < 100; ++i) sets.push_back({"h" + std::to_string(i) + "." + name, "A", {"192.0.2.1"}});
    create(name, sets);
    world_->change_zone(zones_.at(name), after);
  };
  kind_of_denial("signing.example.", {}, {{"signing.example.", "DNSKEY", {key}}});
  kind_of_denial("unsigning.example.", {{"unsigning.example.", "DNSKEY", {key}}},
                 {{"unsigning.example.", "DNSKEY", {}}});
  kind_of_denial("resalting.example.", {{"resalting.example.", "NSEC3PARAM", {"1 0 0 -"}}},
                 {{"resalting.example.", "NSEC3PARAM", {"1 0 0 AB"}}});
}

void EdgeCases::make_history() {
  const std::string zone = "edge.example.";
  std::vector<Set> sets = every_common_type(zone);
  for (auto& set : cuts_and_wildcards(zone)) sets.push_back(set);
  for (auto& set : hard_names(zone)) sets.push_back(set);
  sets.push_back({"pair." + zone, "A", {"192.0.2.11", "192.0.2.12"}, 300});
  sets.push_back({"child." + zone, "NS", {"ns.child." + zone}});
  for (int i = 0; i < 100; ++i) sets.push_back({"filler" + std::to_string(i) + "." + zone, "A", {"192.0.2.6"}});
  auto written = world_->create_zone(zone, sets, world_->pool(), first_serial);
  const std::vector<std::vector<Set>> changes{
      {{"passing." + zone, "A", {"192.0.2.20"}}},
      {{"pair." + zone, "A", {"192.0.2.11", "192.0.2.12"}, 60}},
      {{zone, "SOA", {"ns1.example.net. hostmaster.example.net. 0 7200 600 604800 300"}}, {"passing." + zone, "A", {}}},
      {{"lasting." + zone, "TXT", {"\"here\""}}, {"www." + zone, "CNAME", {}}}};
  ASSERT_TRUE(is_served(zone, written.serial));
  for (const auto& change : changes) {
    const auto remembered = run({"transfer", "remember"});
    ASSERT_EQ(remembered.out, "ok\n") << remembered.err;
    world_->change_zone(written, change);
    ASSERT_TRUE(is_served(zone, written.serial));
  }
  (*config_)["last_serial"] = written.serial;
  zones_.emplace(zone, written);
}

void EdgeCases::make_random_zones() {
  std::mt19937 random(43);
  json::object same;
  constexpr int histories = 30;
  for (int i = 0; i < histories; ++i) {
    const std::string name = "random" + std::to_string(i) + ".example.";
    ZoneModel model(*world_, name, i % 2 == 0 ? every_common_type(name) : hard_names(name));
    for (auto versions = 2 + random() % 4; versions > 0; --versions) model.change_at_random(random);
    same[name] = model.serial();
    ASSERT_TRUE(is_served(name, model.serial()));
  }
  (*config_)["same"] = same;
}

TEST_P(EdgeCases, Hold) {
  const std::string function = GetParam().function;
  auto check = std::async(std::launch::async, [] { return run(GetParam()); });
  // These two wait for a change behind their back, once they have begun to read.
  if (function.starts_with("a_transfer_")) {
    ASSERT_TRUE(eventually([] { return !harness::read_file(*folder_ / "begun").empty(); }));
    const auto zone = harness::read_file(*folder_ / "begun");
    harness::write_file(*folder_ / "begun", "");
    if (zone == "deleted.example.") {
      world_->delete_zone(zones_.at(zone));
    } else {
      world_->change_zone(zones_.at(zone), {{"added." + zone, "A", {"192.0.2.99"}}});
    }
  }
  const auto result = check.get();
  EXPECT_EQ(result.out, "ok\n") << result.err;
}

INSTANTIATE_TEST_SUITE_P(All, EdgeCases, testing::ValuesIn(all_checks()), [](const auto& check) {
  // The sentence of the script as a test's name.
  std::string name;
  bool starts_word = true;
  for (const char letter : check.param.function) {
    if (letter != '_') name += starts_word ? static_cast<char>(std::toupper(letter)) : letter;
    starts_word = letter == '_';
  }
  return name;
});

}  // namespace
}  // namespace minidns::mdns::test
