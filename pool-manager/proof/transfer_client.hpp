#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "dnssec/zone/digest.hpp"
#include "pool-manager/proof/content_digest.hpp"
#include "tsig/key.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace minidns::pool {

/// Who is asked for a zone.
struct TransferSource {
  boost::asio::ip::address address;
  std::uint16_t port;
  std::shared_ptr<const tsig::Key> key;  ///< null: unsigned
};

struct TransferBounds {
  dns::TransferLimits size;
  std::chrono::milliseconds whole;  ///< for all of it
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds message{15'000};  ///< for each message, whole
};

enum class ContentErrc {
  unreachable,  ///< no connection, or it broke, or took too long
  refused,      ///< REFUSED, NOTAUTH or another RCODE
  changed,      ///< the zone changed while it was sent
  too_large,    ///< one of the bounds
  unusable      ///< not what a transfer looks like, or wrongly signed
};
[[nodiscard]] std::string_view to_text(ContentErrc code);
struct ContentError {
  ContentErrc code;
  std::string detail;
};
/// Lets boost::system::result turn the error into an exception where `.value()` is used without a check.
[[noreturn]] void throw_exception_from_error(const ContentError& error, const boost::source_location& where);

/// Transfers a zone (AXFR over TCP, RFC 5936) and sums it up; of the zone nothing is kept but one message of at most
/// 64 KiB. Believed only as a whole: with a key, if its last message is signed (RFC 8945 §5.3.1). `executor` is a
/// strand; `key` and `clock` must outlive the call. Throws boost::system::system_error if it is cancelled.
[[nodiscard]] boost::asio::awaitable<Result<ZoneSum, ContentError>> sum_up_zone(boost::asio::any_io_executor executor,
                                                                                TransferSource source, dns::Name zone,
                                                                                const dnssec::DigestKey* key,
                                                                                TransferBounds bounds,
                                                                                const Clock* clock);

// Limitations: no XoT (RFC 9103).

}  // namespace minidns::pool
