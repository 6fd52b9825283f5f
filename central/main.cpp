#include "base/config.hpp"
#include "base/program.hpp"
#include "central/command_line.hpp"
#include "central/commands/commands.hpp"
#include "central/settings.hpp"

#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace minidns;

constexpr const char* usage = R"(usage: central COMMAND --config FILE
  serve                                 run the API server
  migrate                               create or upgrade the database schema
  epoch new                             after a disk snapshot of the database was put back
  token create --project P --role member|admin [--description D] [--expires 30d]
  token list
  token revoke ID
  zone import FILE --zone NAME --project P [--email E]
                                        make a zone file the content of a zone
  zone lost                             list zones that a failover or restore lost, and that are served all the same
  zone forget NAME                      let such a zone go
  dnssec export ZONE --directory DIR    write the zone's private keys, in BIND's format
  dnssec accept-clock                   after the database's clock leapt, say that it is right
  master-key create FILE                (needs no --config)
  master-key rewrap [--to SOURCE] [--ksk-to SOURCE]
                                        put the data keys under another master key: file:PATH, env:NAME, command:PATH
  master-key status                     which master keys are in use
)";

constexpr int exit_usage = 2;

void run(central::CommandLine& line) {
  if (line.take({"master-key", "create"})) {
    return central::run_master_key_create(line);
  }
  const auto settings = central::read_settings(line.required("config"));
  const SystemClock clock;
  if (line.take({"serve"})) {
    return central::run_serve(line, settings, clock);
  }
  if (line.take({"migrate"})) {
    return central::run_migrate(line, settings);
  }
  if (line.take({"epoch", "new"})) {
    return central::run_epoch_new(line, settings);
  }
  if (line.take({"token", "create"})) {
    return central::run_token_create(line, settings, clock);
  }
  if (line.take({"token", "list"})) {
    return central::run_token_list(line, settings);
  }
  if (line.take({"token", "revoke"})) {
    return central::run_token_revoke(line, settings);
  }
  if (line.take({"zone", "import"})) {
    return central::run_zone_import(line, settings, clock);
  }
  if (line.take({"zone", "lost"})) {
    return central::run_zone_lost(line, settings);
  }
  if (line.take({"zone", "forget"})) {
    return central::run_zone_forget(line, settings);
  }
  if (line.take({"master-key", "rewrap"})) {
    return central::run_master_key_rewrap(line, settings, clock);
  }
  if (line.take({"master-key", "status"})) {
    return central::run_master_key_status(line, settings);
  }
  if (line.take({"dnssec", "export"})) {
    return central::run_dnssec_export(line, settings, clock);
  }
  if (line.take({"dnssec", "accept-clock"})) {
    return central::run_dnssec_accept_clock(line, settings);
  }
  throw central::UsageError("no such command");
}

}  // namespace

int main(int argc, char** argv) {
  block_signals();
  try {
    central::CommandLine line(std::vector<std::string>(argv + 1, argv + argc));
    run(line);
    return 0;
  } catch (const central::UsageError& error) {
    std::cerr << "central: " << error.what() << "\n" << usage;
    return exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "central: " << error.what() << "\n";
    return 1;
  }
}
