#include "base/secret_box.hpp"
#include "mdns/peers.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

namespace minidns::mdns::test {
namespace {

std::vector<std::string> names_of(const std::vector<NotifyTarget>& targets) {
  std::vector<std::string> names;
  for (const NotifyTarget& target : targets) {
    names.push_back(target.name);
  }
  return names;
}

TEST(Peers, OfACatalogZoneOnlyItsConsumersAreTold) {
  const ZoneId catalog(uuid(50)), unread(uuid(51)), zone(uuid(1));
  const PoolId pool(uuid(1));
  storage::TransferPeers stored{
      {}, {nameserver(1, 1, "192.0.2.1", false), nameserver(2, 1, "192.0.2.2", false)}, {catalog, unread}};
  stored.peers[1].catalog = catalog;
  const auto box = *SecretBox::create(Secret(Bytes(32, 7)));
  const Logger log("test", LogLevel::error, 2);
  const auto peers = make_peers(stored, box, log);
  EXPECT_EQ(names_of(peers->targets_of(pool, zone)), (std::vector<std::string>{"ns-1", "ns-2"}));
  EXPECT_EQ(names_of(peers->targets_of(pool, catalog)), std::vector<std::string>{"ns-2"});
  EXPECT_TRUE(peers->targets_of(pool, unread).empty());
  EXPECT_EQ(peers->catalogs(), (std::set<ZoneId>{catalog, unread}));
}

TEST(Peers, WhoIsOutOfWorkIsToldOfNothing) {
  using State = storage::StoredPeer::State;
  auto stored = std::vector{nameserver(1, 1, "192.0.2.1", true), nameserver(2, 1, "192.0.2.2", true),
                            nameserver(3, 1, "192.0.2.3", true), nameserver(4, 1, "192.0.2.4", true)};
  stored[0].state = State::bootstrapping;
  stored[1].state = State::in_service;
  stored[2].state = State::maintenance;
  stored[3].state = State::retired;
  const auto known = peers(std::move(stored));
  EXPECT_EQ(names_of(known->targets_of(PoolId(uuid(1)))), (std::vector<std::string>{"ns-1", "ns-2"}));
  const auto may_ask = [&](const char* address) {
    return known->allows_unsigned_soa(boost::asio::ip::make_address(address), PoolId(uuid(1)));
  };
  EXPECT_TRUE(may_ask("192.0.2.3")) << "in maintenance it may transfer by its own timers";
  EXPECT_FALSE(may_ask("192.0.2.4"));
}

}  // namespace
}  // namespace minidns::mdns::test
