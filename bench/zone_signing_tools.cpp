#include "bench/zone_signing_tools.hpp"

#include "bench/measure.hpp"
#include "tests/harness/process.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace minidns::bench {
namespace {

constexpr std::chrono::minutes limit{20};  // a million records on a machine that others use, too

void write_knot_configuration(const std::string& folder, const std::string& apex, std::string algorithm) {
  std::transform(algorithm.begin(), algorithm.end(), algorithm.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::ofstream(folder + "/knot.conf") << "server:\n  rundir: " << folder << "\ndatabase:\n  storage: " << folder
                                       << "/kasp\nlog:\n  - target: stderr\n    any: warning\npolicy:\n  - id: bench\n"
                                          "    manual: on\n    signing-threads: 2\n    algorithm: "
                                       << algorithm << "\nzone:\n  - domain: " << apex << "\n    storage: " << folder
                                       << "\n    file: zone\n    adjust-threads: 2\n    dnssec-signing: on\n"
                                          "    dnssec-policy: bench\n";
}

SigningTool prepare_knot(const std::string& folder, const std::string& apex, const ZoneKeys& keys) {
  write_knot_configuration(folder, apex, std::string(to_text(keys.algorithm())));
  for (const auto* made : {"/kasp", "/out"}) std::filesystem::create_directory(folder + made);
  for (const auto& key : keys.bases()) {
    const auto imported = harness::run({"keymgr", "-c", folder + "/knot.conf", apex, "import-bind", key + ".key"});
    if (imported.status != 0) throw std::runtime_error("keymgr: " + imported.err);
  }
  return {"kzonesign (two threads)", {"kzonesign", "-c", folder + "/knot.conf", "-o", folder + "/out", apex}};
}

}  // namespace

std::vector<SigningTool> prepare_tools(const ZoneToSign& zone, const ZoneKeys& keys) {
  const auto folder = keys.folder();
  const auto apex = zone.apex().to_text();
  const auto file = folder + "/zone";
  zone.write(file);
  const auto& [ksk, zsk] = keys.bases();
  return {{"ldns-signzone", {"ldns-signzone", "-o", apex, "-f", folder + "/by-ldns", file, ksk, zsk}},
          {"dnssec-signzone -n 2 -P",
           {"dnssec-signzone", "-n", "2", "-P", "-q", "-x", "-S", "-K", folder, "-d", folder, "-o", apex, "-f",
            folder + "/by-bind", file}},
          prepare_knot(folder, apex, keys)};
}

Spent run_tool(const SigningTool& tool) {
  const double before = children_cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  const auto result = harness::run(tool.command, {}, limit);
  const Spent spent{std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                    children_cpu_seconds() - before};
  if (result.status != 0) {
    throw std::runtime_error(tool.name + " ends with " + std::to_string(result.status) + ": " + result.err);
  }
  return spent;
}

}  // namespace minidns::bench
