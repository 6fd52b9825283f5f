#pragma once

#include "bench/zone_to_sign.hpp"

#include <string>
#include <vector>

namespace minidns::bench {

/// What a run took: from the start of the process to its end, and user and system time.
struct Spent {
  double seconds = 0;
  double cpu_s = 0;
};

/// A program that reads a zone file, signs it and writes one.
struct SigningTool {
  std::string name;
  std::vector<std::string> command;
};

/// ldns-signzone, dnssec-signzone and kzonesign, the latter two with two threads, prepared to sign the zone with the
/// keys, in the folder of which everything is.
[[nodiscard]] std::vector<SigningTool> prepare_tools(const ZoneToSign& zone, const ZoneKeys& keys);

/// Throws std::runtime_error with what the tool says.
[[nodiscard]] Spent run_tool(const SigningTool& tool);

}  // namespace minidns::bench
