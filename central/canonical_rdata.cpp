#include "central/canonical_rdata.hpp"

#include "dns/wire/embedded_names.hpp"

#include <algorithm>

namespace minidns::central {

Bytes canonical_rdata(dns::RRType type, const dns::Rdata& rdata) {
  Bytes octets(rdata.octets().begin(), rdata.octets().end());
  const auto layout = dns::expandable_names(type);
  std::size_t at = layout.prefix_octets;
  for (std::size_t i = 0; i < layout.character_strings && at < octets.size(); ++i) {
    at += 1U + octets[at];
  }
  for (std::size_t i = 0; i < layout.names && at < octets.size(); ++i) {
    const auto size = dns::uncompressed_name_size(ByteView(octets).subspan(at));
    if (!size) {
      break;  // not RDATA of this type; its octets are compared as they are
    }
    // Lengths of labels are below 64, so they are no letters.
    for (auto octet = octets.begin() + static_cast<std::ptrdiff_t>(at),
              end = octet + static_cast<std::ptrdiff_t>(*size);
         octet != end; ++octet) {
      if (*octet >= 'A' && *octet <= 'Z') {
        *octet = static_cast<std::uint8_t>(*octet - 'A' + 'a');
      }
    }
    at += *size;
  }
  return octets;
}

}  // namespace minidns::central
