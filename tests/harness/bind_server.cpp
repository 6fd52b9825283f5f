#include "tests/harness/bind_server.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/harness/ports.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <filesystem>

namespace minidns::harness {

namespace {

std::string key_clause(const KeySpec& key) {
  return "key \"" + key.name + "\" { algorithm " + key.algorithm + "; secret \"" + key.secret + "\"; };\n";
}

std::string primaries_clause(const std::vector<Primary>& primaries) {
  std::string clause = "{ ";
  for (const auto& primary : primaries) {
    clause += primary.address + " port " + std::to_string(primary.port);
    clause += (primary.key.empty() ? "" : " key \"" + primary.key + "\"") + "; ";
  }
  return clause + "}";
}

}  // namespace

BindServer::BindServer(std::vector<KeySpec> transfer_keys, std::string address, std::vector<BindView> views)
    : Secondary("bind", std::move(transfer_keys), std::move(address)),
      views_(std::move(views)),
      control_port_(free_port()),
      statistics_port_(free_port()),
      control_key_{"control", "hmac-sha256", to_base64(random_bytes(32))} {
  write_configuration();
  start();
}

void BindServer::write_configuration() const {
  const auto port = [](std::uint16_t number) { return std::to_string(number); };
  const auto folder = folder_.path().string();
  std::string text = key_clause(control_key_);
  for (const auto& key : transfer_keys_) text += key_clause(key);
  text += "options {\n  directory \"" + folder + "\";\n  pid-file \"" + folder + "/named.pid\";\n  session-keyfile \"" +
          folder + "/session.key\";\n  lock-file none;\n  listen-on port " + port(port_) + " { " + address_ +
          "; };\n  listen-on-v6 { none; };\n  recursion no;\n  dnssec-validation no;\n  notify no;\n" +
          "  allow-notify { 127.0.0.0/8; };\n  allow-transfer { 127.0.0.0/8; };\n" +
          "  serial-query-rate 1000;\n  transfers-in 100;\n  transfers-per-ns 100;\n" +
          (views_.empty() ? "  allow-new-zones yes;\n" : "") + more_options_ + "};\n" + more_zones_ +
          "controls { inet " + address_ + " port " + port(control_port_) + " allow { 127.0.0.0/8; } keys { \"" +
          control_key_.name + "\"; }; };\n" + "statistics-channels { inet " + address_ + " port " +
          port(statistics_port_) + " allow { 127.0.0.0/8; }; };\n";
  for (const auto& view : views_) {
    std::filesystem::create_directory(folder_ / view.name);
    text += "view \"" + view.name + "\" { match-clients { key \"" + view.key + "\"; }; allow-new-zones yes; };\n";
  }
  write_file(folder_ / "named.conf", text);
}

void BindServer::start() {
  launch({"named", "-g", "-n", "1", "-c", folder_ / "named.conf"}, [this] { return rndc({"status"}).status == 0; });
}

void BindServer::add_zone(const std::string& zone, const std::vector<Primary>& primaries) {
  must(rndc({"addzone", zone,
             "{ type secondary; file \"" + file_of(zone) + "\"; masterfile-format text; primaries " +
                 primaries_clause(primaries) + "; };"}),
       "rndc addzone " + zone);
}

void BindServer::consume_catalog(const std::string& catalog, const std::vector<Primary>& primaries) {
  const auto list = primaries_clause(primaries);
  std::filesystem::create_directories(folder() + "/members");
  more_options_ = "  catalog-zones { zone \"" + catalog + "\" default-primaries " + list + " zone-directory \"" +
                  folder() + "/members\" min-update-interval 1; };\n";
  more_zones_ =
      "zone \"" + catalog + "\" { type secondary; file \"" + file_of(catalog) + "\"; primaries " + list + "; };\n";
  write_configuration();
  must(rndc({"reconfig"}), "rndc reconfig");
}

void BindServer::remove_zone(const std::string& zone) {
  must(rndc({"delzone", "-clean", zone}), "rndc delzone " + zone);
}

void BindServer::forget_zones() {
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const auto name = entry.path().filename().string();
    if (name != "named.conf" && name != "rndc.conf" && name != "log") std::filesystem::remove_all(entry);
  }
}

std::vector<std::string> BindServer::zone_list() const {
  const auto url = "http://" + address_ + ":" + std::to_string(statistics_port_) + "/json/v1/zones";
  const auto statistics = boost::json::parse(must(run({"curl", "-sf", url}), "statistics"));
  const auto* zones = statistics.as_object().if_contains("views");  // a view without zones has no list
  for (const char* key : {"_default", "zones"}) {
    if (zones != nullptr) zones = zones->as_object().if_contains(key);
  }
  std::vector<std::string> names;
  for (const auto& zone : zones == nullptr ? boost::json::array() : zones->as_array()) {
    if (zone.at("type").as_string() == "secondary") names.push_back(std::string(zone.at("name").as_string()) + ".");
  }
  std::ranges::sort(names);
  return names;
}

CommandResult BindServer::rndc(const std::vector<std::string>& command) const {
  write_file(folder_ / "rndc.conf",
             key_clause(control_key_) + "options { default-key \"" + control_key_.name + "\"; };\n");
  std::vector<std::string> arguments{"rndc",   "-c", folder_ / "rndc.conf",        "-s",
                                     address_, "-p", std::to_string(control_port_)};
  arguments.insert(arguments.end(), command.begin(), command.end());
  return run(arguments);
}

}  // namespace minidns::harness
