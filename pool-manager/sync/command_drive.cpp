#include "pool-manager/sync/commands.hpp"
#include "pool-manager/sync/in_service.hpp"
#include "pool-manager/sync/synchronizer.hpp"

#include <iostream>

namespace minidns::pool::sync {
namespace {

/// What is done and what came of it; lives as long as the task.
struct Drive {
  Synchronizer synchronizer;
  InService in_service;
  bool enters_service;
  SyncSummary summary = {};
  bool is_in_service = false;
};

boost::asio::awaitable<void> drive_to_end(Drive* drive) {
  drive->summary = co_await drive->synchronizer.run();
  if (drive->enters_service && drive->summary.is_all_right()) {
    drive->is_in_service = co_await drive->in_service.run();
  }
}

void say_rehearsal(const SyncSummary& summary, const std::string& nameserver) {
  std::cout << "this would be done on " << nameserver << ": add " << summary.count(ZoneFault::Kind::missing)
            << " zones, remove " << summary.count(ZoneFault::Kind::leftover) << ", wait for newer versions of "
            << summary.count(ZoneFault::Kind::behind) << "; nothing was touched\n";
}

int exit_status(const Drive& drive, bool is_interrupted) {
  if (is_interrupted) {
    return exit_interrupted;
  }
  const bool is_right = drive.summary.is_all_right() && (!drive.enters_service || drive.is_in_service);
  return is_right ? exit_ok : exit_not_right;
}

}  // namespace

int run_drive(Tool& tool, const DriveOptions& options) {
  const auto nameserver = tool.find(options.nameserver);
  if (nameserver.state == "retired") {
    throw ToolError("nameserver " + nameserver.name + " is retired: give it another state by REST first");
  }
  const auto settings = tool.settings_of(nameserver);
  fetch_data_keys(settings, tool.secrets());
  auto access = open_access(settings, tool.secrets(), tool.executor(), tool.clock());
  if (!access) {
    throw ToolError("nameserver " + nameserver.name + ": " + access.error().detail);
  }
  ProgressDisplay display(std::cout, ProgressDisplay::kind_of_standard_output(),
                          ProgressDisplay::columns_of_standard_output());
  const SyncContext context{tool.work(), tool.leases(), tool.database(), tool.clock(), display};
  SyncLimits limits{.dry_run = options.dry_run, .timeout = options.timeout};
  limits.zones_expected = static_cast<std::size_t>(tool.overviews().count_zones(settings.pool));
  const SteadyTime deadline = tool.clock().steady() + options.timeout;
  Drive drive{.synchronizer = {context, settings, *access, limits, tool.executor()},
              .in_service = {context, tool.overviews(), nameserver.id, deadline, tool.executor()},
              .enters_service = options.in_service && !options.dry_run};
  const bool is_interrupted = tool.run(drive_to_end(&drive), [&drive] {
    drive.synchronizer.stop();
    drive.in_service.stop();
  });
  display.say("");
  write_summary(std::cout, drive.summary, nameserver.name);
  if (options.dry_run) {
    say_rehearsal(drive.summary, nameserver.name);
  }
  if (!options.report.empty()) {
    write_report(options.report, drive.summary);
  }
  return exit_status(drive, is_interrupted);
}

}  // namespace minidns::pool::sync
