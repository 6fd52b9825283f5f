#include "dns/rrset.hpp"

#include <string>

namespace minidns::dns {

Result<Rdata> Rdata::from_octets(Bytes octets) {
  if (octets.size() > size_octets_max) {
    return Error{Errc::too_large, "RDATA of " + std::to_string(octets.size()) + " octets; at most " +
                                      std::to_string(size_octets_max) + " fit"};
  }
  return Rdata(std::move(octets));
}

Bytes pack_rdata(const std::vector<Rdata>& rdata) {
  std::size_t size = 0;
  for (const auto& one : rdata) {
    size += 2 + one.octets().size();
  }
  Bytes packed;
  packed.reserve(size);
  for (const auto& one : rdata) {
    const auto octets = one.octets();
    packed.push_back(static_cast<std::uint8_t>(octets.size() >> 8));
    packed.push_back(static_cast<std::uint8_t>(octets.size() & 0xff));
    packed.insert(packed.end(), octets.begin(), octets.end());
  }
  return packed;
}

Result<std::vector<Rdata>> unpack_rdata(ByteView packed) {
  std::vector<Rdata> all;
  while (!packed.empty()) {
    if (packed.size() < 2) {
      return Error{Errc::truncated, "packed RDATA ends inside a length"};
    }
    const std::size_t size = std::size_t{packed[0]} << 8 | packed[1];
    packed = packed.subspan(2);
    if (packed.size() < size) {
      return Error{Errc::truncated, "packed RDATA ends inside a record"};
    }
    auto one = Rdata::from_octets(Bytes(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)));
    if (!one) {
      return one.error();
    }
    all.push_back(std::move(*one));
    packed = packed.subspan(size);
  }
  return all;
}

}  // namespace minidns::dns
