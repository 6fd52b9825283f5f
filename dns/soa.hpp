#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"

#include <cstdint>

namespace minidns::dns {

/// RFC 1035 §3.3.13. Times in seconds.
struct Soa {
  Name mname;
  Name rname;
  Serial serial;
  std::uint32_t refresh_s;
  std::uint32_t retry_s;
  std::uint32_t expire_s;
  std::uint32_t minimum_s;

  [[nodiscard]] static Result<Soa> from_rdata(ByteView rdata);
  [[nodiscard]] Rdata to_rdata() const;
};

/// The RNAME for a mail address: dots in the local part are escaped (RFC 1035 §8). An error that says why if `email`
/// has no `local@domain` form or doesn't fit a name.
[[nodiscard]] Result<Name> rname_of_email(std::string_view email);

/// SOA RDATA with another serial: the 4 octets at `rdata.size() - 20`.
[[nodiscard]] Rdata with_serial(const Rdata& soa, Serial serial);
[[nodiscard]] Serial serial_of(const Rdata& soa);

}  // namespace minidns::dns
