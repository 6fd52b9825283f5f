// More transfers than there are places for: who waits, who is sent away, and in which order answers come. Edge cases 37
// and 38.

#include "dns/wire/message.hpp"
#include "tests/harness/bind_server.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"
#include "tests/harness/powerdns_server.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_under_attack.hpp"

namespace minidns::mdns::test {
namespace {

using harness::eventually;
using namespace std::chrono_literals;

using MdnsCrowds = UnderAttack;

std::uint16_t id_of(const Bytes& message) {
  return static_cast<std::uint16_t>(message[0] << 8 | message[1]);
}

TEST_F(MdnsCrowds, TwoTransfersAndAQueryOnOneConnectionAreAnsweredInOrder) {
  start("");
  const auto socket = connect_from("127.0.0.20");
  Bytes all;
  for (const auto& [id, type] : {std::pair(1, dns::RRType::axfr), {2, dns::RRType::axfr}, {3, dns::RRType::soa}}) {
    const Bytes one = request(static_cast<std::uint16_t>(id), type);
    all.insert(all.end(), one.begin(), one.end());
  }
  socket.send(all);
  std::vector<int> records(4);
  std::uint16_t last = 1;
  while (last < 3) {
    const auto octets = socket.read_message(30s);
    ASSERT_TRUE(octets);
    const auto message = dns::parse_message(*octets);
    ASSERT_TRUE(message);
    EXPECT_GE(id_of(*octets), last);
    last = id_of(*octets);
    records.at(last) += static_cast<int>(message->answer.size());
  }
  EXPECT_EQ(records, (std::vector<int>{0, zone_records + 4, zone_records + 4, 1}));
}

TEST_F(MdnsCrowds, ATransferKeepsItsVersionWhenTheZoneChangesAndGoes) {
  start("");
  const auto socket = connect_from("127.0.0.20", 4096);
  socket.send(request(1, dns::RRType::axfr));
  const auto first = socket.read_message(30s);
  ASSERT_TRUE(first);
  const auto begin = dns::parse_message(*first).value();
  world_.change_zone(zone_, {{"new.large.example.", "A", {"192.0.2.1"}}});
  world_.delete_zone(zone_);
  ASSERT_TRUE(eventually([&] { return server_->readiness().find("zones=0") != std::string::npos; }));
  std::size_t records = begin.answer.size();
  dns::Message last = begin;
  while (records < zone_records + 4) {
    const auto octets = socket.read_message(30s);
    ASSERT_TRUE(octets) << records;
    last = dns::parse_message(*octets).value();
    records += last.answer.size();
  }
  EXPECT_EQ(records, static_cast<std::size_t>(zone_records + 4)) << "nothing of the newer version";
  EXPECT_EQ(last.answer.back().type, dns::RRType::soa);
  EXPECT_EQ(last.answer.back().rdata, begin.answer.front().rdata);
}

TEST_F(MdnsCrowds, WhoFindsTheQueueFullIsSentAwayWithoutAnErrorCodeAndComesAgain) {
  start("transfers: {running_max: 1, running_per_peer_max: 1, waiting_max: 1}\ntcp: {write_limit: 3s}\n");
  const auto small = world_.create_zone("small.example.", {{"a.small.example.", "A", {"192.0.2.1"}}});
  harness::BindServer bind({key_});
  harness::KnotServer knot({key_});
  harness::NsdServer nsd({key_});
  const auto fill = [&](int number) {
    auto stuck = connect_from("127.67.0." + std::to_string(number), 4096);
    stuck.send(request(1, dns::RRType::axfr));
    return stuck;
  };
  std::vector<PeerSocket> stuck;
  stuck.push_back(fill(1));
  stuck.push_back(fill(2));
  ASSERT_TRUE(eventually([&] { return metric("minidns_mdns_transfers_waiting") == 1; }));
  const auto refused = connect_from("127.67.0.3");
  refused.send(request(1, dns::RRType::axfr));
  EXPECT_FALSE(refused.read_message(2s)) << "closed, without an answer";
  EXPECT_GE(metric("minidns_mdns_transfers_unserved_total{reason=\"queue_full\"}"), 1);
  const std::vector<harness::Secondary*> secondaries{&bind, &knot, &nsd};
  for (auto* secondary : secondaries) secondary->add_zone(small.name, {{"127.0.0.1", world_.port(), key_.name}});
  // The stuck ones are cut in turn; nobody tells the secondaries to try again.
  for (auto* secondary : secondaries) {
    EXPECT_TRUE(eventually(
        [&] {
          return harness::run({"dig", "@" + secondary->address(), "-p", std::to_string(secondary->port()), "+short",
                               "+time=1", "+tries=1", "a.small.example.", "A"})
                     .out == "192.0.2.1\n";
        },
        std::chrono::minutes(2)))
        << secondary->log();
  }
}

}  // namespace
}  // namespace minidns::mdns::test
