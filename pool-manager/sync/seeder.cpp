#include "pool-manager/sync/seeder.hpp"

#include "base/task_group.hpp"
#include "pool-manager/sync/seed_file.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace minidns::pool::sync {
namespace {

constexpr std::size_t page_zones = 1000;
/// A zone is asked of this many connections: a primary may have gone, or closed one that was idle.
constexpr int tries_max = 3;

}  // namespace

Seeder::Seeder(const SyncContext& context, const storage::NameserverSettings& settings, Upstream upstream,
               tsig::Key key, std::string folder, SeedFormat format, const SeedLimits& limits,
               const boost::asio::any_io_executor& executor)
    : context_(context),
      settings_(settings),
      upstream_(std::move(upstream)),
      key_(std::make_shared<const tsig::Key>(std::move(key))),
      folder_(std::move(folder)),
      format_(format),
      limits_(limits),
      executor_(executor),
      deadline_(context.clock.steady() + limits.timeout),
      ended_(executor) {}

boost::asio::awaitable<SyncSummary> Seeder::run() {
  std::optional<dns::Name> after;
  while (!must_end()) {
    Page page = co_await read_page(after);
    if (page.empty()) {
      break;
    }
    after = page.back().name;
    std::erase_if(page, [](const storage::DesiredZone& zone) { return zone.deleted; });
    summary_.zones += page.size();
    co_await seed(std::move(page));
  }
  co_return summary_;
}

boost::asio::awaitable<Seeder::Page> Seeder::read_page(std::optional<dns::Name> after) {
  auto read = [&storage = context_.work, pool = settings_.pool, after = std::move(after)] {
    return storage.read_desired(pool, after, page_zones);
  };
  co_return co_await ask_database(context_, read);
}

/// The zones of a page, by all jobs.
boost::asio::awaitable<void> Seeder::seed(Page page) {
  page_ = std::move(page);
  next_ = 0;
  working_ = std::min(limits_.jobs, page_.size());
  ended_.expires_at(boost::asio::steady_timer::time_point::max());
  TaskGroup jobs([this](std::exception_ptr failure) { failure_ = std::move(failure); });
  for (std::size_t job = 0, count = working_; job < count; ++job) {
    (void)jobs.spawn(executor_, work(job));
  }
  boost::system::error_code error;
  while (working_ > 0 && !error) {
    co_await ended_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
  }
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

boost::asio::awaitable<void> Seeder::work(std::size_t job) {
  /// The end of a job, however it ends.
  struct Leave {
    Seeder& seeder;
    ~Leave() {
      if (--seeder.working_ == 0) {
        seeder.ended_.cancel();
      }
    }
  } const leave{*this};
  // Jobs begin with different primaries.
  std::size_t primary = job % upstream_.primaries.size();
  auto client = std::make_unique<AxfrClient>(executor_, upstream_.primaries[primary], key_, context_.clock);
  while (next_ < page_.size() && !failure_ && !must_end()) {
    const dns::Name zone = page_[next_].name;
    ++next_;
    std::string reason;
    for (int tries = 0; tries < tries_max; ++tries) {
      dns::Name name = zone;
      reason = co_await seed_zone(client.get(), std::move(name));
      if (reason.empty()) {
        break;
      }
      primary = (primary + 1) % upstream_.primaries.size();
      client = std::make_unique<AxfrClient>(executor_, upstream_.primaries[primary], key_, context_.clock);
    }
    if (reason.empty()) {
      ++summary_.right;
    } else {
      summary_.faults.push_back({.kind = ZoneFault::Kind::missing, .zone = zone, .reason = std::move(reason)});
    }
    context_.display.show(context_.clock.steady(), "writing zone files", summary_.right,
                          std::max(limits_.zones_expected, summary_.zones));
  }
}

/// Why it could not be transferred; empty: its file is there. Throws if it can't be written.
boost::asio::awaitable<std::string> Seeder::seed_zone(AxfrClient* client, dns::Name zone) {
  SeedFile file(folder_ + "/" + seed_file_name(settings_.driver, zone), format_);
  AxfrClient::OnRecord on_record = [&file](const dns::Record& record) { file.add(record); };
  const auto transferred = co_await client->transfer(std::move(zone), std::move(on_record));
  if (!transferred) {
    co_return transferred.error().detail;
  }
  file.finish();
  co_return std::string();
}

bool Seeder::must_end() {
  if (is_stopped_) {
    summary_.trouble = "interrupted";
  } else if (context_.clock.steady() >= deadline_ && summary_.trouble.empty()) {
    summary_.trouble = "the time is over";
  }
  return !summary_.trouble.empty();
}

}  // namespace minidns::pool::sync
