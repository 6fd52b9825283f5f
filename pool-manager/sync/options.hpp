#pragma once

#include "dns/name.hpp"
#include "pool-manager/sync/configuration.hpp"
#include "pool-manager/sync/seed_format.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace minidns::pool::sync {

/// `minidns sync NAMESERVER` writes a configuration.
struct PrintOptions {
  std::string nameserver;                 ///< by name or id
  std::optional<ConfigurationKind> kind;  ///< nothing: what fits the nameserver's driver
  std::string folder;                     ///< empty: to standard output
  bool with_keys = false;
};

/// … writes zone files.
struct SeedOptions {
  std::string nameserver;
  std::string folder;
  std::optional<SeedFormat> format;  ///< nothing: what fits the nameserver's driver
  std::size_t jobs = jobs_default;   ///< transfers at a time
  std::chrono::milliseconds timeout = std::chrono::hours(24);
  std::string report;

  static constexpr std::size_t jobs_default = 8;
  static constexpr std::size_t jobs_max = 64;  ///< beyond it an mdns with its default limits refuses connections
};

/// … drives a running nameserver.
struct DriveOptions {
  std::string nameserver;
  bool dry_run = false;
  bool in_service = false;
  /// For all of it. Long enough for a million zones.
  std::chrono::milliseconds timeout = std::chrono::hours(24);
  std::string report;  ///< a file for the whole list of what isn't right; empty: none
};

struct StatusOptions {
  std::optional<std::string> nameserver;
  bool json = false;
};

struct WhyOptions {
  dns::Name zone;
  std::optional<std::string> nameserver;
  bool json = false;
};

struct HelpWanted {};
struct VersionWanted {};

using Command = std::variant<PrintOptions, SeedOptions, DriveOptions, StatusOptions, WhyOptions>;

struct Invocation {
  std::string config;  ///< the configuration file
  Command command;
};

/// What the arguments (without the program's name) ask for. Throws UsageError.
[[nodiscard]] std::variant<Invocation, HelpWanted, VersionWanted> parse_arguments(
    const std::vector<std::string>& arguments);

/// For `--help`, and after a UsageError.
[[nodiscard]] const char* usage();

}  // namespace minidns::pool::sync
