#include "base/program.hpp"
#include "pool-manager/settings.hpp"
#include "pool-manager/sync/command_line.hpp"
#include "pool-manager/sync/commands.hpp"
#include "pool-manager/sync/options.hpp"

#include <exception>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace minidns::pool;

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

int run(const sync::Invocation& invocation) {
  sync::Tool tool(read_settings(invocation.config));
  return std::visit(Overloaded{[&tool](const sync::PrintOptions& options) { return sync::run_print(tool, options); },
                               [&tool](const sync::SeedOptions& options) { return sync::run_seed(tool, options); },
                               [&tool](const sync::DriveOptions& options) { return sync::run_drive(tool, options); },
                               [&tool](const sync::StatusOptions& options) { return sync::run_status(tool, options); },
                               [&tool](const sync::WhyOptions& options) { return sync::run_why(tool, options); }},
                    invocation.command);
}

}  // namespace

int main(int argc, char** argv) {
  minidns::block_signals();
  try {
    const auto wanted = sync::parse_arguments(std::vector<std::string>(argv + 1, argv + argc));
    return std::visit(Overloaded{[](const sync::Invocation& invocation) { return run(invocation); },
                                 [](const sync::HelpWanted&) {
                                   std::cout << sync::usage();
                                   return sync::exit_ok;
                                 },
                                 [](const sync::VersionWanted&) {
                                   std::cout << "minidns " MINIDNS_RELEASE "\n";
                                   return sync::exit_ok;
                                 }},
                      wanted);
  } catch (const sync::UsageError& error) {
    std::cerr << "minidns: " << error.what() << "\n" << sync::usage();
    return sync::exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "minidns: " << error.what() << "\n";
    return sync::exit_not_right;
  }
}
