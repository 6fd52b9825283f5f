#include "base/clock.hpp"
#include "base/config.hpp"
#include "base/log.hpp"
#include "base/master_key_source.hpp"
#include "base/metrics.hpp"
#include "base/ops_server.hpp"
#include "base/program.hpp"
#include "mdns/server.hpp"
#include "mdns/settings.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace {

using namespace minidns;

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

/// What the database, the operator's endpoint, the standard streams and the sockets for NOTIFY need, generously.
constexpr std::uint64_t other_descriptors = 200;

void check_descriptors(const mdns::Settings& settings, const Logger& log) {
  const std::uint64_t limit = raise_descriptor_limit();
  const std::uint64_t needed = settings.runtime.tcp.connections_max + other_descriptors;
  if (limit < needed) {
    log.warning("the system allows too few open files for tcp.connections_max", {{"limit", limit}, {"needed", needed}});
  }
}

/// All or nothing of the file; what the file is fine for and the system isn't (a certificate) is `server`'s to report.
void reload(const char* config_file, mdns::Server& server, Logger& log) {
  try {
    const mdns::Settings settings = mdns::read_settings(ConfigMap::load(config_file));
    log.set_level(settings.program.log_level);
    check_descriptors(settings, log);
    server.reload(settings);
  } catch (const ConfigError& error) {
    log.error("configuration not read again: it stays as it was", {{"reason", error.what()}});
  }
}

int run(const char* config_file) {
  const mdns::Settings settings = mdns::read_settings(ConfigMap::load(config_file));
  Logger log("mdns", settings.program.log_level, STDERR_FILENO);
  check_descriptors(settings, log);
  auto master_keys = read_master_keys(settings.program.master_keys);
  if (!master_keys) {
    log.error("master key not usable", {{"reason", master_keys.error().detail}});
    return exit_failure;
  }
  const SystemClock clock;
  Metrics metrics;
  std::atomic<bool> failed{false};
  mdns::Server server(settings, *std::move(master_keys), clock, metrics, log, [&](const std::string& reason) {
    log.error("database not usable", {{"reason", reason}});
    failed.store(true);
    request_stop();
  });
  const OpsServer ops(settings.program.ops_address, settings.program.ops_port, metrics,
                      [&server] { return server.readiness(); });
  while (wait_for_signal() == Signal::reload) {
    reload(config_file, server, log);
  }
  log.info("stopping");
  server.stop();
  return failed.load() ? exit_failure : 0;
}

}  // namespace

int main(int argc, char** argv) {
  block_signals();
  if (argc != 3 || std::string_view(argv[1]) != "--config") {
    std::cerr << "usage: mdns --config FILE\n";
    return exit_usage;
  }
  try {
    return run(argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "mdns: " << error.what() << "\n";
    return exit_failure;
  }
}
