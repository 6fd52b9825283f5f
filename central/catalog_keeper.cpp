#include "central/catalog_keeper.hpp"

#include "storage/postgres/errors.hpp"
#include "storage/zone_content.hpp"

namespace minidns::central {
namespace {

using std::chrono::steady_clock;
using storage::Catalogs;
using storage::CorruptContent;
using storage::postgres::CommitInDoubt;
using storage::postgres::StatementError;
using storage::postgres::Unavailable;

/// After the database failed.
constexpr std::chrono::seconds failure_pause{1};

}  // namespace

CatalogKeeper::CatalogKeeper(Catalogs& catalogs, storage::FeedReader& hints, Announcer& announcer, const Logger& log,
                             Metrics& metrics)
    : catalogs_(catalogs),
      hints_(hints),
      announcer_(announcer),
      log_(log),
      versions_(metrics.counter("minidns_central_catalog_versions_total", "Versions of catalog zones made here")),
      added_(metrics.counter("minidns_central_catalog_members_total", "Members that came to or left catalog zones",
                             {{"change", "added"}})),
      removed_(metrics.counter("minidns_central_catalog_members_total", "Members that came to or left catalog zones",
                               {{"change", "removed"}})),
      time_(metrics.histogram("minidns_central_catalog_step_seconds",
                              "Time of one step through the feed for one catalog zone", latency_bounds_s())),
      thread_([this] { run(); }) {}

CatalogKeeper::~CatalogKeeper() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CatalogKeeper::run() {
  while (!is_stopping()) {
    auto pause = std::chrono::milliseconds(failure_pause);
    try {
      const bool found = round();
      pause = found ? catalog_round_spacing : std::chrono::milliseconds(0);
      if (!found) {
        (void)hints_.wait_hints(catalog_hint_wait);
      }
    } catch (const Unavailable& error) {
      log_.debug("catalogs wait for the database", {{"reason", error.what()}});
    } catch (const CommitInDoubt& error) {
      log_.warning("a version of a catalog was perhaps not made", {{"reason", error.what()}});
    } catch (const StatementError& error) {
      log_.error("a version of a catalog was refused", {{"reason", error.what()}});
    } catch (const CorruptContent& error) {
      log_.error("a catalog's rows are not valid", {{"reason", error.what()}});
    }
    if (!wait(pause)) {
      return;
    }
  }
}

bool CatalogKeeper::round() {
  const auto behind = catalogs_.behind();
  for (const ZoneId& catalog : behind) {
    bring_forward(catalog);
  }
  return !behind.empty();
}

void CatalogKeeper::bring_forward(const ZoneId& catalog) {
  bool has_more = true;
  while (has_more && !is_stopping()) {
    const auto start = steady_clock::now();
    const auto step = catalogs_.advance(catalog);
    time_.observe(steady_clock::now() - start);
    tell(catalog, step);
    has_more = step.has_more;
  }
}

void CatalogKeeper::tell(const ZoneId& catalog, const Catalogs::Step& step) {
  if (step.began_comparing) {
    log_.info("the members of a catalog are compared with the pool's zones", {{"catalog", catalog.to_string()}});
  }
  if (!step.stamp) {
    return;
  }
  announcer_.committed(catalog, step.stamp->version);
  versions_.increment();
  added_.increment(static_cast<double>(step.added));
  removed_.increment(static_cast<double>(step.removed));
  log_.debug("a catalog has a new version", {{"catalog", catalog.to_string()},
                                             {"serial", step.stamp->serial.value()},
                                             {"added", step.added},
                                             {"removed", step.removed}});
}

bool CatalogKeeper::is_stopping() {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

bool CatalogKeeper::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace minidns::central
