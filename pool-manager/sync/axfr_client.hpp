#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/wire/message.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "tsig/key.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace minidns::pool::sync {

struct AxfrError {
  enum class Kind {
    connection,  ///< it can't be reached, or broke: another primary may do
    zone,        ///< this zone isn't given; the connection may be used on
  };
  Kind kind;
  std::string detail;
};

struct AxfrLimits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds message{30'000};           ///< for the next whole message
  std::uint64_t octets_max = std::uint64_t{1} << 34U;  ///< of a zone: no zone has 16 GiB
};

/// Transfers whole zones from one primary by TCP (RFC 5936), one after the other on one connection, every message
/// checked for TSIG (RFC 8945 §5.3.1). Belongs to an executor (a strand).
class AxfrClient {
 public:
  /// Gets the records in the order in which they come: the SOA first, and not once more at the end.
  using OnRecord = std::function<void(const dns::Record&)>;

  /// `clock` must outlive this.
  AxfrClient(const boost::asio::any_io_executor& executor, const Primary& primary, std::shared_ptr<const tsig::Key> key,
             const Clock& clock, const AxfrLimits& limits = {});

  /// Connects first where that is needed.
  [[nodiscard]] boost::asio::awaitable<Result<void, AxfrError>> transfer(dns::Name zone, OnRecord on_record);
  void close();

 private:
  [[nodiscard]] boost::asio::awaitable<Result<void, AxfrError>> connect();
  [[nodiscard]] boost::asio::awaitable<Result<void, AxfrError>> send(Bytes request);
  [[nodiscard]] boost::asio::awaitable<Result<std::size_t, AxfrError>> receive();
  [[nodiscard]] AxfrError broken(const char* doing, const std::string& why);

  boost::asio::ip::tcp::socket socket_;
  const Primary primary_;
  const std::shared_ptr<const tsig::Key> key_;
  const Clock& clock_;
  const AxfrLimits limits_;
  Deadline deadline_;
  Bytes buffer_;
};

// Limitations: no TLS; a zone's records aren't checked, since they come from our own mdns.

}  // namespace minidns::pool::sync
