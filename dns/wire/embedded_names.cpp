#include "dns/wire/embedded_names.hpp"

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

}  // namespace minidns::dns
