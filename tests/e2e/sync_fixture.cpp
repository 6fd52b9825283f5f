#include "tests/e2e/sync_fixture.hpp"

#include <iostream>

namespace minidns::e2e {

std::unique_ptr<Platform> Sync::platform_;

void Sync::SetUpTestSuite() {
  platform_ = std::make_unique<Platform>(harness::PlatformOptions{.bind = false, .powerdns = false});
  platform_->pool_manager().stop();
  auto rest = platform_->rest("tenant");
  for (int n = 0; n < zones_many; ++n) create_zone(rest, "z" + std::to_string(n) + ".sync.example.");
  const auto id = create_zone(rest, "records.sync.example.");
  create_recordset(rest, id, recordset_body("www.records.sync.example.", "A", {"192.0.2.1", "192.0.2.2"}));
  // Enough for a difference to be worth sending.
  std::vector<std::string> addresses;
  for (int n = 1; n <= 90; ++n) addresses.push_back("192.0.2." + std::to_string(n));
  for (const char* host : {"a", "b", "c"}) {
    create_recordset(rest, id, recordset_body(host + std::string(".records.sync.example."), "A", addresses));
  }
  create_recordset(rest, id, recordset_body("records.sync.example.", "TXT", {"\"a \\\"quoted\\\" text\""}));
}

void Sync::TearDownTestSuite() {
  platform_.reset();
}

void Sync::TearDown() {
  if (HasFailure()) std::cerr << platform_->logs();
}

Sync::Serials Sync::wanted() {
  auto rest = platform_->rest("tenant");
  Serials serials;
  std::string marker;
  while (true) {
    const auto body = rest.get("/v2/zones?limit=200" + (marker.empty() ? "" : "&marker=" + marker)).body;
    const auto& zones = body.at("zones").as_array();
    if (zones.empty()) return serials;
    for (const auto& zone : zones) {
      serials[std::string(zone.at("name").as_string())] =
          static_cast<std::uint32_t>(zone.at("serial").to_number<std::int64_t>());
    }
    marker = id_of(zones.back());
  }
}

std::string Sync::describe_bind(const std::string& name, const harness::BindServer& bind) {
  const auto statistics = "http://" + bind.address() + ":" + std::to_string(bind.statistics_port());
  return describe(name, "bind", bind, {{"control_port", bind.control_port()}, {"statistics_url", statistics}},
                  json::value(bind.control_key().secret));
}

std::string Sync::describe_powerdns(const std::string& name, const harness::PowerdnsServer& powerdns) {
  return describe(name, "powerdns", powerdns, {{"api_url", powerdns.api_url()}}, json::value(powerdns.api_key()));
}

std::string Sync::describe_knot(const std::string& name, const harness::KnotServer& knot) {
  return describe(name, "knot", knot, {{"control_socket", knot.control_socket()}});
}

std::string Sync::describe_nsd(const std::string& name, harness::NsdServer& nsd) {
  const auto& key = platform_->transfer_key().name;
  const auto pattern =
      nsd.add_pattern({{"127.0.0.1", platform_->mdns_port(), key}, {"127.0.0.2", platform_->mdns_port(), key}});
  return describe(name, "nsd", nsd, {{"pattern", pattern}, {"control_port", nsd.control_port()}},
                  json::value(nsd.control_certificates().credentials()));
}

void Sync::forget(const std::string& nameserver_id) {
  auto admin = platform_->rest("operator", "admin");
  EXPECT_EQ(admin.del("/v2/nameservers/" + nameserver_id).status, 204);
}

}  // namespace minidns::e2e
