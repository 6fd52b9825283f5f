#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "dns/wire/message.hpp"
#include "tsig/tsig.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace minidns::mdns {

/// A primary can't be reached, or says what we can't use: the next one may do.
class PrimaryFailure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whom to ask for what.
struct PrimaryQuery {
  dns::Name zone;
  boost::asio::ip::address address;
  std::uint16_t port;
  std::optional<boost::asio::ip::address> from;  ///< the address that the primary knows us by; nothing: any
  std::shared_ptr<const tsig::Key> key;          ///< null: unsigned
};

struct ClientLimits {
  std::chrono::milliseconds datagram{2000};  ///< for the answer to one datagram
  int datagrams_max = 3;
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds idle{30'000};  ///< between two messages of a transfer, each whole
};

/// The SOA of an answer to a SOA question; an error if it has none, or isn't authoritative.
[[nodiscard]] Result<dns::RRset, dns::TransferError> soa_of_answer(const dns::Message& message, const dns::Name& zone);

/// Asks a primary for the zone's SOA, by UDP, and by TCP if the answer is truncated. On a strand. Throws
/// PrimaryFailure, and boost::system::system_error if it is cancelled.
[[nodiscard]] boost::asio::awaitable<dns::RRset> ask_soa(boost::asio::any_io_executor strand, PrimaryQuery query,
                                                         ClientLimits limits, const Clock* clock);

/// A TCP connection to a primary: one request, and its answer message by message, checked for TSIG. Belongs to a
/// strand. All throw as `ask_soa`.
class PrimaryConnection {
 public:
  PrimaryConnection(const boost::asio::any_io_executor& strand, PrimaryQuery query, const ClientLimits& limits,
                    const Clock& clock);

  [[nodiscard]] boost::asio::awaitable<void> open();
  /// A whole message without TSIG; once.
  [[nodiscard]] boost::asio::awaitable<void> send(Bytes request);
  struct Received {
    dns::Message message;
    std::size_t octets;
  };
  [[nodiscard]] boost::asio::awaitable<Received> receive();
  /// Nothing has been said since the last signed message (RFC 8945 §5.3.1); always true without a key.
  [[nodiscard]] bool is_verified() const { return !transaction_ || transaction_->is_complete(); }

 private:
  [[nodiscard]] PrimaryFailure failure(const boost::system::error_code& error, const char* doing) const;

  boost::asio::ip::tcp::socket socket_;
  const PrimaryQuery query_;
  const ClientLimits limits_;
  const Clock& clock_;
  std::optional<tsig::ClientTransaction> transaction_;
  Deadline deadline_;
  Bytes buffer_;
};

}  // namespace minidns::mdns
