#include "mdns/nameserver/reply.hpp"

#include "mdns/nameserver/request.hpp"

#include <algorithm>

namespace minidns::mdns {
namespace {

constexpr std::uint16_t edns_option_extended_error = 15;  ///< RFC 8914 §2
constexpr std::size_t udp_octets_without_edns = 512;      ///< RFC 1035 §4.2.1
constexpr std::size_t option_header_octets = 4;

dns::Header answer_header(const dns::Header& request) {
  dns::Header header;
  header.id = request.id;
  header.opcode = request.opcode;
  header.qr = true;
  header.rd = request.rd;  // RFC 1035 §4.1.1
  return header;
}

}  // namespace

std::size_t reply_octets_max(const dns::Message& request, Transport transport, const ReplySettings& settings) {
  if (transport != Transport::udp) {
    return dns::message_size_octets_max;
  }
  if (!request.edns) {
    return udp_octets_without_edns;
  }
  // RFC 6891 §6.2.3: values lower than 512 are treated as 512.
  return std::clamp<std::size_t>(request.edns->udp_size_octets, udp_octets_without_edns, settings.udp_octets_max);
}

std::optional<std::pair<std::uint16_t, Bytes>> keepalive_option(const Request& request) {
  const auto& edns = request.message.edns;
  if (!edns || !edns->tcp_keepalive || request.origin.idle_limit.count() == 0) {
    return std::nullopt;
  }
  const auto units =
      static_cast<std::uint16_t>(std::min<std::int64_t>(request.origin.idle_limit.count() / 100, 0xffff));
  return std::pair(dns::edns_option_tcp_keepalive,
                   Bytes{static_cast<std::uint8_t>(units >> 8U), static_cast<std::uint8_t>(units & 0xffU)});
}

std::size_t tsig_octets(const tsig::Verified& verified) {
  // Owner; type, class, TTL, RDLENGTH; algorithm; time, fudge, MAC size, original ID, error, other length (RFC 8945
  // §4.2); MAC.
  return verified.key->name.wire().size() + 10 + name_of(verified.key->algorithm).wire().size() + 16 +
         mac_size_octets(verified.key->algorithm);
}

Reply::Reply(const Request& request, const ReplySettings& settings)
    : request_(request.message),
      verified_(request.verified ? &*request.verified : nullptr),
      keepalive_(keepalive_option(request)),
      settings_(settings),
      writer_(reply_octets_max(request.message, request.origin.transport, settings)) {}

Reply::Reply(const dns::Message& request, Transport transport, const ReplySettings& settings)
    : request_(request),
      verified_(nullptr),
      settings_(settings),
      writer_(reply_octets_max(request, transport, settings)) {}

std::vector<std::pair<std::uint16_t, Bytes>> Reply::options() const {
  std::vector<std::pair<std::uint16_t, Bytes>> options;
  if (request_.edns->nsid && !settings_.nsid.empty()) {
    options.emplace_back(dns::edns_option_nsid, settings_.nsid);
  }
  if (keepalive_) {
    options.push_back(*keepalive_);
  }
  if (extended_error_) {
    const auto code = static_cast<std::uint16_t>(*extended_error_);
    Bytes value{static_cast<std::uint8_t>(code >> 8U), static_cast<std::uint8_t>(code & 0xffU)};
    value.insert(value.end(), extra_text_.begin(), extra_text_.end());
    options.emplace_back(edns_option_extended_error, std::move(value));
  }
  return options;
}

void Reply::begin() {
  begun_ = true;
  dns::Header header = answer_header(request_.header);
  header.aa = authoritative_;
  writer_.header(header);
  if (request_.question.size() == 1) {
    writer_.question(request_.question[0]);
  }
  std::size_t reserved = verified_ == nullptr ? 0 : tsig_octets(*verified_);
  if (request_.edns) {
    reserved += dns::edns_size_octets;
    for (const auto& [code, value] : options()) {
      reserved += option_header_octets + value.size();
    }
  }
  writer_.reserve(reserved);
}

bool Reply::add(dns::Section section, const dns::RRset& rrset) {
  if (!begun_) {
    begin();
  }
  return writer_.rrset(section, rrset);
}

Bytes Reply::finish(WallTime now) && {
  if (!begun_) {
    begin();
  }
  if (truncated_) {
    writer_.set_truncated();
  }
  const auto rcode = static_cast<std::uint16_t>(rcode_);
  writer_.set_rcode(static_cast<std::uint8_t>(rcode & 0xfU));
  if (request_.edns) {
    const auto given = options();
    writer_.edns(settings_.udp_octets_max, request_.edns->dnssec_ok, static_cast<std::uint8_t>(rcode >> 4U), given);
  }
  Bytes message = std::move(writer_).finish();
  if (verified_ != nullptr) {
    tsig::AnswerSigner signer(*verified_);
    sign_answer(message, signer, now);
  }
  return message;
}

Bytes error_reply(const Request& request, const ReplySettings& settings, dns::Rcode rcode,
                  std::optional<ExtendedError> extended_error, WallTime now, std::string_view extra_text) {
  Reply reply(request, settings);
  reply.set_rcode(rcode);
  if (extended_error) {
    reply.set_extended_error(*extended_error, extra_text);
  }
  return std::move(reply).finish(now);
}

}  // namespace minidns::mdns
