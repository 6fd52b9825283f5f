// Two pool managers that share the work, and are killed or stand still in the middle of it.

#include "tests/e2e/nameserver_faults.hpp"

#include <signal.h>

namespace minidns::e2e {
namespace {

constexpr int zones_many = 100;

class TwoManagers : public NameserverFaults {
 protected:
  static void SetUpTestSuite() {
    start(short_times());
    second_ = platform().another_pool_manager();
    second_->start();
    add_knot_and_nsd();
    EXPECT_TRUE(shared());
  }
  static void TearDownTestSuite() {
    second_.reset();
    NameserverFaults::TearDownTestSuite();
  }
  void TearDown() override {
    NameserverFaults::TearDown();
    if (HasFailure()) std::cerr << second_->log();
  }
  static harness::Program& first() { return platform().pool_manager(); }
  static harness::Program& second() { return *second_; }
  static double leases(harness::Program& manager) { return manager.metric("minidns_pool_manager_leases"); }
  /// Two of the four nameservers each.
  static bool shared() {
    return eventually([] { return leases(first()) == 2 && leases(second()) == 2; }, long_wait);
  }
  static std::string zone_name(const std::string& label, int number) {
    return label + std::to_string(number) + ".managers.example.";
  }
  static void expect_all_right() {
    EXPECT_TRUE(equals_database(platform().bind()));
    EXPECT_TRUE(equals_database(platform().powerdns()));
    EXPECT_TRUE(equals_database(knot()));
    EXPECT_TRUE(equals_database(nsd()));
    for (const char* name : {"bind", "powerdns", "knot", "nsd"}) EXPECT_TRUE(has_no_tasks(name)) << name;
  }
  /// Makes zones, deletes every second of `old` and makes some of these again; calls `when_half` in the middle.
  template <class Action>
  static void burst(const std::string& label, const std::vector<std::string>& old, const std::string& old_label,
                    Action when_half) {
    for (int n = 0; n < zones_many; ++n) {
      make(zone_name(label, n));
      if (n % 2 == 0) remove(old[static_cast<std::size_t>(n)]);
      if (n % 10 == 0) make(zone_name(old_label, n));
      if (n == zones_many / 2) when_half();
    }
  }
  static std::vector<std::string> make_many(const std::string& label) {
    std::vector<std::string> ids;
    for (int n = 0; n < zones_many; ++n) ids.push_back(make(zone_name(label, n)));
    return ids;
  }

 private:
  static inline std::unique_ptr<harness::Program> second_;
};

TEST_F(TwoManagers, OneThatIsKilledInTheMiddleOfABatchLosesNothing) {
  const auto old = make_many("old");
  burst("killed", old, "old", [] { first().kill(); });
  expect_all_right();
  EXPECT_EQ(leases(second()), 4);
  first().start();
  EXPECT_TRUE(shared());
}

/// It wakes up with commands in hand, when another works for its nameservers and the names live again.
TEST_F(TwoManagers, OneThatStoodStillForLongerThanItsLeaseDeletesNothingThatLives) {
  const auto old = make_many("still");
  expect_all_right();
  for (auto* manager : {&first(), &second()}) {
    // Deletions of all of them are under way, when it stops.
    std::vector<std::string> ids;
    for (const auto& [name, serial] : wanted()) {
      if (name.starts_with("still")) {
        const auto zones = Platform::created(rest().get("/v2/zones?name=" + name));
        ids.push_back(id_of(zones.at("zones").as_array().at(0)));
      }
    }
    for (const auto& id : ids) remove(id);
    ::kill(manager->pid(), SIGSTOP);
    for (int n = 0; n < zones_many; ++n) make(zone_name("still", n));
    auto& other = manager == &first() ? second() : first();
    EXPECT_TRUE(eventually([&] { return leases(other) == 4; }, long_wait)) << "it takes over";
    expect_all_right();
    ::kill(manager->pid(), SIGCONT);
    EXPECT_TRUE(eventually([&] { return manager->ready(); }, long_wait));
    EXPECT_TRUE(shared());
    // Not only in the end: the zones were there all the time.
    EXPECT_EQ(platform().bind().zone_list().size(), wanted().size());
    EXPECT_EQ(platform().powerdns().zone_list().size(), wanted().size());
    EXPECT_EQ(knot().zone_list().size(), wanted().size());
    EXPECT_EQ(nsd().zone_list().size(), wanted().size());
    expect_all_right();
  }
}

TEST_F(TwoManagers, BothKilledAtOnceGoOnWhereTheyWere) {
  const auto old = make_many("both");
  burst("dead", old, "both", [] {
    first().kill();
    second().kill();
  });
  first().start();
  second().start();
  expect_all_right();
}

}  // namespace
}  // namespace minidns::e2e
