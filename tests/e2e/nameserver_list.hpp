#pragma once

#include "tests/e2e/served.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace minidns::e2e {

/// The nameserver of this name, as the API has it.
[[nodiscard]] json::value nameserver_named(RestClient& admin, const std::string& name);

/// Asks for a state; the nameserver as the answer has it. Throws unless the status is 2xx.
json::value set_state(RestClient& admin, const std::string& name, const std::string& state);

/// True once the nameserver has this state.
[[nodiscard]] bool has_state(RestClient& admin, const std::string& name, const std::string& state,
                             std::chrono::milliseconds limit = std::chrono::seconds(90));

/// The zones of BIND with their serials, by its statistics channel; names with a dot at their end.
[[nodiscard]] std::map<std::string, std::uint32_t> zones_of(const harness::BindServer& bind);
/// The same of PowerDNS, by its API.
[[nodiscard]] std::map<std::string, std::uint32_t> zones_of(const harness::PowerdnsServer& powerdns);

/// The zones that the server's log, from `begin` on, has as transferred.
[[nodiscard]] std::set<std::string> transferred(const harness::BindServer& bind, std::size_t begin);
[[nodiscard]] std::set<std::string> transferred(const harness::PowerdnsServer& powerdns, std::size_t begin);

/// All zones of the project, with their serials.
[[nodiscard]] std::map<std::string, std::uint32_t> wanted_zones(RestClient& rest);

/// True once the server's list is that of the project.
template <class Server>
[[nodiscard]] bool has_what_is_wanted(RestClient& rest, const Server& server) {
  return eventually([&] { return zones_of(server) == wanted_zones(rest); }, std::chrono::seconds(90));
}

/// Those of `wanted` that are another on the server, or not there, and what is there beside them; for a message.
[[nodiscard]] std::string differences(const std::map<std::string, std::uint32_t>& wanted,
                                      const std::map<std::string, std::uint32_t>& found);

}  // namespace minidns::e2e
