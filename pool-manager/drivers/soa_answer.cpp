#include "pool-manager/drivers/soa_answer.hpp"

#include "dns/soa.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/request.hpp"

namespace minidns::pool {
namespace {

/// What we take by UDP without fragments (dnsflagday.net/2020).
constexpr std::uint16_t signed_octets_max = 1232;

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

SoaAnswer read_rcode(const dns::Message& message, const dns::Name& zone) {
  switch (static_cast<dns::Rcode>(message.header.rcode)) {
    case dns::Rcode::noerror:
      return read_records(message, zone);
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

/// The one that ends first; what is no RRSIG of the SOA is passed over.
std::optional<SignatureTimes> read_signatures(const dns::Message& message, const dns::Name& zone) {
  std::optional<SignatureTimes> first;
  for (const dns::Record& record : message.answer) {
    if (record.type != dns::RRType::rrsig || record.klass != dns::class_in || record.owner != zone) {
      continue;
    }
    const auto signature = read_signature(record.rdata);
    if (signature && signature->covered == dns::RRType::soa && (!first || ends_before(signature->times, *first))) {
      first = signature->times;
    }
  }
  return first;
}

}  // namespace

std::optional<Signature> read_signature(ByteView rdata) {
  constexpr std::size_t head_octets = 18;  // up to the signer's name
  if (rdata.size() < head_octets) {
    return std::nullopt;
  }
  const auto u32 = [&rdata](std::size_t at) {
    return std::uint32_t{rdata[at]} << 24U | std::uint32_t{rdata[at + 1]} << 16U | std::uint32_t{rdata[at + 2]} << 8U |
           std::uint32_t{rdata[at + 3]};
  };
  const auto covered = static_cast<std::uint16_t>(rdata[0] << 8 | rdata[1]);
  return Signature{dns::RRType(covered), SignatureTimes{.inception_s = u32(12), .expiration_s = u32(8)}};
}

bool ends_before(const SignatureTimes& a, const SignatureTimes& b) {
  return static_cast<std::int32_t>(a.expiration_s - b.expiration_s) < 0;
}

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

Bytes encode_soa_query(const dns::Name& zone, std::uint16_t id, SoaQuestion kind) {
  return kind == SoaQuestion::plain ? dns::make_query(id, zone, dns::RRType::soa)
                                    : dns::make_query(id, zone, dns::RRType::soa, signed_octets_max, true);
}

std::optional<SoaAnswer> decode_soa_answer(ByteView octets, const dns::Name& zone) {
  const auto answer = decode_signed_soa_answer(octets, zone);
  return answer ? std::optional(answer->soa) : std::nullopt;
}

std::optional<SignedSoaAnswer> decode_signed_soa_answer(ByteView octets, const dns::Name& zone) {
  const dns::Result<dns::Message> message = dns::parse_message(octets);
  if (!message || !answers(*message, zone)) {
    return std::nullopt;
  }
  SignedSoaAnswer answer{read_rcode(*message, zone), std::nullopt, message->header.tc};
  if (std::holds_alternative<dns::Serial>(answer.soa)) {
    answer.signature = read_signatures(*message, zone);
  }
  return answer;
}

}  // namespace minidns::pool
