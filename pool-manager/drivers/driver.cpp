#include "pool-manager/drivers/driver.hpp"

#include <stdexcept>

namespace minidns::pool {

std::string_view to_text(DriverErrc code) {
  switch (code) {
    case DriverErrc::unreachable:
      return "unreachable";
    case DriverErrc::refused:
      return "refused";
    case DriverErrc::already_exists:
      return "already exists";
    case DriverErrc::no_such_zone:
      return "no such zone";
    case DriverErrc::rejected:
      return "rejected";
    case DriverErrc::timeout:
      return "timeout";
    case DriverErrc::protocol:
      return "protocol error";
    case DriverErrc::unsupported:
      return "unsupported";
    case DriverErrc::withheld:
      return "withheld";
  }
  return "unknown";
}

void throw_exception_from_error(const DriverError& error, const boost::source_location& /*where*/) {
  throw std::runtime_error(std::string(to_text(error.code)) + ": " + error.detail);
}

}  // namespace minidns::pool
