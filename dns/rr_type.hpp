#pragma once

#include "dns/error.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace minidns::dns {

/// An RR TYPE; open, since any 16-bit value may come (RFC 3597).
class RRType {
 public:
  constexpr explicit RRType(std::uint16_t value) : value_(value) {}
  /// A mnemonic in any case, or TYPEn (RFC 3597 §5).
  [[nodiscard]] static Result<RRType> from_text(std::string_view text);

  [[nodiscard]] constexpr std::uint16_t value() const { return value_; }
  /// The mnemonic, or TYPEn.
  [[nodiscard]] std::string to_text() const;
  /// OPT, TSIG, TKEY, AXFR, IXFR, ANY …: never data of a zone (RFC 6895 §3.1).
  [[nodiscard]] constexpr bool is_meta() const {
    return value_ == 0 || value_ == 41 || (value_ >= 128 && value_ <= 255);
  }

  friend constexpr auto operator<=>(RRType, RRType) = default;

  static const RRType a, ns, cname, soa, ptr, hinfo, mx, txt, rp, aaaa, loc, srv, naptr, cert, dname, opt, apl, ds,
      sshfp, rrsig, nsec, dnskey, nsec3, nsec3param, tlsa, smimea, cds, cdnskey, openpgpkey, csync, zonemd, svcb, https,
      spf, eui48, eui64, tkey, tsig, ixfr, axfr, any, uri, caa;

 private:
  std::uint16_t value_;
};

inline constexpr RRType RRType::a{1}, RRType::ns{2}, RRType::cname{5}, RRType::soa{6}, RRType::ptr{12},
    RRType::hinfo{13}, RRType::mx{15}, RRType::txt{16}, RRType::rp{17}, RRType::aaaa{28}, RRType::loc{29},
    RRType::srv{33}, RRType::naptr{35}, RRType::cert{37}, RRType::dname{39}, RRType::opt{41}, RRType::apl{42},
    RRType::ds{43}, RRType::sshfp{44}, RRType::rrsig{46}, RRType::nsec{47}, RRType::dnskey{48}, RRType::nsec3{50},
    RRType::nsec3param{51}, RRType::tlsa{52}, RRType::smimea{53}, RRType::cds{59}, RRType::cdnskey{60},
    RRType::openpgpkey{61}, RRType::csync{62}, RRType::zonemd{63}, RRType::svcb{64}, RRType::https{65}, RRType::spf{99},
    RRType::eui48{108}, RRType::eui64{109}, RRType::tkey{249}, RRType::tsig{250}, RRType::ixfr{251}, RRType::axfr{252},
    RRType::any{255}, RRType::uri{256}, RRType::caa{257};

}  // namespace minidns::dns

template <>
struct std::hash<minidns::dns::RRType> {
  std::size_t operator()(minidns::dns::RRType type) const noexcept { return type.value(); }
};
