#include "mdns/nameserver/answer.hpp"

#include "dns/snapshot/authoritative.hpp"
#include "dns/snapshot/ixfr_answer.hpp"
#include "mdns/nameserver/transfer_messages.hpp"

#include <memory>
#include <utility>

namespace minidns::mdns {
namespace {

Answer finish(Reply reply, WallTime now) {
  const dns::Rcode rcode = reply.rcode();
  return {rcode, std::move(reply).finish(now)};
}

[[nodiscard]] bool add_all(Reply& reply, dns::Section section, const std::vector<dns::RRset>& rrsets) {
  for (const dns::RRset& rrset : rrsets) {
    if (!reply.add(section, rrset)) {
      return false;
    }
  }
  return true;
}

/// A message with the rendered difference, if there is one and it fits.
std::optional<Bytes> one_message(const Request& request, const dns::Delta& difference, const ReplySettings& settings,
                                 WallTime now) {
  const std::size_t size_max = reply_octets_max(request.message, Transport::udp, settings);
  auto rendered = dns::IxfrAnswer::render(difference, size_max);
  if (!rendered || rendered->bodies().size() != 1) {
    return std::nullopt;
  }
  TransferMessages messages(request, settings, std::make_unique<dns::IxfrSource>(std::move(rendered)));
  Bytes framed = join(messages.next(now).parts);
  Bytes message(framed.begin() + 2, framed.end());  // without the length that TCP has
  return message.size() <= size_max ? std::optional(std::move(message)) : std::nullopt;
}

}  // namespace

Answer answer_soa(const Request& request, const ZoneEntry& zone, const ReplySettings& settings, WallTime now) {
  Reply reply(request, settings);
  reply.set_authoritative();
  if (!reply.add(dns::Section::answer, zone.soa_rrset())) {
    reply.set_truncated();
  }
  return finish(std::move(reply), now);
}

Answer answer_query(const Request& request, const dns::ZoneSnapshot& zone, const ReplySettings& settings,
                    WallTime now) {
  const dns::Question& question = request.question();
  const dns::AuthoritativeAnswer found = answer_authoritatively(
      zone, question.name, question.type, request.message.edns && request.message.edns->dnssec_ok);
  Reply reply(request, settings);
  if (found.aa) {
    reply.set_authoritative();
  }
  reply.set_rcode(found.rcode);
  const bool whole =
      add_all(reply, dns::Section::answer, found.answer) && add_all(reply, dns::Section::authority, found.authority);
  // RFC 9471 §3: glue that a referral needs must not be left out silently; other addresses are a courtesy.
  const bool with_additional = whole && add_all(reply, dns::Section::additional, found.additional);
  if (!whole || (found.is_referral && !with_additional)) {
    reply.set_truncated();
  }
  return finish(std::move(reply), now);
}

Answer answer_ixfr_over_udp(const Request& request, const ZoneEntry& zone, const std::optional<dns::Delta>& difference,
                            const ReplySettings& settings, WallTime now) {
  if (difference) {
    if (auto message = one_message(request, *difference, settings, now)) {
      return {dns::Rcode::noerror, *std::move(message)};
    }
  }
  return answer_soa(request, zone, settings, now);
}

}  // namespace minidns::mdns
