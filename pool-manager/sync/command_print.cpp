#include "pool-manager/sync/commands.hpp"
#include "pool-manager/sync/configuration.hpp"
#include "pool-manager/sync/output_files.hpp"

#include <iostream>

namespace minidns::pool::sync {
namespace {

constexpr std::size_t page_zones = 5000;

/// Returns the number of zones.
std::size_t write_zones(Tool& tool, PoolId pool, ConfigurationWriter& writer) {
  std::size_t count = 0;
  std::optional<dns::Name> after;
  while (true) {
    const auto page = tool.work().read_desired(pool, after, page_zones);
    if (page.empty()) {
      return count;
    }
    after = page.back().name;
    for (const storage::DesiredZone& zone : page) {
      if (!zone.deleted) {
        writer.add_zone(zone.name);
        ++count;
      }
    }
  }
}

}  // namespace

int run_print(Tool& tool, const PrintOptions& options) {
  const auto nameserver = tool.find(options.nameserver);
  const auto settings = tool.settings_of(nameserver);
  const auto kind = options.kind ? options.kind : configuration_kind_for(settings);
  if (!kind) {
    throw ToolError("nameserver " + nameserver.name + " has driver none: say what it is, --print " +
                    configuration_kinds_text());
  }
  const auto source = configuration_source(settings, *kind, options.with_keys ? &tool.secrets() : nullptr);
  if (!source) {
    throw ToolError("nameserver " + nameserver.name + ": " + source.error().detail);
  }
  OutputFiles to_stream(std::cout);
  std::optional<OutputFiles> to_folder;
  if (!options.folder.empty()) {
    to_folder.emplace(options.folder);
  }
  const auto writer = make_configuration_writer(*kind, *source, to_folder ? *to_folder : to_stream);
  writer->begin();
  const std::size_t count = is_catalog_kind(*kind) ? 0 : write_zones(tool, settings.pool, *writer);
  writer->end();
  if (to_folder) {
    std::cout << options.folder << ": the configuration for " << nameserver.name;
    if (!is_catalog_kind(*kind)) {
      std::cout << " with " << count << " zones";
    }
    std::cout << std::endl;
  }
  return exit_ok;
}

}  // namespace minidns::pool::sync
