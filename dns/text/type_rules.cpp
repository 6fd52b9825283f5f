#include "dns/text/type_rules.hpp"

#include "dns/text/naptr_regexp.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace minidns::dns {
namespace {

Error bad(std::string why) {
  return {Errc::bad_rdata, std::move(why)};
}

/// The length that a hash's number asks for.
struct HashSize {
  std::uint8_t number;
  std::size_t octets;
};

std::optional<Error> check_size(const char* field, std::span<const HashSize> known, std::uint8_t number,
                                std::size_t octets) {
  const auto hash = std::find_if(known.begin(), known.end(), [&](const HashSize& h) { return h.number == number; });
  if (hash == known.end() || hash->octets == octets) {
    return std::nullopt;
  }
  return bad(std::string(field) + ": it has " + std::to_string(octets) + " octets, but type " + std::to_string(number) +
             " has " + std::to_string(hash->octets));
}

}  // namespace

std::optional<Error> check_x25(ByteView rdata) {
  constexpr std::size_t digits_min = 4;
  const auto address = rdata.subspan(1);
  const bool digits = std::all_of(address.begin(), address.end(), [](std::uint8_t c) { return c >= '0' && c <= '9'; });
  if (!digits || address.size() < digits_min) {
    return bad("PSDN address: it must have at least four digits");
  }
  return std::nullopt;
}

std::optional<Error> check_naptr(ByteView rdata) {
  const auto flags = rdata.subspan(5, rdata[4]);
  const auto is_flag = [](std::uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (!std::all_of(flags.begin(), flags.end(), is_flag)) {
    return bad("flags: they must be letters and digits");  // RFC 3403 §4.1
  }
  const auto after_flags = rdata.subspan(5 + flags.size());
  const auto after_services = after_flags.subspan(1 + std::size_t{after_flags[0]});
  return check_naptr_regexp(after_services.subspan(1, after_services[0]));
}

std::optional<Error> check_ds(ByteView rdata) {
  // RFC 3658 (SHA-1), RFC 4509 (SHA-256), RFC 6605 (SHA-384); GOST R 34.11-94 (RFC 5933) has 32 octets, too.
  constexpr std::array digests = std::to_array<HashSize>({{1, 20}, {2, 32}, {3, 32}, {4, 48}});
  return check_size("digest", digests, rdata[3], rdata.size() - 4);
}

std::optional<Error> check_cds(ByteView rdata) {
  const bool is_delete =
      rdata.size() == 5 && std::all_of(rdata.begin(), rdata.end(), [](std::uint8_t o) { return o == 0; });
  return is_delete ? std::nullopt : check_ds(rdata);
}

std::optional<Error> check_dnskey(ByteView rdata) {
  constexpr std::uint8_t only_protocol = 3;  // RFC 4034 §2.1.2
  if (rdata[2] != only_protocol) {
    return bad("protocol: it must be 3");
  }
  return std::nullopt;
}

std::optional<Error> check_nsec3(ByteView rdata) {
  constexpr std::array hashes = std::to_array<HashSize>({{1, 20}});  // RFC 5155 §11
  const std::size_t salt_octets = rdata[4];
  return check_size("next owner", hashes, rdata[0], rdata[5 + salt_octets]);
}

std::optional<Error> check_sshfp(ByteView rdata) {
  constexpr std::array fingerprints = std::to_array<HashSize>({{1, 20}, {2, 32}});  // RFC 4255, RFC 6594
  return check_size("fingerprint", fingerprints, rdata[1], rdata.size() - 2);
}

std::optional<Error> check_tlsa(ByteView rdata) {
  constexpr std::array hashes = std::to_array<HashSize>({{1, 32}, {2, 64}});  // RFC 6698 §2.1.3
  return check_size("certificate association data", hashes, rdata[2], rdata.size() - 3);
}

std::optional<Error> check_zonemd(ByteView rdata) {
  constexpr std::array digests = std::to_array<HashSize>({{1, 48}, {2, 64}});  // RFC 8976 §2.2.3
  constexpr std::size_t digest_octets_min = 12;                                // RFC 8976 §2.2.4
  const std::size_t octets = rdata.size() - 6;
  if (octets < digest_octets_min) {
    return bad("digest: it must have at least 12 octets");
  }
  return check_size("digest", digests, rdata[5], octets);
}

}  // namespace minidns::dns
