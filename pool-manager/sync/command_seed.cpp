#include "pool-manager/nameserver_access.hpp"
#include "pool-manager/sync/commands.hpp"
#include "pool-manager/sync/seeder.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace minidns::pool::sync {
namespace {

boost::asio::awaitable<void> seed_into(Seeder* seeder, SyncSummary* summary) {
  *summary = co_await seeder->run();
}

/// Nothing for a driver whose nameserver has no zone files.
std::optional<SeedFormat> format_for(storage::DriverKind driver) {
  switch (driver) {
    case storage::DriverKind::bind:
      return SeedFormat::raw;
    case storage::DriverKind::knot:
    case storage::DriverKind::nsd:
    case storage::DriverKind::none:
      return SeedFormat::text;
    case storage::DriverKind::powerdns:
    case storage::DriverKind::catalog:
      break;
  }
  return std::nullopt;
}

}  // namespace

int run_seed(Tool& tool, const SeedOptions& options) {
  const auto nameserver = tool.find(options.nameserver);
  const auto settings = tool.settings_of(nameserver);
  const auto format = options.format ? options.format : format_for(settings.driver);
  if (!format) {
    throw ToolError("nameserver " + nameserver.name + " has driver " + nameserver.driver +
                    ", which takes no zone files (--seed-format writes them all the same)");
  }
  const auto source = configuration_source(settings, ConfigurationKind::bind, nullptr);
  if (!source) {
    throw ToolError("nameserver " + nameserver.name + ": " + source.error().detail);
  }
  auto key = open_transfer_key(settings, tool.secrets());
  if (!key) {
    throw ToolError("nameserver " + nameserver.name + ": " + key.error().detail);
  }
  std::filesystem::create_directories(options.folder);
  ProgressDisplay display(std::cout, ProgressDisplay::kind_of_standard_output(),
                          ProgressDisplay::columns_of_standard_output());
  const SyncContext context{tool.work(), tool.leases(), tool.database(), tool.clock(), display};
  SeedLimits limits{.jobs = options.jobs, .timeout = options.timeout};
  limits.zones_expected = static_cast<std::size_t>(tool.overviews().count_zones(settings.pool));
  Seeder seeder(context, settings, source->upstream, std::move(*key), options.folder, *format, limits, tool.executor());
  SyncSummary summary;
  const bool is_interrupted = tool.run(seed_into(&seeder, &summary), [&seeder] { seeder.stop(); });
  display.say(options.folder + ": files of " + std::to_string(summary.right) + " of " + std::to_string(summary.zones) +
              " zones");
  for (std::size_t i = 0; i < std::min<std::size_t>(summary.faults.size(), 10); ++i) {
    display.say("  " + summary.faults[i].zone.to_text() + ": " + summary.faults[i].reason);
  }
  if (!options.report.empty()) {
    write_report(options.report, summary);
  }
  return is_interrupted ? exit_interrupted : summary.is_all_right() ? exit_ok : exit_not_right;
}

}  // namespace minidns::pool::sync
