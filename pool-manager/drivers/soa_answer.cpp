#include "pool-manager/drivers/soa_answer.hpp"

#include "dns/soa.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/writer.hpp"

namespace minidns::pool {
namespace {

constexpr std::size_t udp_octets_max = 512;  // RFC 1035 §4.2.1; a name and a header need less

bool answers(const dns::Message& message, const dns::Name& zone) {
  return message.header.qr && message.header.opcode == dns::Opcode::query && message.question.size() == 1 &&
         message.question[0].name == zone && message.question[0].type == dns::RRType::soa &&
         message.question[0].klass == dns::class_in;
}

SoaAnswer read_records(const dns::Message& message, const dns::Name& zone) {
  if (!message.header.aa) {
    return SoaFailure::not_authoritative;
  }
  for (const dns::Record& record : message.answer) {
    if (record.type == dns::RRType::soa && record.klass == dns::class_in && record.owner == zone) {
      const dns::Result<dns::Soa> soa = dns::Soa::from_rdata(record.rdata);
      return soa ? SoaAnswer(soa->serial) : SoaAnswer(SoaFailure::bad_answer);
    }
  }
  return SoaFailure::bad_answer;
}

}  // namespace

std::string_view to_text(SoaFailure failure) {
  switch (failure) {
    case SoaFailure::timeout:
      return "timeout";
    case SoaFailure::refused:
      return "refused";
    case SoaFailure::not_authoritative:
      return "not authoritative";
    case SoaFailure::no_such_name:
      return "no such name";
    case SoaFailure::servfail:
      return "servfail";
    case SoaFailure::bad_answer:
      return "bad answer";
    case SoaFailure::unreachable:
      return "unreachable";
  }
  return "unknown";
}

Bytes encode_soa_query(const dns::Name& zone, std::uint16_t id) {
  dns::MessageWriter writer(udp_octets_max);
  dns::Header header;
  header.id = id;
  writer.header(header);
  writer.question(dns::Question{zone, dns::RRType::soa, dns::class_in});
  return std::move(writer).finish();
}

std::optional<SoaAnswer> decode_soa_answer(ByteView octets, const dns::Name& zone) {
  const dns::Result<dns::Message> message = dns::parse_message(octets);
  if (!message || !answers(*message, zone)) {
    return std::nullopt;
  }
  switch (static_cast<dns::Rcode>(message->header.rcode)) {
    case dns::Rcode::noerror:
      return read_records(*message, zone);
    case dns::Rcode::refused:
    case dns::Rcode::notauth:
      return SoaFailure::refused;
    case dns::Rcode::nxdomain:
      return SoaFailure::no_such_name;
    case dns::Rcode::servfail:
      return SoaFailure::servfail;
    default:  // an open set
      return SoaFailure::bad_answer;
  }
}

}  // namespace minidns::pool
