#include "dns/wire/writer.hpp"
#include "mdns/nameserver/transfer_messages.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace minidns::mdns::test {
namespace {

struct Body {
  Bytes first, second;
  std::uint16_t ancount;
};

/// Hands out what it is given; nobody looks at what it says.
class FakeSource final : public dns::TransferSource {
 public:
  explicit FakeSource(const std::vector<Body>& bodies) : bodies_(bodies) {}
  std::optional<dns::TransferBody> next() override {
    if (next_ == bodies_.size()) {
      return std::nullopt;
    }
    const Body& body = bodies_[next_++];
    return dns::TransferBody{{body.first, body.second}, body.ancount};
  }

 private:
  const std::vector<Body>& bodies_;
  std::size_t next_ = 0;
};

std::vector<Body> random_bodies(std::mt19937& random, std::size_t octets_max) {
  std::vector<Body> bodies(1 + random() % 150);
  for (Body& body : bodies) {
    const std::size_t octets = 1 + random() % octets_max;
    const std::size_t first = random() % 4 == 0 ? octets / 2 + 1 : octets;
    body.first.assign(first, static_cast<std::uint8_t>(random()));
    body.second.assign(octets - first, static_cast<std::uint8_t>(random()));
    body.ancount = static_cast<std::uint16_t>(1 + random() % 1000);
  }
  return bodies;
}

Bytes expected_octets(const Body& body) {
  Bytes octets = body.first;
  octets.insert(octets.end(), body.second.begin(), body.second.end());
  return octets;
}

std::size_t u16(ByteView octets, std::size_t at) {
  return std::size_t{octets[at]} << 8U | octets[at + 1];
}

/// Every body in its message, in order, behind header and question, whatever the batches are.
void check(const Request& request, const std::vector<Body>& bodies, bool edns) {
  TransferMessages messages(request, ReplySettings{}, std::make_unique<FakeSource>(bodies));
  const WallTime now = ManualClock().wall();
  const std::size_t head = dns::header_size_octets + request.question().name.wire().size() + 4;
  std::size_t count = 0;
  for (auto batch = messages.next(now); !batch.parts.empty(); batch = messages.next(now)) {
    ASSERT_LE(batch.parts.size(), TransferMessages::batch_parts_max);
    const Bytes stream = join(batch.parts);
    ASSERT_EQ(stream.size(), batch.size_octets);
    std::size_t in_batch = 0;
    for (std::size_t at = 0; at < stream.size(); ++in_batch) {
      ASSERT_LT(at, TransferMessages::batch_octets_max) << "begun in a batch that was full";
      const auto message = ByteView(stream).subspan(at + 2, u16(stream, at));
      const Bytes body = expected_octets(bodies.at(count));
      const std::size_t opt = edns && count == 0 ? dns::edns_size_octets : 0;
      const std::size_t tsig = request.verified ? tsig_octets(*request.verified) : 0;
      ASSERT_EQ(message.size(), head + body.size() + opt + tsig);
      ASSERT_TRUE(std::ranges::equal(message.subspan(head, body.size()), body));
      ASSERT_EQ(u16(message, 4), 1U);
      ASSERT_EQ(u16(message, 6), bodies[count].ancount);
      ASSERT_EQ(u16(message, 10), (opt > 0 ? 1U : 0U) + (tsig > 0 ? 1U : 0U));
      at += 2 + message.size();
      ++count;
    }
    ASSERT_LE(in_batch, TransferMessages::batch_messages_max);
  }
  EXPECT_EQ(count, bodies.size());
  EXPECT_TRUE(messages.next(now).parts.empty()) << "after the end there is nothing";
}

TEST(TransferMessages, EveryBodyHasItsMessageWhateverTheBatches) {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    for (const char* key : {"", "key-1."}) {
      Request asked = request("a.zone.example.", dns::RRType::axfr, key, Transport::tcp);
      const bool edns = random() % 2 == 0;
      asked.message.edns = edns ? std::optional(dns::Edns{}) : std::nullopt;
      const std::size_t octets_max = std::array<std::size_t, 3>{30, 16'384, 60'000}[random() % 3];
      check(asked, random_bodies(random, octets_max), edns);
    }
  }
}

}  // namespace
}  // namespace minidns::mdns::test
