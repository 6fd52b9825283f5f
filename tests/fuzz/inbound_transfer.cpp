// Messages of an inbound transfer from a hostile primary: whatever comes, the reader ends, and what it gives out can be
// part of a zone.

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "dns/wire/writer.hpp"
#include "mdns/inbound/difference.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <utility>

namespace minidns::fuzz {
namespace {

using namespace mdns;

const dns::Name& zone() {
  static const dns::Name name = *dns::Name::from_text("example.org.");
  return name;
}

constexpr std::uint16_t id = 0x1234;
constexpr dns::TransferLimits limits{1 << 20, 5000};

void check(const dns::AddedRecord& record) {
  const dns::RRset one{record.owner, record.type, record.ttl, {record.rdata}};
  require(dns::check_for_snapshot(one, zone()).has_value(), "an added record fits a zone");
}

/// The input is a stream of messages, each with its length before it, as by TCP.
void read(const dns::TransferQuestion& question, ByteView stream) {
  dns::TransferReader reader(question, limits);
  InboundDifference difference(zone());
  std::uint64_t records = 0;
  while (stream.size() > 2 && !reader.is_done()) {
    const std::size_t size = std::size_t{stream[0]} << 8 | stream[1];
    stream = stream.subspan(2);
    const ByteView octets = stream.first(std::min(size, stream.size()));
    stream = stream.subspan(octets.size());
    const auto message = dns::parse_message(octets);
    if (!message) {
      return;
    }
    auto events = reader.read(*message, octets.size());
    if (!events) {
      return;
    }
    for (dns::TransferEvent& event : *events) {
      if (auto* added = std::get_if<dns::AddedRecord>(&event)) {
        check(*added);
        difference.add(std::move(*added));
        ++records;
      } else if (auto* removed = std::get_if<dns::RemovedRecord>(&event)) {
        difference.remove(std::move(*removed));
        ++records;
      } else if (std::holds_alternative<dns::TransferEnd>(event)) {
        require(reader.is_done(), "the end is the end");
      }
    }
    require(records <= limits.records_max, "no more records than the limit");
  }
  const auto changes = difference.apply({});
  require(!changes || changes->size() <= records, "no more changes than records");
}

Bytes stream(dns::RRType type, const std::vector<std::pair<const char*, int>>& records) {
  dns::MessageWriter writer(dns::message_size_octets_max);
  dns::Header header;
  header.id = id;
  header.qr = header.aa = true;
  writer.header(header);
  writer.question({zone(), type, dns::class_in});
  for (const auto& [owner, serial] : records) {
    const auto name = *dns::Name::from_text(owner);
    const bool is_soa = serial >= 0;
    Bytes rdata(is_soa ? 22 : 4, 0);  // two root names and five numbers, or an address
    if (is_soa) {
      rdata[5] = static_cast<std::uint8_t>(serial);
    }
    require(writer.record(dns::Section::answer, name, is_soa ? dns::RRType::soa : dns::RRType::a, dns::class_in, 300,
                          rdata),
            "the seeds fit a message");
  }
  const Bytes message = std::move(writer).finish();
  Bytes framed(2 + message.size(), 0);
  framed[0] = static_cast<std::uint8_t>(message.size() >> 8);
  framed[1] = static_cast<std::uint8_t>(message.size() & 0xff);
  std::copy(message.begin(), message.end(), framed.begin() + 2);
  return framed;
}

}  // namespace

std::vector<Bytes> seeds() {
  const char* apex = "example.org.";
  Bytes two = stream(dns::RRType::axfr, {{apex, 5}, {"a.example.org.", -1}});
  const Bytes rest = stream(dns::RRType::axfr, {{"b.example.org.", -1}, {apex, 5}});
  two.insert(two.end(), rest.begin(), rest.end());
  return {stream(dns::RRType::axfr, {{apex, 5}, {"a.example.org.", -1}, {apex, 5}}),
          stream(dns::RRType::ixfr,
                 {{apex, 5}, {apex, 3}, {"a.example.org.", -1}, {apex, 5}, {"b.example.org.", -1}, {apex, 5}}),
          stream(dns::RRType::ixfr, {{apex, 3}}), two};
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace minidns;
  fuzz::read({fuzz::zone(), dns::RRType::axfr, fuzz::id, {}}, {data, size});
  fuzz::read({fuzz::zone(), dns::RRType::ixfr, fuzz::id, dns::Serial(3)}, {data, size});
  return 0;
}
