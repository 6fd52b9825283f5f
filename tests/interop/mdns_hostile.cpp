// Peers that send nonsense, stall, read slowly or come in crowds: they lose their connection, nobody else notices.

#include "dns/wire/request.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_socket.hpp"
#include "tests/interop/mdns_world.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <random>

namespace minidns::mdns::test {
namespace {

using harness::eventually;
using namespace std::chrono_literals;

const std::string server_address = "127.0.0.1";

class MdnsHostile : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>("hostile");
    key_ = world_->add_key("pool.key.", "hmac-sha256", "POOL", world_->pool().uuid());
    zone_ = std::make_unique<WrittenZone>(world_->create_zone("z.example.", {{"a.z.example.", "A", {"192.0.2.1"}}}));
    server_ = world_->start_mdns(server_address,
                                 "unsigned_queries: {allow: [127.0.0.1]}\n"
                                 "tcp: {idle_limit: 1s, read_limit: 1s, write_limit: 1s, connections_max: 60,"
                                 " connections_per_peer_max: 20}\n");
  }
  static void TearDownTestSuite() {
    server_.reset();
    world_.reset();
  }
  void TearDown() override {
    EXPECT_TRUE(server_->running());
    EXPECT_TRUE(answers()) << "still serving";
    if (HasFailure()) std::cerr << server_->log();
  }

  static PeerSocket connect(int receive_buffer_octets = 0) {
    return PeerSocket::connect_tcp(server_address, world_->port(), receive_buffer_octets);
  }
  static Bytes query(std::uint16_t id = 1) {
    return dns::make_query(id, dns::Name::from_text("z.example.").value(), dns::RRType::soa);
  }
  static bool answers() {
    auto socket = PeerSocket::bind_udp("127.0.0.1");
    return eventually([&] {
      socket.send_to(query(), server_address, world_->port());
      const auto answer = socket.receive(500ms);
      return answer && answer->size() > 40;
    });
  }
  static std::vector<std::string> axfr_command() {
    return {"dig",        "@" + server_address,
            "-p",         std::to_string(world_->port()),
            "-y",         key_.algorithm + ":" + key_.name + ":" + key_.secret,
            "z.example.", "AXFR"};
  }

  static std::unique_ptr<World> world_;
  static std::unique_ptr<harness::Program> server_;
  static std::unique_ptr<WrittenZone> zone_;
  static harness::KeySpec key_;
};

std::unique_ptr<World> MdnsHostile::world_;
std::unique_ptr<harness::Program> MdnsHostile::server_;
std::unique_ptr<WrittenZone> MdnsHostile::zone_;
harness::KeySpec MdnsHostile::key_;

TEST_F(MdnsHostile, NonsenseByUdpDoesNoHarm) {
  std::mt19937 random(7);
  auto socket = PeerSocket::bind_udp("127.0.0.1");
  for (int i = 0; i < 20'000; ++i) {
    Bytes octets = i % 2 == 0 ? query() : Bytes(random() % 600);
    if (i % 2 == 0) {  // a good query with some octets changed, at times cut
      for (auto n = random() % 6; n > 0; --n) octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
      octets.resize(octets.size() - random() % 4);
    } else {
      for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
    }
    socket.send_to(octets, server_address, world_->port());
  }
}

TEST_F(MdnsHostile, NonsenseByTcpEndsTheConnectionOnly) {
  for (const Bytes& octets : {Bytes{0, 0}, Bytes{0, 5, 1, 2, 3, 4, 5}, Bytes{0xff, 0xff}, framed(Bytes(12, 0xff))}) {
    const auto socket = connect();
    socket.send(octets);
    EXPECT_TRUE(socket.is_closed_within(5s));
  }
  // A name that points to itself is a format error, and the connection goes on.
  auto loop = query(0x4242);
  loop[12] = 0xc0;
  loop[13] = 12;
  const auto socket = connect();
  socket.send(framed(loop));
  const auto answer = socket.read_message(5s);
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)[3] & 0xf, 1);
  socket.send(framed(query()));
  EXPECT_TRUE(socket.read_message(5s));
}

TEST_F(MdnsHostile, WhoStallsOrIsIdleIsCut) {
  const auto idle = connect();
  const auto half_a_length = connect();
  half_a_length.send(Bytes{0});
  const auto half_a_query = connect();
  const auto whole = framed(query());
  half_a_query.send(ByteView(whole).first(10));
  EXPECT_TRUE(idle.is_closed_within(5s));
  EXPECT_TRUE(half_a_length.is_closed_within(5s));
  EXPECT_TRUE(half_a_query.is_closed_within(5s));
}

TEST_F(MdnsHostile, AHundredRequestsInOnePacketAreAllAnsweredInOrder) {
  const auto socket = connect();
  Bytes all;
  for (std::uint16_t id = 1; id <= 100; ++id) {
    const auto one = framed(query(id));
    all.insert(all.end(), one.begin(), one.end());
  }
  socket.send(all);
  socket.shut_down_writing();
  for (std::uint16_t id = 1; id <= 100; ++id) {
    const auto answer = socket.read_message(5s);
    ASSERT_TRUE(answer) << id;
    EXPECT_EQ((*answer)[0] << 8 | (*answer)[1], id);
  }
  EXPECT_TRUE(socket.is_closed_within(5s));
}

TEST_F(MdnsHostile, ACrowdOfConnectionsFromOnePeerIsLimited) {
  std::vector<PeerSocket> crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back(connect());
  int closed_at_once = 0;
  for (const auto& socket : crowd) closed_at_once += socket.is_closed_within(20ms) ? 1 : 0;
  EXPECT_GE(closed_at_once, 20);
  EXPECT_GE(server_->metric("minidns_mdns_connections_closed_total{reason=\"evicted\"}"), 20);
  crowd.clear();
  EXPECT_TRUE(eventually([&] { return server_->metric("minidns_mdns_connections_open") == 0; }));
}

TEST_F(MdnsHostile, ASlowReaderIsCutAndOthersAreServed) {
  world_->fill_zone(*zone_, 10'000);
  ASSERT_TRUE(eventually(
      [&] { return harness::run(axfr_command()).out.find("XFR size: 10005 records") != std::string::npos; }));
  const double stalled = server_->metric("minidns_mdns_connections_closed_total{reason=\"stalled\"}");
  // Many large answers asked for at once over one connection, and none is read. The key's requests are made by dig
  // only, so this one asks what is allowed unsigned: the same answer again and again until the pipe is full.
  const auto socket = connect(2048);
  const auto one = framed(dns::make_query(1, dns::Name::from_text("z.example.").value(), dns::RRType::ns));
  Bytes many;
  for (int i = 0; i < 1000; ++i) many.insert(many.end(), one.begin(), one.end());
  EXPECT_TRUE(eventually([&] {
    try {
      socket.send(many);
    } catch (const std::system_error&) {  // cut, or our own pipe is full
    }
    return server_->metric("minidns_mdns_connections_closed_total{reason=\"stalled\"}") > stalled;
  }));
  EXPECT_NE(harness::run(axfr_command()).out.find("XFR size"), std::string::npos);
}

}  // namespace
}  // namespace minidns::mdns::test
