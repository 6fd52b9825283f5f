#include "pool-manager/sync/options.hpp"

#include "base/config_units.hpp"
#include "pool-manager/sync/command_line.hpp"

#include <algorithm>
#include <initializer_list>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds timeout_of(CommandLine& line, std::chrono::milliseconds fallback) {
  const auto text = line.optional("timeout");
  if (!text) {
    return fallback;
  }
  const auto duration = config_units::parse_duration(*text);
  if (!duration || *duration < 1s || *duration > 24h * 30) {
    throw UsageError("--timeout " + *text + ": not a time from 1s to 30d");
  }
  return *duration;
}

void refuse_beside(CommandLine& line, const std::string& mode, std::initializer_list<const char*> options) {
  for (const char* option : options) {
    if (line.optional(option)) {
      throw UsageError("--" + std::string(option) + " makes no sense with --" + mode);
    }
  }
}

PrintOptions print_options(CommandLine& line, std::string nameserver) {
  refuse_beside(line, "print", {"seed", "seed-format", "jobs", "dry-run", "in-service", "report", "timeout"});
  PrintOptions options{.nameserver = std::move(nameserver), .kind = std::nullopt, .folder = {}};
  const std::string kind = line.required("print");
  if (kind != "auto") {
    options.kind = configuration_kind_from_text(kind);
    if (!options.kind) {
      throw UsageError("--print " + kind + ": not one of auto, " + configuration_kinds_text());
    }
  }
  options.folder = line.optional("output").value_or("");
  options.with_keys = line.flag("with-keys");
  return options;
}

SeedOptions seed_options(CommandLine& line, std::string nameserver) {
  refuse_beside(line, "seed", {"output", "with-keys", "dry-run", "in-service"});
  SeedOptions options{.nameserver = std::move(nameserver), .folder = line.required("seed"), .format = {}, .report = {}};
  if (const auto format = line.optional("seed-format")) {
    options.format = seed_format_from_text(*format);
    if (!options.format) {
      throw UsageError("--seed-format " + *format + ": neither text nor raw");
    }
  }
  if (const auto text = line.optional("jobs")) {
    const auto jobs = config_units::parse_integer(*text);
    if (!jobs || *jobs < 1 || *jobs > static_cast<std::int64_t>(SeedOptions::jobs_max)) {
      throw UsageError("--jobs " + *text + ": not a number from 1 to " + std::to_string(SeedOptions::jobs_max));
    }
    options.jobs = static_cast<std::size_t>(*jobs);
  }
  options.timeout = timeout_of(line, options.timeout);
  options.report = line.optional("report").value_or("");
  return options;
}

DriveOptions drive_options(CommandLine& line, std::string nameserver) {
  for (const char* option : {"output", "with-keys"}) {
    if (line.optional(option)) {
      throw UsageError("--" + std::string(option) + " is for --print");
    }
  }
  for (const char* option : {"seed-format", "jobs"}) {
    if (line.optional(option)) {
      throw UsageError("--" + std::string(option) + " is for --seed");
    }
  }
  DriveOptions options{.nameserver = std::move(nameserver), .report = {}};
  options.dry_run = line.flag("dry-run");
  options.in_service = line.flag("in-service");
  options.timeout = timeout_of(line, options.timeout);
  options.report = line.optional("report").value_or("");
  return options;
}

Command sync_command(CommandLine& line) {
  std::string nameserver = line.take_argument("NAMESERVER");
  if (line.optional("print")) {
    return print_options(line, std::move(nameserver));
  }
  if (line.optional("seed")) {
    return seed_options(line, std::move(nameserver));
  }
  return drive_options(line, std::move(nameserver));
}

StatusOptions status_options(CommandLine& line) {
  StatusOptions options{.nameserver = line.take_word()};
  options.json = line.flag("json");
  return options;
}

WhyOptions why_options(CommandLine& line) {
  std::string text = line.take_argument("ZONE");
  if (!text.ends_with('.')) {
    text += '.';
  }
  const auto zone = dns::Name::from_text(text);
  if (!zone) {
    throw UsageError("ZONE " + text + ": " + zone.error().detail);
  }
  WhyOptions options{.zone = *zone, .nameserver = line.take_word()};
  options.json = line.flag("json");
  return options;
}

Command command_of(const std::string& word, CommandLine& line) {
  if (word == "sync") {
    return sync_command(line);
  }
  if (word == "status") {
    return status_options(line);
  }
  if (word == "why") {
    return why_options(line);
  }
  throw UsageError("no such command: " + word);
}

}  // namespace

std::variant<Invocation, HelpWanted, VersionWanted> parse_arguments(const std::vector<std::string>& arguments) {
  if (std::ranges::find(arguments, "--help") != arguments.end()) {
    return HelpWanted{};
  }
  if (std::ranges::find(arguments, "--version") != arguments.end()) {
    return VersionWanted{};
  }
  CommandLine line(arguments, {"with-keys", "dry-run", "in-service", "json"});
  const auto word = line.take_word();
  if (!word) {
    throw UsageError("missing command");
  }
  Command command = command_of(*word, line);
  std::string config = line.required("config");
  line.finish();
  return Invocation{std::move(config), std::move(command)};
}

const char* usage() {
  return R"(usage: minidns COMMAND --config FILE [OPTION]…      FILE: the pool manager's configuration
  sync NAMESERVER                make its zone list right and follow the transfers until it serves everything
      --dry-run                  say what would be done, and touch nothing
      --timeout 30m              give up after this time (default 1d)
      --report FILE              write every zone that isn't right to FILE; the summary names a few
      --in-service               then have it put in service, and wait until it is
  sync NAMESERVER --print KIND   write the configuration of a server that is built from nothing
      KIND: auto, bind, bind-nzf, bind-catalog, powerdns, powerdns-mysql, knot, knot-catalog, nsd
      --output DIR               into files of DIR instead of standard output
      --with-keys                with the secret of the TSIG key instead of a placeholder
  sync NAMESERVER --seed DIR     write a zone file for each zone, as it is now, by transfers from mdns
      --seed-format text|raw     default: raw for BIND, text for others
      --jobs 8                   transfers at a time
      --timeout, --report        as above
  status [NAMESERVER] [--json]   how the nameservers stand
  why ZONE [NAMESERVER] [--json] why a zone is not up to date on a nameserver
  --help, --version
NAMESERVER is a name or an id. The exit status is 0 if all is right, 1 if not, 2 for wrong arguments, 130 if interrupted.
)";
}

}  // namespace minidns::pool::sync
