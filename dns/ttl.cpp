#include "dns/ttl.hpp"

#include <string>

namespace minidns::dns {

Result<Ttl> Ttl::from_seconds(std::int64_t seconds) {
  if (seconds < 0 || seconds > seconds_max) {
    return Error{Errc::bad_value, "TTL " + std::to_string(seconds) + " is not in 0..2147483647"};
  }
  return Ttl(static_cast<std::uint32_t>(seconds));
}

}  // namespace minidns::dns
