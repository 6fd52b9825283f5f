#pragma once

#include "base/deadline.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/knot_wire.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace minidns::pool {

struct KnotLimits {
  /// For one answer. A commit of a large configuration database is the longest: seconds with 100,000 zones.
  std::chrono::milliseconds answer{60'000};
  /// For another's transaction to end.
  std::chrono::milliseconds transaction{15'000};
  std::chrono::milliseconds queue{120'000};  ///< for the calls before ours
  /// Of the answers to commands that are sent together; a commit says each fault of a zone.
  std::size_t answer_octets_max = 4UL * 1024UL * 1024UL;
  /// Of a list: 100 octets for each of `ZoneListParser::zones_max` zones.
  std::size_t list_octets_max = 512UL * 1024UL * 1024UL;
};

/// The units of the answer to one command. Knot reports an error in one of them.
struct KnotAnswer {
  std::vector<KnotUnit> units = {};
  /// The first unit that is an error; null: it was done.
  [[nodiscard]] const KnotUnit* error() const;
};

/// One connection to knotd's control socket. knotd 3.2 serves one at a time, whoever it is, so it is made for a few
/// commands and closed at once (by the destructor at the latest); it is never kept.
///
/// Calls on the executor only, one at a time. After an error it is closed.
class KnotSession {
 public:
  /// Takes each unit; an error ends the answer.
  using Sink = std::function<std::optional<DriverError>(KnotUnit)>;

  KnotSession(const boost::asio::any_io_executor& executor, std::string socket_path, const KnotLimits& limits);
  ~KnotSession();
  KnotSession(const KnotSession&) = delete;
  KnotSession& operator=(const KnotSession&) = delete;

  /// refused: we may not write to the socket. unreachable: nobody listens there.
  [[nodiscard]] DriverTask<void> open();
  void close();

  /// Sends the commands and gives their answers, in order. knotd answers one by one; `pipelined_max` of them are under
  /// way at a time, which neither side's buffer is too small for. Errors: unreachable, timeout, protocol.
  [[nodiscard]] DriverTask<std::vector<KnotAnswer>> run(std::vector<KnotCommand> commands);
  [[nodiscard]] DriverTask<KnotAnswer> run_one(KnotCommand command);
  /// One command with a long answer.
  [[nodiscard]] DriverTask<void> stream(KnotCommand command, Sink sink);

  static constexpr std::size_t pipelined_max = 64;

 private:
  class Use;

  [[nodiscard]] DriverTask<void> send(Bytes octets);
  [[nodiscard]] DriverTask<std::optional<KnotUnit>> next_unit();
  [[nodiscard]] DriverTask<void> read_answer(const Sink& sink);

  boost::asio::local::stream_protocol::socket socket_;
  std::string path_;
  KnotLimits limits_;
  Deadline deadline_;
  KnotAnswerParser parser_;
  std::size_t octets_left_ = 0;  ///< that may still be read for the answers under way
};

// Limitations: a UNIX socket only; the pool manager is on knotd's host, or has the socket forwarded (`ssh -L`). knotd
// closes a connection that is silent for `control.timeout` (5 s).

}  // namespace minidns::pool
