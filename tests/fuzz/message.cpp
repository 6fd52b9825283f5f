// parse_message on anything; what it takes must read back the same after we have written it.

#include "dns/wire/message.hpp"

#include "dns/wire/request.hpp"
#include "dns/wire/writer.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <utility>

namespace minidns::fuzz {
namespace {

using dns::Message;
using dns::MessageWriter;
using dns::Record;
using dns::Section;

bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    // Octets, not ==: compression must keep the case of names.
    if (as_text(a[i].owner.wire()) != as_text(b[i].owner.wire()) || a[i].type != b[i].type ||
        a[i].klass != b[i].klass || a[i].ttl != b[i].ttl || a[i].rdata != b[i].rdata) {
      return false;
    }
  }
  return true;
}

bool write(MessageWriter& writer, Section section, const std::vector<Record>& records) {
  for (const auto& record : records) {
    if (!writer.record(section, record.owner, record.type, record.klass, record.ttl, record.rdata)) {
      return false;
    }
  }
  return true;
}

void check_round_trip(const Message& message) {
  if (message.question.size() > 1) {
    return;  // never written
  }
  MessageWriter writer(dns::message_size_octets_max);
  writer.header(message.header);
  for (const auto& question : message.question) {
    writer.question(question);
  }
  if (message.edns) {
    writer.reserve(dns::edns_size_octets);
  }
  if (!write(writer, Section::answer, message.answer) || !write(writer, Section::authority, message.authority) ||
      !write(writer, Section::additional, message.additional)) {
    return;  // compressed better than we compress: doesn't fit
  }
  if (message.edns) {
    writer.edns(message.edns->udp_size_octets, message.edns->dnssec_ok, message.edns->rcode_high);
  }
  const Bytes octets = std::move(writer).finish();
  const auto again = dns::parse_message(octets);
  require(again.has_value(), "a written message can be read");
  require(same(message.answer, again->answer), "answer");
  require(same(message.authority, again->authority), "authority");
  require(same(message.additional, again->additional), "additional");
  require(message.edns.has_value() == again->edns.has_value(), "EDNS");
}

Bytes answer(bool with_tsig) {
  const auto zone = *dns::Name::from_text("Example.org.");
  const auto text = [](const char* name) { return *dns::Name::from_text(name); };
  const auto rdata = [](const dns::Name& name, Bytes before, Bytes after) {
    before.insert(before.end(), name.wire().begin(), name.wire().end());
    before.insert(before.end(), after.begin(), after.end());
    return before;
  };
  MessageWriter writer(dns::message_size_octets_max);
  dns::Header header;
  header.id = 0x1234;
  header.qr = header.aa = true;
  writer.header(header);
  writer.question({zone, dns::RRType::axfr, dns::class_in});
  bool fits = true;
  const auto add = [&](Section section, const char* owner, dns::RRType type, const Bytes& octets) {
    fits = writer.record(section, text(owner), type, dns::class_in, 300, octets) && fits;
  };
  Bytes soa = rdata(text("ns.example.org."), {}, {});
  soa = rdata(text("host.Example.org."), soa, Bytes(20, 1));
  add(Section::answer, "Example.org.", dns::RRType::soa, soa);
  add(Section::answer, "example.org.", dns::RRType::ns, rdata(text("ns.example.org."), {}, {}));
  add(Section::answer, "example.org.", dns::RRType::mx, rdata(text("mail.example.org."), {0, 10}, {}));
  add(Section::answer, "_sip._tcp.example.org.", dns::RRType::srv, rdata(text("sip.example.org."), Bytes(6, 1), {}));
  add(Section::answer, "e164.example.org.", dns::RRType::naptr,
      rdata(text("x.example.org."), {0, 1, 0, 1, 1, 'u', 1, 's', 0}, {}));
  add(Section::authority, "a.b.c.example.org.", dns::RRType::txt, {3, 'a', 'b', 'c'});
  add(Section::additional, ".", dns::RRType::a, {192, 0, 2, 1});
  writer.edns(1232, true, 0);
  if (with_tsig) {
    Bytes tsig = rdata(text("hmac-sha256."), {}, Bytes(8, 7));
    tsig.insert(tsig.end(), {0, 32});
    tsig.insert(tsig.end(), 32, 0xaa);
    tsig.insert(tsig.end(), {0x12, 0x34, 0, 0, 0, 0});
    fits = writer.record(Section::additional, text("key."), dns::RRType::tsig, 255, 0, tsig) && fits;
  }
  require(fits, "the seeds fit a message");
  return std::move(writer).finish();
}

}  // namespace

std::vector<Bytes> seeds() {
  const auto zone = *dns::Name::from_text("example.org.");
  const auto soa = *dns::Rdata::from_octets(Bytes(22, 0));
  return {answer(false),
          answer(true),
          dns::make_query(1, zone, dns::RRType::axfr),
          dns::make_query(2, zone, dns::RRType::soa, 1232, true),
          dns::make_ixfr_query(3, zone, soa),
          dns::make_notify(4, zone, soa)};
}

}  // namespace minidns::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = minidns::dns::parse_message({data, size});
  if (message) {
    minidns::fuzz::check_round_trip(*message);
  }
  return 0;
}
