#include "pool-manager/drivers/failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace minidns::pool {

DriverError io_failure(const boost::system::error_code& error, const Deadline& deadline, std::string_view doing) {
  if (deadline.expired()) {
    return DriverError{DriverErrc::timeout, std::string(doing) + ": no answer in time"};
  }
  if (error == boost::asio::error::operation_aborted) {
    throw boost::system::system_error(error);
  }
  return DriverError{DriverErrc::unreachable, std::string(doing) + ": " + error.message()};
}

std::optional<DriverError> loss(const DriverResult<void>& result) {
  if (result) {
    return std::nullopt;
  }
  switch (result.error().code) {
    case DriverErrc::unreachable:
    case DriverErrc::refused:
    case DriverErrc::timeout:
    case DriverErrc::protocol:
    case DriverErrc::withheld:
      return result.error();
    case DriverErrc::already_exists:
    case DriverErrc::no_such_zone:
    case DriverErrc::rejected:
    case DriverErrc::unsupported:
      return std::nullopt;
  }
  return std::nullopt;
}

DriverError withheld() {
  return {DriverErrc::withheld, "the lease of the nameserver has run out"};
}

std::string quote(std::string_view text) {
  return std::string(text.substr(0, detail_octets_max));
}

}  // namespace minidns::pool
