#include "central/catalog_keeper.hpp"

#include "central/worker.hpp"

namespace minidns::central {
namespace {

using std::chrono::steady_clock;
using storage::Catalogs;

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
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CatalogKeeper::run(const std::stop_token& stop) {
  auto pause = std::chrono::milliseconds(0);
  while (wait(stop, pause)) {
    pause = failure_pause;
    (void)attempt(log_, "catalogs", [&] {
      const bool found = round(stop);
      if (!found) {
        (void)hints_.wait_hints(catalog_hint_wait);
      }
      pause = found ? catalog_round_spacing : std::chrono::milliseconds(0);
    });
  }
}

bool CatalogKeeper::round(const std::stop_token& stop) {
  const auto behind = catalogs_.behind();
  for (const ZoneId& catalog : behind) {
    bring_forward(stop, catalog);
  }
  return !behind.empty();
}

void CatalogKeeper::bring_forward(const std::stop_token& stop, const ZoneId& catalog) {
  bool has_more = true;
  while (has_more && !stop.stop_requested()) {
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

}  // namespace minidns::central
