#pragma once

#include "tests/harness/dns_probe.hpp"
#include "tests/harness/platform.hpp"
#include "tests/harness/rest_client.hpp"
#include "tests/harness/wait.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace minidns::e2e {

namespace json = boost::json;
using harness::eventually;
using harness::Platform;
using harness::RestClient;

inline json::object zone_body(const std::string& name) {
  return {{"name", name}, {"email", "hostmaster@example.org"}, {"ttl", 300}};
}

inline json::object recordset_body(const std::string& name, const std::string& type,
                                   const std::vector<std::string>& records) {
  return {{"name", name}, {"type", type}, {"records", json::array(records.begin(), records.end())}};
}

inline std::string id_of(const json::value& created) {
  return std::string(created.at("id").as_string());
}

inline std::string create_zone(RestClient& rest, const std::string& name) {
  return id_of(Platform::created(rest.post("/v2/zones", zone_body(name))));
}

inline std::string create_recordset(RestClient& rest, const std::string& zone_id, const json::object& body) {
  return id_of(Platform::created(rest.post("/v2/zones/" + zone_id + "/recordsets", body)));
}

inline std::uint32_t serial_of(RestClient& rest, const std::string& zone_id) {
  return static_cast<std::uint32_t>(rest.get("/v2/zones/" + zone_id).body.at("serial").to_number<std::int64_t>());
}

/// True once the server answers for `zone` with exactly this serial.
template <class Server>
bool serves(const Server& server, const std::string& zone, std::uint32_t serial,
            std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  harness::SoaAsker asker(server.address(), server.port());
  return eventually(
      [&] {
        const auto answer = asker.ask(zone);
        return answer && answer->serial == serial;
      },
      limit);
}

/// True once the server has no such zone: no authoritative answer with a serial.
template <class Server>
bool is_gone(const Server& server, const std::string& zone,
             std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  harness::SoaAsker asker(server.address(), server.port());
  return eventually(
      [&] {
        const auto answer = asker.ask(zone);
        return answer && !answer->serial;
      },
      limit);
}

template <class Server>
std::vector<std::string> dig(const Server& server, const std::string& name, const std::string& type) {
  return harness::dig(server.address(), server.port(), {name, type});
}

inline bool zone_has_status(RestClient& rest, const std::string& zone_id, const std::string& status,
                            std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  return eventually([&] { return rest.get("/v2/zones/" + zone_id).text("status") == status; }, limit);
}

}  // namespace minidns::e2e
