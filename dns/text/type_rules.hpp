#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"

#include <optional>

namespace minidns::dns {

// What must hold between the fields of one record's RDATA, whose single fields were checked. Values that the registries
// don't know (yet) are left alone: their lengths can't be judged.

/// A PSDN address has at least four characters, all of them digits (RFC 1183 §3.1).
[[nodiscard]] std::optional<Error> check_x25(ByteView rdata);
[[nodiscard]] std::optional<Error> check_naptr(ByteView rdata);
/// A digest must have its algorithm's length.
[[nodiscard]] std::optional<Error> check_ds(ByteView rdata);
/// Also takes the "delete" form `0 0 0 00` (RFC 8078 §4).
[[nodiscard]] std::optional<Error> check_cds(ByteView rdata);
[[nodiscard]] std::optional<Error> check_dnskey(ByteView rdata);
/// A SHA-1 hash has 20 octets.
[[nodiscard]] std::optional<Error> check_nsec3(ByteView rdata);
[[nodiscard]] std::optional<Error> check_sshfp(ByteView rdata);
[[nodiscard]] std::optional<Error> check_tlsa(ByteView rdata);
[[nodiscard]] std::optional<Error> check_zonemd(ByteView rdata);

}  // namespace minidns::dns
