#pragma once

#include "tests/e2e/served.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace minidns::e2e {

using harness::CommandResult;

/// A platform with many zones and no nameserver, whose pool manager stands still unless a test starts it: what is done
/// is done by `minidns`.
class Sync : public testing::Test {
 protected:
  static constexpr int zones_many = 300;

  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void TearDown() override;

  /// Zone names with what they should be served at, as REST says.
  using Serials = std::map<std::string, std::uint32_t>;
  static Serials wanted();

  /// Describes a nameserver by REST, in state bootstrapping; its id.
  template <class Server>
  static std::string describe(const std::string& name, const std::string& driver, const Server& server,
                              const json::object& settings, const json::value& secret = nullptr) {
    auto admin = platform_->rest("operator", "admin");
    const auto keys = admin.get("/v2/tsigkeys?name=" + platform_->transfer_key().name).body;
    json::object body{{"name", name},          {"pool_id", platform_->pool_id()},
                      {"driver", driver},      {"address", server.address()},
                      {"port", server.port()}, {"state", "bootstrapping"},
                      {"settings", settings},  {"transfer_key_id", id_of(keys.at("tsigkeys").as_array().at(0))}};
    if (!secret.is_null()) body["secret"] = secret;
    return id_of(Platform::created(admin.post("/v2/nameservers", body)));
  }
  static std::string describe_bind(const std::string& name, const harness::BindServer& bind);
  static std::string describe_powerdns(const std::string& name, const harness::PowerdnsServer& powerdns);
  static std::string describe_knot(const std::string& name, const harness::KnotServer& knot);
  static std::string describe_nsd(const std::string& name, harness::NsdServer& nsd);
  static void forget(const std::string& nameserver_id);

  /// Zones that the server does not serve at the serial wanted, asked by another resolver than ours; for a message.
  template <class Server>
  static std::string not_served(const Server& server, const Serials& serials) {
    harness::SoaAsker asker(server.address(), server.port());
    std::string wrong;
    for (const auto& [zone, serial] : serials) {
      std::optional<harness::SoaAnswer> answer;
      for (int tries = 0; tries < 3 && !answer; ++tries) answer = asker.ask(zone, std::chrono::seconds(5));
      if (!answer || answer->serial != serial) wrong += zone + " ";
    }
    return wrong;
  }

  static std::unique_ptr<Platform> platform_;
};

inline std::string said(const CommandResult& result) {
  return "status " + std::to_string(result.status) + "\n" + result.out + result.err;
}

}  // namespace minidns::e2e
