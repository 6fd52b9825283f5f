#include "mdns/nameserver/transfer_messages.hpp"

#include "dns/wire/writer.hpp"

#include <cassert>
#include <utility>

namespace minidns::mdns {
namespace {

void put_u16(std::span<std::uint8_t> to, std::size_t value) {
  to[0] = static_cast<std::uint8_t>(value >> 8U);
  to[1] = static_cast<std::uint8_t>(value & 0xffU);
}

Bytes make_head(const Request& request) {
  dns::Header header;
  header.id = request.message.header.id;
  header.qr = true;
  header.aa = true;
  header.rd = request.message.header.rd;
  dns::MessageWriter writer(dns::message_size_octets_max);
  writer.header(header);
  writer.question(request.question());
  return std::move(writer).finish();
}

/// The OPT record alone: the last octets of a message that holds nothing else.
Bytes make_opt(const dns::Edns& request, const ReplySettings& settings) {
  dns::MessageWriter writer(dns::message_size_octets_max);
  writer.header({});
  writer.reserve(dns::edns_size_octets);
  writer.edns(settings.udp_octets_max, request.dnssec_ok, 0);
  const Bytes message = std::move(writer).finish();
  return {message.begin() + dns::header_size_octets, message.end()};
}

std::size_t size_of(std::span<const ByteView> parts) {
  std::size_t octets = 0;
  for (const ByteView part : parts) {
    octets += part.size();
  }
  return octets;
}

}  // namespace

std::size_t FramedMessage::size_octets() const {
  return size_of(parts);
}

Bytes join(std::span<const ByteView> parts) {
  Bytes joined;
  joined.reserve(size_of(parts));
  for (const ByteView part : parts) {
    joined.insert(joined.end(), part.begin(), part.end());
  }
  return joined;
}

TransferMessages::TransferMessages(const Request& request, const ReplySettings& settings,
                                   std::unique_ptr<dns::TransferSource> source)
    : source_(std::move(source)), head_(make_head(request)) {
  if (request.verified) {
    signer_.emplace(*request.verified);
  }
  if (request.message.edns) {
    opt_ = make_opt(*request.message.edns, settings);
  }
}

void TransferMessages::set_counts(std::uint16_t ancount, std::uint16_t arcount) {
  const std::span octets(head_);
  put_u16(octets.subspan(6), ancount);
  put_u16(octets.subspan(10), arcount);
}

std::optional<FramedMessage> TransferMessages::next(WallTime now) {
  const auto body = source_->next();
  if (!body) {
    return std::nullopt;
  }
  const ByteView opt = first_ ? ByteView(opt_) : ByteView();
  const std::uint16_t additional = opt.empty() ? 0 : 1;
  set_counts(body->ancount, additional);
  FramedMessage message{{length_, head_, body->parts[0], body->parts[1], opt, {}}};
  if (signer_) {
    signature_ = signer_->sign(message.without_length().first(4), now);
    set_counts(body->ancount, static_cast<std::uint16_t>(additional + 1));
    message.parts[5] = signature_;
  }
  const std::size_t size = message.size_octets() - length_.size();
  assert(size <= dns::message_size_octets_max);
  put_u16(length_, size);
  first_ = false;
  return message;
}

}  // namespace minidns::mdns
