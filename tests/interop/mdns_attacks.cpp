// Floods and peers that don't read, from many addresses at once: a secondary that behaves gets its transfers meanwhile,
// and the server's memory stays what it was. The verdict is dig's, and the kernel's on memory.

#include "dns/wire/request.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_under_attack.hpp"

#include <deque>

namespace minidns::mdns::test {
namespace {

using harness::eventually;
using namespace std::chrono_literals;

using MdnsAttacks = UnderAttack;

/// One of 50 peers.
std::string attacker(int number) {
  return "127.66.0." + std::to_string(1 + number % 50);
}

TEST_F(MdnsAttacks, AFloodOfConnectionsKeepsNobodyOut) {
  start("tcp: {connections_max: 300, connections_per_peer_max: 50}\n");
  const auto before = memory_peak();
  {
    std::deque<PeerSocket> held;  // more than the server has places for
    const Attack flood([&](int number) {
      held.push_back(connect_from(attacker(number)));
      if (held.size() > 600) held.pop_front();
    });
    ASSERT_TRUE(
        eventually([&] { return metric("minidns_mdns_connections_closed_total{reason=\"evicted\"}") > 300; }, 3min));
    EXPECT_EQ(transfers_of_a_good_peer(10), 10);
  }
  EXPECT_LT(memory_peak(), before + memory_growth_max);
  EXPECT_TRUE(eventually([&] { return metric("minidns_mdns_connections_open") == 0; }));
}

TEST_F(MdnsAttacks, ConnectionsThatSendHalfARequestOrNoneTakeNoPlaceForLong) {
  start("tcp: {connections_max: 100, connections_per_peer_max: 50, idle_limit: 2s, read_limit: 2s}\n");
  std::vector<PeerSocket> held;
  for (int i = 0; i < 100; ++i) {
    held.push_back(connect_from(attacker(i)));
    if (i % 2 == 0) held.back().send(Bytes{0, 40, 1});
  }
  EXPECT_EQ(transfers_of_a_good_peer(3), 3) << "all places were taken";
  EXPECT_TRUE(eventually([&] { return metric("minidns_mdns_connections_open") == 0; }));
}

TEST_F(MdnsAttacks, AFloodOfQueriesByUdpStopsNoTransfer) {
  start("");
  const auto before = memory_peak();
  const auto flood_with = [this](const Bytes& query, const std::string& address) {
    return [this, query, socket = std::make_shared<PeerSocket>(PeerSocket::bind_udp(address))](int) {
      for (int i = 0; i < 64; ++i) socket->send_to(query, "127.0.0.1", world_.port());
    };
  };
  const Bytes with_length = request(1, dns::RRType::soa);
  const Attack with_key(flood_with(Bytes(with_length.begin() + 2, with_length.end()), attacker(1)));
  const Attack without(
      flood_with(dns::make_query(1, dns::Name::from_text(zone_.name).value(), dns::RRType::soa), attacker(2)));
  EXPECT_EQ(transfers_of_a_good_peer(5), 5);
  EXPECT_GT(metric("minidns_mdns_queries_total{result=\"noerror\",transport=\"udp\",type=\"soa\"}"), 1000);
  EXPECT_LT(memory_peak(), before + memory_growth_max);
}

TEST_F(MdnsAttacks, PeersThatReadNothingHoldUpOnlyThemselves) {
  start("transfers: {running_max: 12, running_per_peer_max: 4, running_per_pool_max: 12}\ntcp: {write_limit: 5s}\n");
  const auto before = memory_peak();
  std::vector<PeerSocket> slow;  // two peers with a backlog each
  for (int i = 0; i < 40; ++i) {
    slow.push_back(connect_from(attacker(i % 2), 4096));
    slow.back().send(request(1, dns::RRType::axfr));
  }
  ASSERT_TRUE(eventually([&] { return metric("minidns_mdns_transfers_waiting") >= 32; }));
  EXPECT_EQ(transfers_of_a_good_peer(5), 5) << "eight of twelve places are held up";
  EXPECT_TRUE(eventually([&] { return metric("minidns_mdns_connections_closed_total{reason=\"stalled\"}") >= 8; }));
  EXPECT_LT(memory_peak(), before + memory_growth_max) << "one copy of the zone for all of them";
}

TEST_F(MdnsAttacks, AByteNowAndThenDoesNotKeepAPlace) {
  start("transfers: {octets_per_second_min: 256KiB, rate_window: 1s}\ntcp: {write_limit: 60s}\n");
  std::deque<PeerSocket> slow;
  slow.push_back(connect_from(attacker(1), 4096));
  slow.back().send(request(1, dns::RRType::axfr));
  // Each read makes room for some octets, so that every write gets on before its own deadline.
  EXPECT_TRUE(eventually([&] {
    (void)slow.back().receive(10ms);
    return metric("minidns_mdns_connections_closed_total{reason=\"slow\"}") == 1;
  }));
  EXPECT_TRUE(eventually([&] { return good_peer_is_served(); }));
}

TEST_F(MdnsAttacks, ResetsAndHalfClosedConnectionsLeaveNothingBehind) {
  start("");
  const auto before = memory_peak();
  for (int i = 0; i < 300; ++i) {
    auto socket = connect_from(attacker(i), 4096);
    socket.send(request(1, dns::RRType::axfr));
    if (i % 3 == 0) (void)socket.read_message(5s);
    socket.reset();
  }
  const auto half_closed = connect_from(attacker(1));
  half_closed.send(request(7, dns::RRType::axfr));
  half_closed.shut_down_writing();
  std::size_t octets = 0;
  while (const auto message = half_closed.read_message(10s)) octets += message->size();
  EXPECT_GT(octets, 2'000'000U) << "who only closed his side still gets the zone";
  EXPECT_TRUE(good_peer_is_served());
  EXPECT_TRUE(eventually(
      [&] { return metric("minidns_mdns_connections_open") == 0 && metric("minidns_mdns_transfers_running") == 0; }));
  EXPECT_LT(memory_peak(), before + memory_growth_max);
}

}  // namespace
}  // namespace minidns::mdns::test
