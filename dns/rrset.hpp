#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/ttl.hpp"

#include <compare>
#include <cstddef>
#include <vector>

namespace minidns::dns {

/// The RDATA of one record in uncompressed wire form, case kept. At most `size_octets_max`, so that it fits a message
/// beside the longest owner name and TSIG record.
class Rdata {
 public:
  [[nodiscard]] static Result<Rdata> from_octets(Bytes octets);
  [[nodiscard]] ByteView octets() const { return octets_; }
  friend auto operator<=>(const Rdata&, const Rdata&) = default;

  static constexpr std::size_t size_octets_max = 64'000;

 private:
  explicit Rdata(Bytes octets) : octets_(std::move(octets)) {}
  Bytes octets_;
};

/// The records of one owner and type (class IN), at least one, no two with equal RDATA.
struct RRset {
  Name owner;
  RRType type;
  Ttl ttl;
  std::vector<Rdata> rdata;

  friend bool operator==(const RRset&, const RRset&) = default;
};

/// The form in which the database keeps an RRset's records (`rrsets.rdata`): for each a 2-octet length (big-endian)
/// and the octets.
[[nodiscard]] Bytes pack_rdata(const std::vector<Rdata>& rdata);
[[nodiscard]] Result<std::vector<Rdata>> unpack_rdata(ByteView packed);

}  // namespace minidns::dns
