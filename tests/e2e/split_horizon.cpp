// Two views of one zone: what is inside stays inside, both have one serial, and a key opens its own view only. The
// verdicts are dig's, on the secondaries and on the primaries.

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/e2e/served.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

namespace minidns::e2e {
namespace {

using harness::BindServer;
using harness::KeySpec;

constexpr const char* zone = "split.example.org.";
constexpr const char* www = "www.split.example.org.";
constexpr const char* secret = "secret.split.example.org.";

KeySpec make_key(const std::string& name) {
  return {name, "hmac-sha256", to_base64(random_bytes(32))};
}

std::string y(const KeySpec& key) {
  return key.algorithm + ":" + key.name + ":" + key.secret;
}

/// The last field of each line of an answer.
std::set<std::string> data(const std::vector<std::string>& lines) {
  std::set<std::string> found;
  for (const auto& line : lines) found.insert(line.substr(line.find_last_of(" \t") + 1));
  return found;
}

class SplitHorizon : public testing::Test {
 protected:
  void SetUp() override {
    platform_ = std::make_unique<Platform>(harness::PlatformOptions{.bind = false});
    bind_ =
        std::make_unique<BindServer>(std::vector{outer_, inner_}, "127.0.0.1",
                                     std::vector<harness::BindView>{{"outer", outer_.name}, {"inner", inner_.name}});
    admin_.emplace(platform_->rest("operator", "admin"));
    rest_.emplace(platform_->rest("tenant"));
    Platform::created(admin_->post("/v2/views", json::object{{"name", "internal"}}));
    outer_id_ = add_key(outer_, "default");
    inner_id_ = add_key(inner_, "internal");
    add_bind("outer", outer_id_);
    add_bind("inner", inner_id_);
    platform_->wait_until_in_service();
    id_ = create_zone(*rest_, zone);
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs() << bind_->log();
  }

  std::string add_key(const KeySpec& key, const std::string& view) {
    return id_of(Platform::created(admin_->post("/v2/tsigkeys", json::object{{"name", key.name},
                                                                             {"algorithm", key.algorithm},
                                                                             {"secret", key.secret},
                                                                             {"scope", "POOL"},
                                                                             {"resource_id", platform_->pool_id()},
                                                                             {"view", view}})));
  }

  /// One of BIND's views, as a nameserver of its own.
  void add_bind(const std::string& view, const std::string& key_id) {
    const auto statistics = "http://" + bind_->address() + ":" + std::to_string(bind_->statistics_port());
    Platform::created(admin_->post(
        "/v2/nameservers", json::object{{"name", "bind-" + view},
                                        {"pool_id", platform_->pool_id()},
                                        {"driver", "bind"},
                                        {"address", bind_->address()},
                                        {"port", bind_->port()},
                                        {"transfer_key_id", key_id},
                                        {"notify_key_id", key_id},
                                        {"settings", json::object{{"control_port", bind_->control_port()},
                                                                  {"statistics_url", statistics},
                                                                  {"view", view},
                                                                  {"zone_folder", bind_->folder() + "/" + view}}},
                                        {"secret", bind_->control_key().secret}}));
  }

  std::string add(const std::string& name, const std::string& type, const std::vector<std::string>& records,
                  const json::value& view) {
    auto body = recordset_body(name, type, records);
    body["view"] = view;
    return create_recordset(*rest_, id_, body);
  }

  [[nodiscard]] std::set<std::string> seen(const KeySpec& key, const std::string& name, const std::string& type) const {
    return data(harness::dig(bind_->address(), bind_->port(), {"-y", y(key), name, type}));
  }
  [[nodiscard]] std::set<std::string> seen_by_powerdns(const std::string& name, const std::string& type) const {
    return data(dig(platform_->powerdns(), name, type));
  }
  /// Serial as the seventh field of `dig SOA`.
  [[nodiscard]] std::string serial_at(const std::string& address, std::uint16_t port,
                                      const std::vector<std::string>& options) const {
    auto question = options;
    question.insert(question.end(), {zone, "SOA"});
    const auto lines = harness::dig(address, port, question);
    std::istringstream words(lines.empty() ? "" : lines.front());
    std::string word;
    for (int n = 0; n < 7; ++n) words >> word;
    return word;
  }
  [[nodiscard]] std::vector<std::string> transfer(const std::string& address, std::uint16_t port, const KeySpec& key,
                                                  const std::string& type) const {
    auto lines = harness::dig(address, port, {"-y", y(key), zone, type});
    std::erase_if(lines, [](const auto& line) { return line.find("\tTSIG\t") != std::string::npos; });
    return lines;
  }
  [[nodiscard]] static bool mentions(const std::vector<std::string>& lines, const std::string& word) {
    return std::ranges::any_of(lines, [&](const auto& line) { return line.find(word) != std::string::npos; });
  }
  [[nodiscard]] bool both_views_have(std::uint32_t serial) const {
    const auto wanted = std::to_string(serial);
    return eventually([&] {
      return serial_at(bind_->address(), bind_->port(), {"-y", y(outer_)}) == wanted &&
             serial_at(bind_->address(), bind_->port(), {"-y", y(inner_)}) == wanted;
    });
  }

  const KeySpec outer_ = make_key("outer.");
  const KeySpec inner_ = make_key("inner.");
  std::unique_ptr<Platform> platform_;
  std::unique_ptr<BindServer> bind_;
  std::optional<RestClient> admin_, rest_;
  std::string outer_id_, inner_id_, id_;
};

TEST_F(SplitHorizon, InsideAndOutsideSeeTheirOwnAtTheSameSerial) {
  add("all.split.example.org.", "A", {"192.0.2.1"}, nullptr);
  // Enough for a difference to be less than half of the zone.
  add("text.split.example.org.", "TXT", {'"' + std::string(250, 'x') + '"', '"' + std::string(250, 'y') + '"'},
      nullptr);
  add(www, "A", {"192.0.2.2"}, "default");
  const auto inside = add(www, "A", {"10.0.0.2"}, "internal");
  add(secret, "A", {"10.0.0.3"}, "internal");
  const auto first = serial_of(*rest_, id_);
  ASSERT_TRUE(both_views_have(first));
  ASSERT_TRUE(zone_has_status(*rest_, id_, "ACTIVE"));

  EXPECT_EQ(seen(outer_, www, "A"), (std::set<std::string>{"192.0.2.2"}));
  EXPECT_EQ(seen(inner_, www, "A"), (std::set<std::string>{"10.0.0.2"}));
  EXPECT_EQ(seen(outer_, secret, "A"), std::set<std::string>{});
  EXPECT_EQ(seen(inner_, secret, "A"), (std::set<std::string>{"10.0.0.3"}));
  EXPECT_EQ(seen(outer_, "all.split.example.org.", "A"), seen(inner_, "all.split.example.org.", "A"));

  // A change inside only: a new serial for both, and nothing else outside.
  Platform::created(rest_->put("/v2/zones/" + id_ + "/recordsets/" + inside, {{"records", json::array{"10.0.0.9"}}}));
  const auto second = serial_of(*rest_, id_);
  ASSERT_NE(first, second);
  ASSERT_TRUE(both_views_have(second));
  EXPECT_EQ(seen(outer_, www, "A"), (std::set<std::string>{"192.0.2.2"}));
  EXPECT_EQ(seen(inner_, www, "A"), (std::set<std::string>{"10.0.0.9"}));

  // What BIND made of transfers and differences is what the primaries have, in each view.
  for (const KeySpec* key : {&outer_, &inner_}) {
    EXPECT_EQ(transfer(bind_->address(), bind_->port(), *key, "AXFR"),
              transfer("127.0.0.1", platform_->mdns_port(), *key, "AXFR"))
        << key->name;
  }
  EXPECT_NE(platform_->logs().find("kind=ixfr "), std::string::npos) << "differences were sent";
}

TEST_F(SplitHorizon, AKeyOpensItsOwnViewOnly) {
  const auto before = serial_of(*rest_, id_);
  add(secret, "A", {"10.0.0.3"}, "internal");
  add(www, "A", {"192.0.2.2"}, "default");
  ASSERT_TRUE(both_views_have(serial_of(*rest_, id_)));
  const std::string since = "IXFR=" + std::to_string(before);
  for (const char* address : {"127.0.0.1", "127.0.0.2"}) {
    for (const std::string& type : {std::string("AXFR"), since}) {
      const auto outside = transfer(address, platform_->mdns_port(), outer_, type);
      const auto inside = transfer(address, platform_->mdns_port(), inner_, type);
      EXPECT_TRUE(mentions(outside, www)) << type;
      EXPECT_FALSE(mentions(outside, secret)) << type;
      EXPECT_TRUE(mentions(inside, secret)) << type;
      EXPECT_FALSE(mentions(inside, www)) << type;
    }
    EXPECT_TRUE(harness::dig(address, platform_->mdns_port(), {zone, "AXFR"}).empty()) << "without a key";
    EXPECT_EQ(data(harness::dig(address, platform_->mdns_port(), {"-y", y(inner_), secret, "A"})),
              (std::set<std::string>{"10.0.0.3"}));
    EXPECT_TRUE(harness::dig(address, platform_->mdns_port(), {"-y", y(outer_), secret, "A"}).empty());
  }
}

TEST_F(SplitHorizon, ANameserverThatChangesItsViewGetsTheOtherContentAtTheSameSerial) {
  add(www, "A", {"192.0.2.2"}, "default");
  add(www, "A", {"10.0.0.2"}, "internal");
  const auto serial = serial_of(*rest_, id_);
  ASSERT_TRUE(serves(platform_->powerdns(), zone, serial));
  ASSERT_TRUE(both_views_have(serial));
  ASSERT_EQ(seen_by_powerdns(www, "A"), (std::set<std::string>{"192.0.2.2"}));

  const auto servers = admin_->get("/v2/nameservers").body;
  for (const auto& server : servers.at("nameservers").as_array()) {
    const bool is_powerdns = server.at("name") == "powerdns";
    if (is_powerdns || server.at("name") == "bind-outer") {
      const auto changed = Platform::created(
          admin_->patch("/v2/nameservers/" + id_of(server), json::object{{"transfer_key_id", inner_id_}}));
      EXPECT_EQ(changed.at("view"), "internal") << "it follows the key";
    }
  }
  EXPECT_TRUE(eventually([&] { return seen_by_powerdns(www, "A") == std::set<std::string>{"10.0.0.2"}; }))
      << "PowerDNS";
  EXPECT_TRUE(eventually([&] { return seen(outer_, www, "A") == std::set<std::string>{"10.0.0.2"}; })) << "BIND";
  EXPECT_EQ(serial_of(*rest_, id_), serial) << "nothing was committed";
  EXPECT_TRUE(serves(platform_->powerdns(), zone, serial));
}

}  // namespace
}  // namespace minidns::e2e
