// NOTIFY out: who is told, by whom, how often; the verdict is a real BIND's, or a count of datagrams.

#include "dns/wire/message.hpp"
#include "tests/harness/bind_server.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_socket.hpp"
#include "tests/interop/mdns_world.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>

namespace minidns::mdns::test {
namespace {

using harness::eventually;
using namespace std::chrono_literals;

class MdnsNotify : public testing::Test {
 protected:
  ~MdnsNotify() override {
    if (HasFailure()) {
      for (const auto& server : servers_) std::cerr << server->log();
    }
  }
  harness::Program& start(const std::string& address, const std::string& config = {}) {
    servers_.push_back(world_.start_mdns(address, config));
    return *servers_.back();
  }
  static int count_of(const std::string& text, const std::string& part) {
    int count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
  }
  /// The next NOTIFY for `zone`; answers it with `rcode` unless that is negative. Others are acknowledged.
  static std::optional<dns::Message> next_notify(PeerSocket& socket, const std::string& zone, int rcode,
                                                 std::chrono::milliseconds limit = 10s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
      auto octets = socket.receive(100ms);
      if (!octets) continue;
      auto message = dns::parse_message(*octets);
      EXPECT_TRUE(message);
      const bool wanted = message->question.at(0).name == dns::Name::from_text(zone).value();
      const int answer = wanted ? rcode : 0;
      if (answer >= 0) {
        (*octets)[2] |= 0x80;
        (*octets)[3] = static_cast<std::uint8_t>(answer);
        socket.reply(*octets);
      }
      if (wanted) return *message;
    }
    return std::nullopt;
  }

  World world_{"notify"};
  std::vector<std::unique_ptr<harness::Program>> servers_;
};

TEST_F(MdnsNotify, ABindFollowsEveryChangeAndIsToldByOneOfTwo) {
  const auto key = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  auto zone = world_.create_zone("bind.example.", {{"a.bind.example.", "A", {"192.0.2.1"}}});
  // A busy machine must not look like a dead owner: then the other would rightly send too.
  const std::string patient = "notify: {gather_limit: 5s, owner_limit: 20s, retry: 20s}\n";
  start("127.0.0.1", patient);
  start("127.0.0.2", patient);
  harness::BindServer bind({key});
  world_.add_nameserver("bind", "127.0.0.1", bind.port());
  const std::string primaries = "127.0.0.1 port " + std::to_string(world_.port()) + " key pool.key.; 127.0.0.2 port " +
                                std::to_string(world_.port()) + " key pool.key.; ";
  const auto added = bind.rndc(
      {"addzone", "bind.example.", "{ type secondary; file \"bind.example\"; primaries { " + primaries + "}; };"});
  ASSERT_EQ(added.status, 0) << added.err;
  harness::SoaAsker asker("127.0.0.1", bind.port());
  const auto serves = [&] {
    return eventually([&] {
      const auto answer = asker.ask("bind.example.");
      return answer && answer->serial == zone.serial;
    });
  };
  ASSERT_TRUE(serves()) << bind.log();
  ASSERT_TRUE(eventually([&] {
    return servers_[0]->log().find("nameservers=1") != std::string::npos &&
           servers_[1]->log().find("nameservers=1") != std::string::npos;
  }));
  // Until each knows of the other, each rightly sends.
  for (const auto& server : servers_) {
    ASSERT_TRUE(eventually([&] { return server->metric("minidns_mdns_instances_live") == 2; })) << server->log();
  }
  const auto sent = [&] {
    int count = 0;
    for (const auto& server : servers_) count += count_of(server->log(), "msg=\"NOTIFY sent\" zone=bind.example.");
    return count;
  };
  const int before = sent();
  constexpr int changes = 10;
  for (int i = 0; i < changes; ++i) {
    world_.change_zone(zone, {{"a.bind.example.", "A", {"192.0.2." + std::to_string(10 + i)}}});
    ASSERT_TRUE(serves()) << bind.log();
  }
  // One each; a second is allowed where a heartbeat came late, but not as a rule.
  EXPECT_GE(sent() - before, changes);
  EXPECT_LE(sent() - before, changes + changes / 2);
  EXPECT_EQ(harness::dig("127.0.0.1", bind.port(), {"a.bind.example.", "A"}).size(), 1U);

  for (std::size_t which : {0U, 1U}) {
    servers_[which]->kill();
    world_.change_zone(zone, {{"a.bind.example.", "A", {"192.0.2." + std::to_string(100 + which)}}});
    EXPECT_TRUE(serves()) << "without mdns " << which << "\n" << bind.log();
    servers_[which]->start();
  }
}

TEST_F(MdnsNotify, ASignedNotifyIsAcceptedByBind) {
  const auto key = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  auto zone = world_.create_zone("signed.example.", {});
  auto& server = start("127.0.0.1");
  harness::BindServer bind({key});
  const auto added = bind.rndc({"addzone", "signed.example.",
                                "{ type secondary; file \"s\"; allow-notify { key pool.key.; }; primaries { 127.0.0.1 "
                                "port " +
                                    std::to_string(world_.port()) + " key pool.key.; }; };"});
  ASSERT_EQ(added.status, 0) << added.err;
  world_.add_nameserver("bind", "127.0.0.1", bind.port(), "pool.key.");
  ASSERT_TRUE(eventually([&] { return server.log().find("nameservers=1") != std::string::npos; }));
  world_.change_zone(zone, {{"a.signed.example.", "A", {"192.0.2.1"}}});
  EXPECT_TRUE(eventually([&] { return server.metric("minidns_mdns_notify_total{result=\"acknowledged\"}") >= 1; }))
      << bind.log();
  EXPECT_TRUE(eventually([&] { return bind.log().find("TSIG 'pool.key'") != std::string::npos; })) << bind.log();
}

TEST_F(MdnsNotify, WhoIsSilentIsToldAgainWhoRefusesIsNot) {
  auto zone = world_.create_zone("quiet.example.", {});
  world_.change_zone(zone, {});
  world_.change_zone(zone, {});
  auto& server = start("127.0.0.1", "notify: {retry: 100ms, attempts_max: 3}\n");
  auto silent = PeerSocket::bind_udp("127.0.0.1");
  world_.add_nameserver("silent", "127.0.0.1", silent.port());
  ASSERT_TRUE(eventually([&] { return server.log().find("nameservers=1") != std::string::npos; }));
  world_.change_zone(zone, {{"a.quiet.example.", "A", {"192.0.2.1"}}});
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto notify = next_notify(silent, zone.name, -1);
    ASSERT_TRUE(notify) << attempt;
    EXPECT_EQ(notify->header.opcode, dns::Opcode::notify);
    EXPECT_TRUE(notify->header.aa);
    EXPECT_EQ(notify->answer.size(), 1U) << "with the SOA";
  }
  EXPECT_TRUE(eventually([&] { return server.metric("minidns_mdns_notify_total{result=\"failed\"}") == 1; }));
  world_.change_zone(zone, {{"b.quiet.example.", "A", {"192.0.2.1"}}});
  ASSERT_TRUE(next_notify(silent, zone.name, 5));
  EXPECT_TRUE(eventually([&] { return server.metric("minidns_mdns_notify_total{result=\"refused\"}") == 1; }));
  EXPECT_NE(server.log().find("NOTIFY refused"), std::string::npos);
  EXPECT_FALSE(next_notify(silent, zone.name, 0, 1s)) << "not again";
}

TEST_F(MdnsNotify, ARequestToNotifyAgainIsHonoured) {
  auto zone = world_.create_zone("again.example.", {});
  auto peer = PeerSocket::bind_udp("127.0.0.1");
  const auto nameserver = world_.add_nameserver("peer", "127.0.0.1", peer.port());
  start("127.0.0.1");
  const auto at_start = next_notify(peer, zone.name, 0);
  ASSERT_TRUE(at_start) << "clears BIND's memory of an unreachable primary";
  EXPECT_TRUE(at_start->answer.empty()) << "without a SOA, or BIND would ignore it";
  (void)world_.sql("notify minidns_renotify, '" + nameserver.to_string() + " " + zone.id.to_string() + "'");
  const auto again = next_notify(peer, zone.name, 0);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->answer.size(), 1U);
}

}  // namespace
}  // namespace minidns::mdns::test
