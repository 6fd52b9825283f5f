// The short way to answer a SOA query must say, octet for octet, what the general way says, or stand aside.

#include "mdns/nameserver/soa_query.hpp"

#include "dns/soa.hpp"
#include "dns/wire/request.hpp"
#include "mdns/nameserver/answer.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace minidns::fuzz {
namespace {

using namespace mdns;

dns::Name name(const char* text) {
  return dns::Name::from_text(text).value();
}

ZoneEntry zone(dns::Name apex, const char* mname, const char* rname) {
  const dns::Soa soa{name(mname), name(rname), dns::Serial(0), 3600, 600, 604'800, 300};
  return {ZoneId(Uuid(std::array<std::uint8_t, 16>{})),
          std::move(apex),
          PoolId(Uuid(std::array<std::uint8_t, 16>{})),
          dns::Version(1),
          dns::Serial(0xfedc'ba98),
          std::make_shared<const SoaTemplate>(SoaTemplate{dns::Ttl::from_wire(3600), soa.to_rdata()})};
}

const std::string long_label(63, 'x');
const std::string long_name = long_label + "." + long_label + "." + long_label + ".abc.";

/// Names that share much and little: each compresses in another way.
void check(ByteView octets, const dns::Message& message, const PlainSoaQuery& query, const char* mname,
           const char* rname) {
  const ZoneEntry entry = zone(dns::Name::from_wire(query.name()).value(), mname, rname);
  const ReplySettings settings;
  const Request request{message, {boost::asio::ip::address_v4::loopback(), Transport::udp}, std::nullopt};
  const Bytes expected = answer_soa(request, entry, settings, WallTime{}).octets;
  std::array<std::uint8_t, plain_soa_answer_octets_max> room{};
  const std::size_t size = write_soa_answer(octets, query, entry, settings, room);
  const bool truncated = (expected[2] & 2U) != 0;
  require(truncated == (size == 0), "stands aside when it doesn't fit");
  require(size == 0 || std::ranges::equal(ByteView(room).first(size), expected), "the same octets");
}

void check_all(ByteView octets) {
  const auto query = as_plain_soa_query(octets);
  if (!query) {
    return;
  }
  const auto message = dns::parse_message(octets);
  require(message.has_value(), "only what can be parsed");
  require(!message->tsig && message->question.size() == 1, "nothing but a question");
  check(octets, *message, *query, "ns1.test.", "hostmaster.test.");
  check(octets, *message, *query, "a.example.", "example.");
  check(octets, *message, *query, "NS.Example.", "b.NS.Example.");
  check(octets, *message, *query, ".", ".");
  check(octets, *message, *query, long_name.c_str(), (long_name.substr(2)).c_str());
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const char* zone_name : {"example.", "a.b.example.", "ns1.test.", ".", "EXAMPLE."}) {
    all.push_back(dns::make_query(7, name(zone_name), dns::RRType::soa));
    all.push_back(dns::make_query(7, name(zone_name), dns::RRType::soa, 4096, true));
    all.push_back(dns::make_query(7, name(zone_name), dns::RRType::soa, 100));
  }
  all.push_back(dns::make_query(7, name(long_name.c_str()), dns::RRType::soa));
  return all;
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  minidns::fuzz::check_all({data, size});
  return 0;
}
