// Two primaries, one of them behind, hanging or gone; keys of each algorithm; serials that wrap; secondaries that die.

#include "tests/harness/wait.hpp"
#include "tests/interop/secondary_fixture.hpp"

#include <signal.h>

namespace minidns::mdns::test {
namespace {

using harness::eventually;

class SecondaryPrimaries : public SecondaryTest {
 protected:
  static Set host(const ZoneModel& model, int number) {
    return {"h." + model.name(), "A", {"192.0.2." + std::to_string(number)}};
  }
};

INSTANTIATE_TEST_SUITE_P(All, SecondaryPrimaries, testing::ValuesIn(secondary_kinds()),
                         [](const auto& kind) { return kind.param; });

// edge case 9
TEST_P(SecondaryPrimaries, AKeyOfEachAlgorithmOpensAxfrAndIxfr) {
  for (const std::string algorithm : {"hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"}) {
    ZoneModel model(world(), algorithm + ".example.", every_common_type(algorithm + ".example."));
    secondary().add_zone(model.name(), primaries(algorithm + ".key."));
    ASSERT_TRUE(arrives(model)) << algorithm;
    model.change({host(model, 7)});
    ASSERT_TRUE(arrives(model)) << algorithm;
    EXPECT_EQ(wrong(model), "") << algorithm;
  }
}

TEST_P(SecondaryPrimaries, AChangeArrivesWhicheverOfTwoIsAway) {
  if (is("Yadifa")) GTEST_SKIP() << "it asks the next of its list only when the SOA's retry time is over";
  ZoneModel model(world(), "away.example.", every_common_type("away.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  int number = 0;
  for (const int which : {1, 2, 1, 2}) {
    mdns(which).kill();
    model.change({host(model, ++number)});
    // BIND may be about to ask the one that was killed, with the other's NOTIFY queued behind and then forgotten.
    EXPECT_TRUE(arrives_reminded(model)) << "without mdns " << which;
    EXPECT_EQ(wrong(model), "");
    mdns(which).start();
    model.change({host(model, ++number)});
    EXPECT_TRUE(arrives(model)) << "mdns " << which << " is back";
  }
  EXPECT_EQ(wrong(model), "");
}

// edge case 14: the one that was stopped is behind for a moment when it goes on.
TEST_P(SecondaryPrimaries, AChangeArrivesWhileOneOfTwoHangsAndNothingIsLostWhenItGoesOn) {
  if (is("Yadifa")) GTEST_SKIP() << "it asks the next of its list only when the SOA's retry time is over";
  ZoneModel model(world(), "hangs.example.", every_common_type("hangs.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  int number = 0;
  for (const int which : {2, 1}) {
    mdns(which).process().signal(SIGSTOP);
    model.change({host(model, ++number)});
    // Knot and PowerDNS ask who told them; BIND and NSD wait for the first of their list before they go on to him.
    EXPECT_TRUE(arrives(model, std::chrono::seconds(150))) << "while mdns " << which << " hangs";
    mdns(which).process().signal(SIGCONT);
    model.change({host(model, ++number)});
    EXPECT_TRUE(arrives(model)) << "mdns " << which << " goes on";
    EXPECT_EQ(wrong(model), "");
  }
}

// edge case 13: 0 is a serial like any other to all of them.
TEST_P(SecondaryPrimaries, ASerialThatWrapsAroundIsFollowed) {
  ZoneModel model(world(), "wrap.example.", every_common_type("wrap.example."), 4'294'967'293U);
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  for (int number = 1; number <= 5; ++number) {
    model.change({host(model, number)});
    ASSERT_TRUE(arrives(model)) << model.serial();
    ASSERT_EQ(wrong(model), "") << model.serial();
  }
  EXPECT_EQ(model.serial(), 2U);
}

// edge case 18: a serial of the zone's earlier life is in no history.
TEST_P(SecondaryPrimaries, AZoneDeletedAndMadeAgainArrivesAnew) {
  ZoneModel first(world(), "again.example.", every_common_type("again.example."));
  secondary().add_zone(first.name(), primaries());
  ASSERT_TRUE(arrives(first));
  world().delete_zone(first.zone());
  ZoneModel second(world(), "again.example.", {{"new.again.example.", "A", {"192.0.2.1"}}}, 1000);
  EXPECT_TRUE(arrives(second));
  EXPECT_EQ(wrong(second), "");

  secondary().remove_zone(second.name());
  secondary().add_zone(second.name(), primaries());
  second.change({host(second, 2)});
  EXPECT_TRUE(arrives(second));
  EXPECT_EQ(wrong(second), "");
}

TEST_P(SecondaryPrimaries, ASecondaryThatWasKilledCatchesUp) {
  ZoneModel model(world(), "killed.example.", every_common_type("killed.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  secondary().kill();
  for (int number = 1; number <= 3; ++number) model.change({host(model, number)});
  secondary().start();
  notify_again(model);
  EXPECT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
  model.change({host(model, 99)});
  EXPECT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

// edge cases 20, 23: the zone is read anew by an mdns that was started later; the difference from a serial which only
// the other has ever sent is the same.
TEST_P(SecondaryPrimaries, AnMdnsStartedLaterContinuesWhatTheOtherSent) {
  if (is("Yadifa")) GTEST_SKIP() << "it asks the next of its list only when the SOA's retry time is over";
  std::mt19937 random(7);
  ZoneModel model(world(), "later.example.", every_common_type("later.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  mdns(2).kill();
  model.change_at_random(random);
  ASSERT_TRUE(arrives(model));
  mdns(1).kill();
  mdns(2).start();
  for (int change = 1; change <= 5; ++change) {
    model.change_at_random(random);
    ASSERT_TRUE(arrives(model)) << change;
    ASSERT_EQ(wrong(model), "") << change;
  }
  mdns(1).start();
}

}  // namespace
}  // namespace minidns::mdns::test
