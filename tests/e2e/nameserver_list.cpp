#include "tests/e2e/nameserver_list.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <regex>
#include <stdexcept>

namespace minidns::e2e {
namespace {

std::string with_dot(std::string name) {
  return name.ends_with('.') ? name : name + '.';
}

json::value fetched(const std::vector<std::string>& arguments) {
  const auto result = harness::run(arguments);
  if (result.status != 0) throw std::runtime_error("curl: " + result.err);
  return json::parse(result.out);
}

/// The first group of each match, in the log from `begin` on.
std::set<std::string> matches(const std::string& log, std::size_t begin, const char* pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  const auto first = log.begin() + static_cast<std::ptrdiff_t>(begin);
  for (std::sregex_iterator match(first, log.end(), regex); match != std::sregex_iterator(); ++match) {
    found.insert(with_dot((*match)[1]));
  }
  return found;
}

}  // namespace

json::value nameserver_named(RestClient& admin, const std::string& name) {
  return Platform::created(admin.get("/v2/nameservers?name=" + name)).at("nameservers").as_array().at(0);
}

json::value set_state(RestClient& admin, const std::string& name, const std::string& state) {
  return Platform::created(
      admin.patch("/v2/nameservers/" + id_of(nameserver_named(admin, name)), json::object{{"state", state}}));
}

bool has_state(RestClient& admin, const std::string& name, const std::string& state, std::chrono::milliseconds limit) {
  return eventually([&] { return nameserver_named(admin, name).at("state").as_string() == state; }, limit);
}

std::map<std::string, std::uint32_t> zones_of(const harness::BindServer& bind) {
  const auto url = "http://" + bind.address() + ":" + std::to_string(bind.statistics_port()) + "/json/v1/zones";
  std::map<std::string, std::uint32_t> zones;
  const auto answer = fetched({"curl", "-sf", url});
  const auto* list = answer.at("views").at("_default").as_object().if_contains("zones");
  if (list == nullptr) return zones;  // it has none
  for (const auto& zone : list->as_array()) {
    if (zone.at("type") == "secondary" && zone.at("class") == "IN") {
      const auto* serial = zone.as_object().if_contains("serial");
      zones.emplace(with_dot(std::string(zone.at("name").as_string())),
                    serial == nullptr ? 0 : serial->to_number<std::uint32_t>());
    }
  }
  return zones;
}

std::map<std::string, std::uint32_t> zones_of(const harness::PowerdnsServer& powerdns) {
  const auto url = powerdns.api_url() + "/api/v1/servers/localhost/zones?dnssec=false";
  std::map<std::string, std::uint32_t> zones;
  const auto answer = fetched({"curl", "-sf", "-H", "X-API-Key: " + powerdns.api_key(), url});
  for (const auto& zone : answer.as_array()) {
    zones.emplace(with_dot(std::string(zone.at("name").as_string())), zone.at("serial").to_number<std::uint32_t>());
  }
  return zones;
}

std::set<std::string> transferred(const harness::BindServer& bind, std::size_t begin) {
  return matches(bind.log(), begin, "transfer of '([^/']+)/IN' from [^ ]+: Transfer status: success");
}

std::set<std::string> transferred(const harness::PowerdnsServer& powerdns, std::size_t begin) {
  return matches(powerdns.log(), begin, "XFR-in zone: '([^']+)', primary: '[^']+', zone committed");
}

std::map<std::string, std::uint32_t> wanted_zones(RestClient& rest) {
  std::map<std::string, std::uint32_t> zones;
  const auto all = Platform::created(rest.get("/v2/zones?limit=max"));
  for (const auto& zone : all.at("zones").as_array()) {
    if (zone.at("action") != "DELETE") {
      zones.emplace(std::string(zone.at("name").as_string()), zone.at("serial").to_number<std::uint32_t>());
    }
  }
  return zones;
}

std::string differences(const std::map<std::string, std::uint32_t>& wanted,
                        const std::map<std::string, std::uint32_t>& found) {
  std::string text;
  for (const auto& [name, serial] : wanted) {
    const auto there = found.find(name);
    if (there == found.end()) {
      text += name + " is missing\n";
    } else if (there->second != serial) {
      text += name + " has " + std::to_string(there->second) + ", not " + std::to_string(serial) + "\n";
    }
  }
  for (const auto& [name, serial] : found) {
    if (!wanted.contains(name)) text += name + " is there\n";
  }
  return text;
}

}  // namespace minidns::e2e
