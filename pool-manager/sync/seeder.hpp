#pragma once

#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/sync/axfr_client.hpp"
#include "pool-manager/sync/seed_format.hpp"
#include "pool-manager/sync/summary.hpp"
#include "pool-manager/sync/sync_context.hpp"
#include "storage/nameserver_work.hpp"
#include "tsig/key.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace minidns::pool::sync {

struct SeedLimits {
  std::size_t jobs = 8;  ///< transfers at a time
  std::chrono::milliseconds timeout = std::chrono::hours(24);
  std::size_t zones_expected = 0;  ///< for the display of progress
};

/// Writes a zone file for each zone that the nameserver should have, as its primaries give it with its key: signed
/// where it is signed, and in the key's view. On one executor (a strand).
class Seeder {
 public:
  /// `context` and `settings` must outlive this. `folder` must be there.
  Seeder(const SyncContext& context, const storage::NameserverSettings& settings, Upstream upstream, tsig::Key key,
         std::string folder, SeedFormat format, const SeedLimits& limits, const boost::asio::any_io_executor& executor);

  /// `right` counts the files that were written; faults are zones that no primary gave.
  [[nodiscard]] boost::asio::awaitable<SyncSummary> run();
  /// From its executor: it ends after the zones that are being transferred.
  void stop() { is_stopped_ = true; }

 private:
  using Page = std::vector<storage::DesiredZone>;

  [[nodiscard]] boost::asio::awaitable<Page> read_page(std::optional<dns::Name> after);
  [[nodiscard]] boost::asio::awaitable<void> seed(Page page);
  [[nodiscard]] boost::asio::awaitable<void> work(std::size_t job);
  [[nodiscard]] boost::asio::awaitable<std::string> seed_zone(AxfrClient* client, dns::Name zone);
  [[nodiscard]] bool must_end();

  const SyncContext& context_;
  const storage::NameserverSettings& settings_;
  const Upstream upstream_;
  const std::shared_ptr<const tsig::Key> key_;
  const std::string folder_;
  const SeedFormat format_;
  const SeedLimits limits_;
  boost::asio::any_io_executor executor_;
  const SteadyTime deadline_;

  Page page_;                ///< what the jobs work on
  std::size_t next_ = 0;     ///< of it
  std::size_t working_ = 0;  ///< jobs that have not ended
  std::exception_ptr failure_;
  boost::asio::steady_timer ended_;  ///< cancelled by the last job
  SyncSummary summary_;
  bool is_stopped_ = false;
};

}  // namespace minidns::pool::sync
