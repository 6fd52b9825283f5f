#pragma once

#include "base/secret.hpp"
#include "pool-manager/drivers/call_queue.hpp"
#include "pool-manager/drivers/driver.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace minidns::pool {

struct NsdLimits {
  std::chrono::milliseconds connect{3'000};  ///< TCP only: a LAN, or a few round trips
  /// For the handshake, and then without a piece of the answer: NSD is one process, busy while it reads a transfer.
  std::chrono::milliseconds idle{30'000};
  std::chrono::milliseconds queue{120'000};                      ///< for the calls before ours
  std::size_t answer_octets_max = 4UL * 1024UL * 1024UL;         ///< lines about a few hundred zones
  std::size_t list_octets_max = 2UL * 1024UL * 1024UL * 1024UL;  ///< 500 octets per zone, four million
};

/// Who we are to NSD and who NSD is to us.
class NsdCredentials {
 public:
  /// From PEM, one after the other as files of nsd-control-setup: our key, our certificate, NSD's certificates
  /// (`cat nsd_control.key nsd_control.pem nsd_server.pem`). `rejected` says what is wrong with it.
  [[nodiscard]] static DriverResult<NsdCredentials> read(const Secret& pem);

  struct Native;
  [[nodiscard]] Native& native() const { return *native_; }

 private:
  explicit NsdCredentials(std::shared_ptr<Native> native);
  std::shared_ptr<Native> native_;
};

/// NSD's control channel: TLS on TCP with certificates on both sides, a connection per command, one at a time. NSD's
/// certificate must be one that we were given, octet by octet: names and dates in it don't count, nor who signed it.
/// (nsd-control-setup makes both certificates under one key; by signature alone, who has ours could pose as NSD.)
///
/// Calls on the executor only; the object outlives them.
class NsdControl {
 public:
  /// Takes the answer piece by piece; an error ends it.
  using Sink = std::function<std::optional<DriverError>(std::string_view)>;

  NsdControl(const boost::asio::any_io_executor& executor, const boost::asio::ip::tcp::endpoint& server,
             NsdCredentials credentials, const NsdLimits& limits);

  /// Sends a command, and its input for those that take one, and gives the answer. Errors: unreachable, timeout,
  /// protocol; refused if either side doesn't take the other's certificate.
  [[nodiscard]] DriverTask<std::string> command(std::string text, std::string input = {});
  [[nodiscard]] DriverTask<void> stream(std::string text, Sink sink);

 private:
  [[nodiscard]] DriverTask<void> exchange(std::string request, Sink sink, std::size_t octets_max);

  boost::asio::any_io_executor executor_;
  boost::asio::ip::tcp::endpoint server_;
  NsdCredentials credentials_;
  NsdLimits limits_;
  CallQueue queue_;
};

// Limitations: a handshake per command (NSD closes after each), so bulk commands are worth it. NSD's control socket
// without TLS (`control-interface: /path`) isn't spoken to.

}  // namespace minidns::pool
