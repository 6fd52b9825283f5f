#include "mdns/store/octets.hpp"

#include "mdns/store/lmdb.hpp"

#include <algorithm>
#include <array>

namespace minidns::mdns::store {

ByteView OctetReader::fixed(std::size_t size) {
  if (rest_.size() < size) {
    throw Fault(Fault::Kind::damaged, "a value ends too early");
  }
  const ByteView octets = rest_.first(size);
  rest_ = rest_.subspan(size);
  return octets;
}

bool OctetReader::flag() {
  const auto value = number<std::uint8_t>();
  if (value > 1) {
    throw Fault(Fault::Kind::damaged, "a flag is neither 0 nor 1");
  }
  return value == 1;
}

Uuid OctetReader::uuid() {
  std::array<std::uint8_t, 16> octets{};
  std::ranges::copy(fixed(octets.size()), octets.begin());
  return Uuid(octets);
}

void OctetReader::finish() const {
  if (!rest_.empty()) {
    throw Fault(Fault::Kind::damaged, "a value doesn't end where it should");
  }
}

}  // namespace minidns::mdns::store
