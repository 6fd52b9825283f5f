#include "tests/interop/secondary_fixture.hpp"

#include "tests/harness/bind_server.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"
#include "tests/harness/powerdns_server.hpp"
#include "tests/harness/wait.hpp"
#include "tests/harness/yadifa_server.hpp"

#include <iostream>
#include <stdexcept>

namespace minidns::mdns::test {

using harness::eventually;

std::unique_ptr<World> SecondaryTest::world_;
std::vector<std::unique_ptr<harness::Program>> SecondaryTest::mdns_;
std::map<std::string, std::unique_ptr<harness::Secondary>> SecondaryTest::secondaries_;
std::map<std::string, NameserverId> SecondaryTest::nameservers_;
std::vector<harness::KeySpec> SecondaryTest::keys_;

std::unique_ptr<harness::Secondary> make_secondary(const std::string& kind, const std::vector<harness::KeySpec>& keys) {
  if (kind == "Bind") return std::make_unique<harness::BindServer>(keys);
  if (kind == "Powerdns") return std::make_unique<harness::PowerdnsServer>(keys);
  if (kind == "Knot") return std::make_unique<harness::KnotServer>(keys);
  if (kind == "Nsd") return std::make_unique<harness::NsdServer>(keys);
  if (kind == "Yadifa") return std::make_unique<harness::YadifaServer>(keys);
  throw std::runtime_error("no secondary " + kind);
}

std::vector<std::string> secondary_kinds() {
  return {"Bind", "Powerdns", "Knot", "Nsd", "Yadifa"};
}

void SecondaryTest::SetUpTestSuite() {
  world_ = std::make_unique<World>("secondaries");
  keys_.push_back(world_->add_key("pool.key.", "hmac-sha256", "POOL", world_->pool().uuid()));
  for (const char* algorithm : {"hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"}) {
    keys_.push_back(world_->add_key(std::string(algorithm) + ".key.", algorithm, "POOL", world_->pool().uuid()));
  }
  for (const char* address : {"127.0.0.1", "127.0.0.2"}) mdns_.push_back(world_->start_mdns(address));
}

void SecondaryTest::TearDownTestSuite() {
  secondaries_.clear();
  nameservers_.clear();
  mdns_.clear();
  keys_.clear();
  world_.reset();
}

void SecondaryTest::SetUp() {
  auto& secondary = secondaries_[GetParam()];
  if (secondary) return;
  secondary = make_secondary(GetParam(), keys_);
  // Yadifa doesn't sign its SOA queries.
  nameservers_.emplace(GetParam(),
                       world_->add_nameserver(GetParam(), secondary->address(), secondary->port(), {}, is("Yadifa")));
  const std::string known = "nameservers=" + std::to_string(secondaries_.size());
  for (const auto& server : mdns_) {
    ASSERT_TRUE(eventually([&] { return server->log().find(known) != std::string::npos; })) << server->log();
  }
}

void SecondaryTest::TearDown() {
  for (const auto& server : mdns_) EXPECT_TRUE(server->running());
  if (!HasFailure()) return;
  for (const auto& server : mdns_) std::cerr << server->log();
  std::cerr << secondary().log();
}

std::vector<harness::Primary> SecondaryTest::primaries(const std::string& key, int first) {
  std::vector<harness::Primary> both{{"127.0.0.1", world_->port(), key}, {"127.0.0.2", world_->port(), key}};
  if (first == 2) std::swap(both[0], both[1]);
  return both;
}

void SecondaryTest::notify_again(const ZoneModel& model) const {
  (void)world_->sql("notify minidns_renotify, '" + nameserver().to_string() + " " + model.zone().id.to_string() + "'");
}

bool SecondaryTest::shows(const ZoneModel& model, std::chrono::milliseconds limit) const {
  harness::SoaAsker asker(secondary().address(), secondary().port());
  return eventually(
      [&] {
        const auto answer = asker.ask(model.name());
        return answer && answer->serial == model.serial();
      },
      limit);
}

bool SecondaryTest::arrives(const ZoneModel& model, std::chrono::milliseconds limit) const {
  // Yadifa may schedule an IXFR and never ask for it.
  return is("Yadifa") ? arrives_reminded(model, limit) : shows(model, limit);
}

bool SecondaryTest::arrives_reminded(const ZoneModel& model, std::chrono::milliseconds limit) const {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    if (shows(model, std::chrono::seconds(5))) {
      return true;
    }
    notify_again(model);
  }
  return false;
}

std::string SecondaryTest::wrong(const ZoneModel& model) const {
  return differences(secondary().address(), secondary().port(), model);
}

}  // namespace minidns::mdns::test
