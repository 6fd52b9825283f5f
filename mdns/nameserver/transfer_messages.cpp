#include "mdns/nameserver/transfer_messages.hpp"

#include "dns/wire/writer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace minidns::mdns {
namespace {

void put_u16(std::span<std::uint8_t> to, std::size_t value) {
  to[0] = static_cast<std::uint8_t>(value >> 8U);
  to[1] = static_cast<std::uint8_t>(value & 0xffU);
}

constexpr std::size_t length_octets = 2;

/// Room for the length, header, question.
Bytes make_frame(const Request& request) {
  dns::Header header;
  header.id = request.message.header.id;
  header.qr = true;
  header.aa = true;
  header.rd = request.message.header.rd;
  dns::MessageWriter writer(dns::message_size_octets_max);
  writer.header(header);
  writer.question(request.question());
  const Bytes head = std::move(writer).finish();
  Bytes frame(length_octets + head.size());
  std::ranges::copy(head, frame.begin() + length_octets);
  return frame;
}

/// Of the one option in a transfer's OPT; Chunk::size_octets_max leaves room for it.
constexpr std::size_t keepalive_octets = 6;

/// The OPT record alone: the last octets of a message that holds nothing else.
Bytes make_opt(const Request& request, const ReplySettings& settings) {
  dns::MessageWriter writer(dns::message_size_octets_max);
  writer.header({});
  writer.reserve(dns::edns_size_octets + keepalive_octets);
  std::vector<std::pair<std::uint16_t, Bytes>> options;
  if (auto keepalive = keepalive_option(request)) {
    options.push_back(*std::move(keepalive));
  }
  writer.edns(settings.udp_octets_max, request.message.edns->dnssec_ok, 0, options);
  const Bytes message = std::move(writer).finish();
  return {message.begin() + dns::header_size_octets, message.end()};
}

void set_counts(std::span<std::uint8_t> frame, std::size_t ancount, std::size_t arcount) {
  put_u16(frame.subspan(length_octets + 6), ancount);
  put_u16(frame.subspan(length_octets + 10), arcount);
}

}  // namespace

Bytes join(std::span<const ByteView> parts) {
  Bytes joined;
  for (const ByteView part : parts) {
    joined.insert(joined.end(), part.begin(), part.end());
  }
  return joined;
}

TransferMessages::TransferMessages(const Request& request, const ReplySettings& settings,
                                   std::unique_ptr<dns::TransferSource> source)
    : source_(std::move(source)), frame_(make_frame(request)) {
  std::size_t message_octets = frame_.size();
  if (request.verified) {
    signer_.emplace(*request.verified);
    message_octets += tsig_octets(*request.verified);
  }
  if (request.message.edns) {
    opt_ = make_opt(request, settings);
  }
  scratch_.reserve(batch_messages_max * message_octets + opt_.size());
  parts_.reserve(batch_parts_max);
}

MessageBatch TransferMessages::next(WallTime now) {
  scratch_.clear();
  parts_.clear();
  batch_octets_ = 0;
  for (std::size_t messages = 0; messages < batch_messages_max && has_room(); ++messages) {
    const auto body = source_->next();
    if (!body) {
      break;
    }
    add_message(*body, now);
  }
  return {parts_, batch_octets_};
}

/// For one more message, of which nothing but its number of parts is known.
bool TransferMessages::has_room() const {
  constexpr std::size_t message_parts_max = 4;
  return batch_octets_ < batch_octets_max && parts_.size() + message_parts_max <= batch_parts_max;
}

void TransferMessages::add_message(const dns::TransferBody& body, WallTime now) {
  const std::size_t octets_before = batch_octets_;
  const auto frame = put(frame_);
  add_part(body.parts[0]);
  add_part(body.parts[1]);
  const std::size_t additional = first_ && !opt_.empty() ? 1 : 0;
  if (additional > 0) {
    (void)put(opt_);
  }
  set_counts(frame, body.ancount, additional);
  if (signer_) {
    const std::array<ByteView, 4> covered = {frame.subspan(length_octets), body.parts[0], body.parts[1],
                                             additional > 0 ? ByteView(opt_) : ByteView()};
    (void)put(signer_->sign(covered, now));
    set_counts(frame, body.ancount, additional + 1);
  }
  const std::size_t size = batch_octets_ - octets_before - length_octets;
  assert(size <= dns::message_size_octets_max);
  put_u16(frame, size);
  first_ = false;
}

/// Copies octets into the batch's own memory, as its next part.
std::span<std::uint8_t> TransferMessages::put(ByteView octets) {
  assert(scratch_.size() + octets.size() <= scratch_.capacity());
  const std::size_t start = scratch_.size();
  scratch_.insert(scratch_.end(), octets.begin(), octets.end());
  const auto copy = std::span(scratch_).subspan(start);
  add_part(copy);
  return copy;
}

void TransferMessages::add_part(ByteView part) {
  batch_octets_ += part.size();
  if (!parts_.empty() && parts_.back().data() + parts_.back().size() == part.data()) {
    parts_.back() = ByteView(parts_.back().data(), parts_.back().size() + part.size());
  } else if (!part.empty()) {
    parts_.push_back(part);
  }
}

}  // namespace minidns::mdns
