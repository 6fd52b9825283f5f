#pragma once

#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/knot_session.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace minidns::pool {

/// A transaction on knotd's configuration database. knotd has one at a time, and one whose maker is gone stays open
/// until somebody ends it. So ours carries a mark while it is open, a remote of a name that nobody else uses: a marked
/// one that is found open was left by a call of ours that was cut off (only one pool manager works for a nameserver),
/// and is ended. For another's the wait is limits.transaction, with the control socket free meanwhile.
///
///     none ──begin──▶ open ──commit──▶ none
///                      └────abort, or the next begin──▶ none
class KnotTransaction {
 public:
  KnotTransaction(const boost::asio::any_io_executor& executor, std::string socket_path, const KnotLimits& limits);

  /// rejected: another's is open; else as KnotSession.
  [[nodiscard]] DriverTask<void> begin();
  [[nodiscard]] DriverTask<std::vector<KnotAnswer>> run(std::vector<KnotCommand> commands);
  /// rejected: the configuration would not be right; the transaction is then ended.
  [[nodiscard]] DriverTask<void> commit();
  [[nodiscard]] DriverTask<void> abort();

 private:
  [[nodiscard]] DriverTask<bool> try_begin();

  boost::asio::any_io_executor executor_;
  KnotLimits limits_;
  KnotSession session_;
};

/// In a driver's words, without the data, which may be a secret.
[[nodiscard]] DriverError knot_error(const KnotUnit& unit);
[[nodiscard]] DriverResult<void> knot_result(const KnotAnswer& answer);

}  // namespace minidns::pool
