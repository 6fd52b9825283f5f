// What is written arrives: by AXFR, then change by change; the verdict is what the secondary itself transfers.

#include "tests/interop/secondary_fixture.hpp"

namespace minidns::mdns::test {
namespace {

using SecondaryContent = SecondaryTest;

INSTANTIATE_TEST_SUITE_P(All, SecondaryContent, testing::ValuesIn(secondary_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(SecondaryContent, EveryCommonTypeArrives) {
  const ZoneModel model(world(), "types.example.", every_common_type("types.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

TEST_P(SecondaryContent, NamesThatNeedEscapesArrive) {
  const ZoneModel model(world(), "names.example.", hard_names("names.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

TEST_P(SecondaryContent, CutsWithGlueWildcardsAndEmptyNonTerminalsArrive) {
  const ZoneModel model(world(), "cuts.example.", cuts_and_wildcards("cuts.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

TEST_P(SecondaryContent, ThirtyRandomChangesArriveOneByOne) {
  std::mt19937 random(20'251'125);
  ZoneModel model(world(), "random.example.", every_common_type("random.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  for (int change = 1; change <= 30; ++change) {
    model.change_at_random(random);
    ASSERT_TRUE(arrives(model)) << change;
    ASSERT_EQ(wrong(model), "") << change;
  }
}

}  // namespace
}  // namespace minidns::mdns::test
