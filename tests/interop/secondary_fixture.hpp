#pragma once

#include "tests/harness/secondary.hpp"
#include "tests/interop/mdns_world.hpp"
#include "tests/interop/zone_model.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace minidns::mdns::test {

/// A server of the kind that the parameter names, with the transfer keys.
[[nodiscard]] std::unique_ptr<harness::Secondary> make_secondary(const std::string& kind,
                                                                 const std::vector<harness::KeySpec>& keys);
/// All kinds on this Debian.
[[nodiscard]] std::vector<std::string> secondary_kinds();

/// Two mdns on one database, and a real secondary that fetches from both. One set per test program and kind: each test
/// takes a zone name of its own.
class SecondaryTest : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static World& world() { return *world_; }
  static harness::Program& mdns(int which) { return *mdns_.at(static_cast<std::size_t>(which - 1)); }
  [[nodiscard]] harness::Secondary& secondary() const { return *secondaries_.at(GetParam()); }
  [[nodiscard]] bool is(const char* kind) const { return GetParam() == kind; }
  /// Both mdns, with the key; or `first` then the other.
  [[nodiscard]] static std::vector<harness::Primary> primaries(const std::string& key = "pool.key.", int first = 1);

  /// The secondary in the database.
  [[nodiscard]] const NameserverId& nameserver() const { return nameservers_.at(GetParam()); }
  /// As the pool manager asks for it: both mdns tell the secondary again of the zone's version.
  void notify_again(const ZoneModel& model) const;

  /// Asks the secondary until it has the model's serial.
  [[nodiscard]] bool arrives(const ZoneModel& model, std::chrono::milliseconds limit = std::chrono::seconds(30)) const;
  /// The same, with another NOTIFY every 5 s, which the pool manager would want too.
  [[nodiscard]] bool arrives_reminded(const ZoneModel& model,
                                      std::chrono::milliseconds limit = std::chrono::seconds(30)) const;
  /// What the secondary serves is what was written; the difference otherwise.
  [[nodiscard]] std::string wrong(const ZoneModel& model) const;

 private:
  [[nodiscard]] bool shows(const ZoneModel& model, std::chrono::milliseconds limit) const;

  static std::unique_ptr<World> world_;
  static std::vector<std::unique_ptr<harness::Program>> mdns_;
  static std::map<std::string, std::unique_ptr<harness::Secondary>> secondaries_;
  static std::map<std::string, NameserverId> nameservers_;
  static std::vector<harness::KeySpec> keys_;
};

}  // namespace minidns::mdns::test
