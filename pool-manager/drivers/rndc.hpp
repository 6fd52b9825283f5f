#pragma once

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "pool-manager/drivers/call_queue.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/rndc_wire.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace minidns::pool {

struct RndcLimits {
  std::chrono::milliseconds connect{3'000};  ///< TCP only: a LAN, or a few round trips
  /// For one command. addzone waits until named has stopped its loops and written its database: seconds when it is
  /// busy.
  std::chrono::milliseconds command{30'000};
  std::chrono::milliseconds queue{60'000};  ///< for the commands before ours
};

/// One named's control channel: a connection that stays, with one command at a time on it (named answers them in
/// turn anyhow). It is made at the first command and again when it broke. A command that met a connection which named
/// had closed meanwhile is sent once more on a new one; it may then be done twice, which every command here bears.
///
///     closed ──connect, `null`──▶ open (nonce known) ──command, reply──▶ open
///       ▲                          │ any failure
///       └──────────────────────────┘
///
/// Calls on the executor only; the object outlives them.
class Rndc {
 public:
  Rndc(const boost::asio::any_io_executor& executor, const boost::asio::ip::tcp::endpoint& server, RndcKey key,
       const Clock& clock, RndcLimits limits = {});

  /// Sends a command and gives named's reply, be it success or not. Errors: unreachable, timeout, protocol; refused if
  /// named doesn't take our key (it closes the connection) or its replies are signed with another.
  [[nodiscard]] DriverTask<RndcReply> command(std::string text);

 private:
  class Use;

  [[nodiscard]] DriverTask<RndcReply> attempt(std::string text);
  [[nodiscard]] DriverTask<void> open();
  [[nodiscard]] DriverTask<RndcReply> exchange(std::string text);
  [[nodiscard]] DriverTask<Bytes> read_frame();
  void close();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::ip::tcp::endpoint server_;
  RndcKey key_;
  const Clock& clock_;
  RndcLimits limits_;
  CallQueue queue_;
  Deadline deadline_;  ///< of the connection's present user
  bool is_open_ = false;
  std::optional<std::uint32_t> nonce_;  ///< of this connection
  std::uint32_t serial_;                ///< of the last request; random at first, since named remembers for 900 s
};

}  // namespace minidns::pool
