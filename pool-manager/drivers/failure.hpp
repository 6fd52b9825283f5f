#pragma once

#include "base/deadline.hpp"
#include "pool-manager/drivers/driver.hpp"

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace minidns::pool {

/// The failure of an I/O operation in a driver's words: `timeout` if `deadline` struck, else `unreachable`. Throws
/// operation_aborted if neither: then the calling coroutine was cancelled, which is nobody's failure.
[[nodiscard]] DriverError io_failure(const boost::system::error_code& error, const Deadline& deadline,
                                     std::string_view doing);

/// The error, if it is one after which the next command would fare no better: no connection, no answer, no permission
/// (theirs or our own), or an answer that makes no sense.
[[nodiscard]] std::optional<DriverError> loss(const DriverResult<void>& result);

/// For a command that is not sent, since the driver's permit has ended.
[[nodiscard]] DriverError withheld();

/// Text from a nameserver, cut to detail_octets_max.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace minidns::pool
