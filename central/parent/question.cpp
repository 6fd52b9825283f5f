// The only file of central that knows ldns (1.8).
#include "central/parent/question.hpp"

#include <ldns/ldns.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>

namespace minidns::central {
namespace {

struct Deleter {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
  void operator()(ldns_buffer* buffer) const { ldns_buffer_free(buffer); }
  void operator()(std::uint8_t* octets) const { std::free(octets); }  // ldns' own allocator
};
using Packet = std::unique_ptr<ldns_pkt, Deleter>;
using Buffer = std::unique_ptr<ldns_buffer, Deleter>;
using Octets = std::unique_ptr<std::uint8_t, Deleter>;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

std::optional<SocketAddress> socket_address(const DnsEndpoint& server) {
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, server.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(server.port);
    address.size = sizeof(*v4);
  } else if (::inet_pton(AF_INET6, server.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(server.port);
    address.size = sizeof(*v6);
  } else {
    return std::nullopt;
  }
  return address;
}

Packet make_query(const dns::Name& name, dns::RRType type, bool recursion_desired) {
  const auto wire = name.wire();
  ldns_rdf* owner = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data());
  if (owner == nullptr) {
    return nullptr;
  }
  Packet query(ldns_pkt_query_new(owner, static_cast<ldns_rr_type>(type.value()), LDNS_RR_CLASS_IN,
                                  recursion_desired ? LDNS_RD : 0));  // owns `owner`
  if (query == nullptr) {
    ldns_rdf_deep_free(owner);
    return nullptr;
  }
  ldns_pkt_set_random_id(query.get());
  return query;
}

bool is_answer_to(const ldns_pkt& answer, const ldns_pkt& query) {
  const auto* asked = ldns_rr_list_rr(ldns_pkt_question(&query), 0);
  const auto* echoed = ldns_pkt_qdcount(&answer) == 1 ? ldns_rr_list_rr(ldns_pkt_question(&answer), 0) : nullptr;
  return ldns_pkt_qr(&answer) && ldns_pkt_id(&answer) == ldns_pkt_id(&query) && echoed != nullptr &&
         ldns_rr_get_type(echoed) == ldns_rr_get_type(asked) && ldns_rr_get_class(echoed) == ldns_rr_get_class(asked) &&
         ldns_dname_compare(ldns_rr_owner(echoed), ldns_rr_owner(asked)) == 0;
}

/// The RDATA without compression.
std::optional<dns::Rdata> rdata_of(const ldns_rr& record) {
  Bytes octets;
  for (std::size_t i = 0; i < ldns_rr_rd_count(&record); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(&record, i);
    const auto* data = ldns_rdf_data(field);
    octets.insert(octets.end(), data, data + ldns_rdf_size(field));
  }
  auto rdata = dns::Rdata::from_octets(std::move(octets));
  return rdata ? std::optional(*std::move(rdata)) : std::nullopt;
}

Result<DnsAnswer, DnsFailure> read(const ldns_pkt& packet, const ldns_rr& question) {
  const auto code = ldns_pkt_get_rcode(&packet);
  if (code != LDNS_RCODE_NOERROR && code != LDNS_RCODE_NXDOMAIN) {
    const auto* word = ldns_lookup_by_id(ldns_rcodes, code);
    return DnsFailure{word != nullptr ? word->name : "RCODE " + std::to_string(code)};
  }
  DnsAnswer answer{
      .is_authoritative = ldns_pkt_aa(&packet), .has_name = code == LDNS_RCODE_NOERROR, .records = {}, .ttl_s = 0};
  const ldns_rr_list* section = ldns_pkt_answer(&packet);
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
    const ldns_rr* record = ldns_rr_list_rr(section, i);
    if (ldns_rr_get_type(record) != ldns_rr_get_type(&question) ||
        ldns_dname_compare(ldns_rr_owner(record), ldns_rr_owner(&question)) != 0) {
      continue;
    }
    auto rdata = rdata_of(*record);
    if (!rdata) {
      return DnsFailure{"an answer with a record that isn't one"};
    }
    answer.ttl_s = answer.records.empty() ? ldns_rr_ttl(record) : std::min(answer.ttl_s, ldns_rr_ttl(record));
    answer.records.push_back(*std::move(rdata));
  }
  return answer;
}

}  // namespace

Result<DnsAnswer, DnsFailure> ask(const DnsEndpoint& server, const dns::Name& name, dns::RRType type,
                                  bool recursion_desired, std::chrono::milliseconds time) {
  const auto address = socket_address(server);
  if (!address) {
    return DnsFailure{server.address + " is no address"};
  }
  const auto query = make_query(name, type, recursion_desired);
  const Buffer wire(ldns_buffer_new(LDNS_MIN_BUFLEN));
  if (query == nullptr || wire == nullptr || ldns_pkt2buffer_wire(wire.get(), query.get()) != LDNS_STATUS_OK) {
    return DnsFailure{"the question could not be made"};
  }
  const timeval limit{.tv_sec = time.count() / 1000, .tv_usec = time.count() % 1000 * 1000};
  std::uint8_t* received = nullptr;
  std::size_t size = 0;
  const auto sent = ldns_tcp_send(&received, wire.get(), &address->storage, address->size, limit, &size);
  const Octets octets(received);
  if (sent != LDNS_STATUS_OK) {
    return DnsFailure{"no answer over TCP"};  // ldns tells no reasons apart
  }
  ldns_pkt* parsed = nullptr;
  if (const auto status = ldns_wire2pkt(&parsed, octets.get(), size); status != LDNS_STATUS_OK) {
    return DnsFailure{std::string("an answer that isn't DNS: ") + ldns_get_errorstr_by_id(status)};
  }
  const Packet answer(parsed);
  if (!is_answer_to(*answer, *query)) {
    return DnsFailure{"an answer to another question"};
  }
  return read(*answer, *ldns_rr_list_rr(ldns_pkt_question(query.get()), 0));
}

}  // namespace minidns::central
