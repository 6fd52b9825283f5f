#include "dns/wire/request.hpp"

#include "dns/wire/writer.hpp"

#include <cassert>

namespace minidns::dns {
namespace {

// Header, two uncompressed names and an SOA of the longest names are below 1200 octets: all that is written here fits.
constexpr std::size_t request_size_octets_max = 2048;

MessageWriter start(std::uint16_t id, Opcode opcode, bool aa, const Name& name, RRType type) {
  MessageWriter writer(request_size_octets_max);
  Header header;
  header.id = id;
  header.opcode = opcode;
  header.aa = aa;
  writer.header(header);
  writer.question({name, type, class_in});
  return writer;
}

void add_soa(MessageWriter& writer, Section section, const Name& zone, const Rdata& soa) {
  [[maybe_unused]] const bool fits = writer.record(section, zone, RRType::soa, class_in, 0, soa.octets());
  assert(fits);
}

}  // namespace

Bytes make_query(std::uint16_t id, const Name& name, RRType type, std::optional<std::uint16_t> udp_size_octets,
                 bool dnssec_ok) {
  MessageWriter writer = start(id, Opcode::query, false, name, type);
  if (udp_size_octets) {
    writer.edns(*udp_size_octets, dnssec_ok, 0);
  }
  return std::move(writer).finish();
}

Bytes make_ixfr_query(std::uint16_t id, const Name& zone, const Rdata& soa) {
  MessageWriter writer = start(id, Opcode::query, false, zone, RRType::ixfr);
  add_soa(writer, Section::authority, zone, soa);
  return std::move(writer).finish();
}

Bytes make_notify(std::uint16_t id, const Name& zone, const std::optional<Rdata>& soa) {
  MessageWriter writer = start(id, Opcode::notify, true, zone, RRType::soa);
  if (soa) {
    add_soa(writer, Section::answer, zone, *soa);
  }
  return std::move(writer).finish();
}

}  // namespace minidns::dns
