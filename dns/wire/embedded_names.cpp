#include "dns/wire/embedded_names.hpp"

#include "dns/name.hpp"

namespace minidns::dns {

EmbeddedNames compressible_names(RRType type) {
  switch (type.value()) {
    case 2:   // NS
    case 3:   // MD
    case 4:   // MF
    case 5:   // CNAME
    case 7:   // MB
    case 8:   // MG
    case 9:   // MR
    case 12:  // PTR
      return {.names = 1};
    case 6:   // SOA
    case 14:  // MINFO
      return {.names = 2};
    case 15:  // MX
      return {.prefix_octets = 2, .names = 1};
    default:
      return {};
  }
}

EmbeddedNames expandable_names(RRType type) {
  switch (type.value()) {
    case 17:  // RP
      return {.names = 2};
    case 18:  // AFSDB
    case 21:  // RT
      return {.prefix_octets = 2, .names = 1};
    case 24:  // SIG
      return {.prefix_octets = 18, .names = 1};
    case 26:  // PX
      return {.prefix_octets = 2, .names = 2};
    case 30:  // NXT
      return {.names = 1};
    case 33:  // SRV
      return {.prefix_octets = 6, .names = 1};
    case 35:  // NAPTR
      return {.prefix_octets = 4, .character_strings = 3, .names = 1};
    default:
      return compressible_names(type);
  }
}

std::optional<std::size_t> uncompressed_name_size(ByteView octets) {
  std::size_t at = 0;
  while (at < octets.size() && octets[at] != 0) {
    if (octets[at] > Name::label_size_octets_max) {
      return std::nullopt;
    }
    at += 1 + std::size_t{octets[at]};
  }
  if (at >= octets.size() || at >= Name::size_octets_max) {
    return std::nullopt;
  }
  return at + 1;
}

bool has_names_of(const EmbeddedNames& layout, ByteView rdata) {
  if (layout.names == 0 || rdata.size() < layout.prefix_octets) {
    return false;
  }
  auto rest = rdata.subspan(layout.prefix_octets);
  for (std::size_t i = 0; i < layout.names; ++i) {
    const auto size = uncompressed_name_size(rest);
    if (!size) {
      return false;
    }
    rest = rest.subspan(*size);
  }
  return true;
}

}  // namespace minidns::dns
