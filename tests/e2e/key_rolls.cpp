// A KSK's roll and the way out of DNSSEC, with a parent whose nameserver is asked, and a validating Unbound that asks
// both nameservers all the time. Time is moved on in the database where a roll only waits for it.

#include "tests/e2e/primaries.hpp"
#include "tests/e2e/served.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/unbound_resolver.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace minidns::e2e {
namespace {

using harness::PlatformOptions;
using harness::UnboundResolver;

constexpr const char* parent_zone = "parent.example.org.";
constexpr const char* child_zone = "child.parent.example.org.";

/// Asks Unbound through one nameserver again and again, and remembers each answer that didn't validate.
class Watch {
 public:
  template <class Server>
  Watch(const Server& server, const std::vector<std::string>& ds)
      : address_(server.address()), port_(server.port()), thread_([this](const std::stop_token& stop) { run(stop); }) {
    trust(ds);
  }

  /// The DS set of the parent from now on.
  void trust(const std::vector<std::string>& ds) {
    auto resolver = std::make_shared<const UnboundResolver>(child_zone, ds, address_, port_);
    const std::lock_guard lock(mutex_);
    resolver_ = std::move(resolver);
  }
  [[nodiscard]] int asked() const { return asked_; }
  [[nodiscard]] std::string bogus() const {
    const std::lock_guard lock(mutex_);
    return bogus_;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::shared_ptr<const UnboundResolver> resolver;
      {
        const std::lock_guard lock(mutex_);
        resolver = resolver_;
      }
      if (!resolver) {
        std::this_thread::yield();
        continue;
      }
      for (const std::string name : {"www.", "no-such-name."}) {
        const auto verdict = resolver->ask(name + child_zone, "A");
        if (!verdict.secure) {
          const std::lock_guard lock(mutex_);
          bogus_ += verdict.text;
        }
        ++asked_;
      }
    }
  }

  std::string address_;
  std::uint16_t port_;
  mutable std::mutex mutex_;  // guards the next two
  std::shared_ptr<const UnboundResolver> resolver_;
  std::string bogus_;
  std::atomic<int> asked_ = 0;
  std::jthread thread_;  // last: it uses all of the above
};

class KeyRolls : public testing::Test {
 protected:
  KeyRolls()
      : parent_({"parent-key", "hmac-sha256", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0ISE="},
                {{parent_zone,
                  "$TTL 60\n@ SOA ns hostmaster 1 3600 600 604800 60\n@ NS ns\nns A 127.0.0.1\nchild NS ns1.child\n"
                  "ns1.child A 127.0.0.1\n",
                  true}},
                {}) {
    PlatformOptions options;
    options.central_config = std::string("dnssec: {parents: [{zone: ") + parent_zone +
                             ", nameservers: [{address: 127.0.0.1, port: " + std::to_string(parent_.port()) + "}]}]}\n";
    platform_.emplace(options);
    rest_.emplace(platform_->rest("tenant"));
    id_ = create_zone(*rest_, child_zone);
    create_recordset(*rest_, id_, recordset_body(std::string("www.") + child_zone, "A", {"192.0.2.1"}));
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }

  json::value dnssec() { return rest_->get(path()).body; }
  [[nodiscard]] std::string path() const { return "/v2/zones/" + id_ + "/dnssec"; }
  /// Of the roll that is under way; empty: none is.
  std::string phase() {
    const auto roll = dnssec().at("roll");
    return roll.is_null() ? "" : std::string(roll.at("phase").as_string());
  }
  std::vector<std::string> wanted_ds() {
    std::vector<std::string> records;
    const auto zone = dnssec();
    for (const auto& ds : zone.at("ds").as_array()) {
      if (ds.at("digest_type") == 2) records.emplace_back(ds.at("record").as_string());
    }
    return records;
  }
  void parent_has(const std::vector<std::string>& ds) {
    std::vector<std::string> lines{std::string("delete ") + child_zone + " DS"};
    for (const auto& record : ds) lines.push_back(std::string("add ") + child_zone + " 60 DS " + record);
    parent_.update(parent_zone, lines);
  }
  /// As if days had passed for the roll, again and again, until it isn't in this phase any more.
  void let_pass(const std::string& left) {
    ASSERT_TRUE(eventually(
        [&] {
          platform_->postgres().sql("minidns",
                                    "update key_rolls set next_at = now() - interval '1 second',"
                                    " visible_at = visible_at - interval '7 days'");
          return phase() != left;
        },
        std::chrono::seconds(60)))
        << json::serialize(dnssec());
  }
  [[nodiscard]] bool everywhere_is_newest() {
    const auto serial = serial_of(*rest_, id_);
    return serves(platform_->bind(), child_zone, serial) && serves(platform_->powerdns(), child_zone, serial);
  }

  BindPrimary parent_;
  std::optional<Platform> platform_;
  std::optional<RestClient> rest_;
  std::string id_;
};

TEST_F(KeyRolls, AKskIsRolledAndTheZoneUnsignedWithoutABogusMoment) {
  Platform::created(rest_->put(path(), json::object{}));
  EXPECT_EQ(phase(), "DRAINING");
  let_pass("DRAINING");
  const auto first = wanted_ds();
  ASSERT_EQ(first.size(), 1U);
  parent_has(first);
  ASSERT_TRUE(everywhere_is_newest());
  const auto signed_answers = [&](const auto& server) {
    return eventually(
        [&] {
          const auto lines = harness::dig(server.address(), server.port(), {"+dnssec", child_zone, "SOA"});
          return std::any_of(lines.begin(), lines.end(),
                             [](const std::string& line) { return line.find("RRSIG") != std::string::npos; });
        },
        std::chrono::seconds(120));
  };
  ASSERT_TRUE(signed_answers(platform_->bind()));
  ASSERT_TRUE(signed_answers(platform_->powerdns()));
  Watch by_bind(platform_->bind(), first);
  Watch by_powerdns(platform_->powerdns(), first);

  Platform::created(rest_->post(path() + "/roll", json::object{{"role", "KSK"}}));
  EXPECT_EQ(phase(), "PUBLISHING");
  EXPECT_EQ(wanted_ds(), first);
  let_pass("PUBLISHING");
  ASSERT_EQ(phase(), "SUBMITTING");
  const auto second = wanted_ds();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(second, first);
  ASSERT_TRUE(everywhere_is_newest());
  parent_has(second);
  by_bind.trust(second);
  by_powerdns.trust(second);
  let_pass("SUBMITTING");
  ASSERT_EQ(phase(), "DS_CACHING");
  let_pass("DS_CACHING");
  ASSERT_EQ(phase(), "");
  ASSERT_TRUE(everywhere_is_newest());
  EXPECT_EQ(dnssec().at("keys").as_array().size(), 2U);
  const auto asked = by_bind.asked() + by_powerdns.asked();
  ASSERT_TRUE(eventually([&] { return by_bind.asked() + by_powerdns.asked() > asked + 10; }));
  EXPECT_EQ(by_bind.bogus(), "");
  EXPECT_EQ(by_powerdns.bogus(), "");
  std::cout << "asked " << by_bind.asked() << " and " << by_powerdns.asked() << " times\n";

  Platform::created(rest_->del(path()));
  ASSERT_EQ(phase(), "SUBMITTING");
  EXPECT_EQ(dnssec().at("roll").at("kind"), "UNSIGNING");
  ASSERT_TRUE(everywhere_is_newest());
  EXPECT_EQ(harness::dig(platform_->bind().address(), platform_->bind().port(), {"+short", child_zone, "CDS"}),
            std::vector<std::string>{"0 0 0 00"});
  parent_has({});
  let_pass("SUBMITTING");
  let_pass("DS_CACHING");
  EXPECT_EQ(dnssec().at("status"), "UNSIGNED");
  ASSERT_TRUE(everywhere_is_newest());
}

}  // namespace
}  // namespace minidns::e2e
