// What is written arrives: by AXFR, then change by change; the verdict is what the secondary itself transfers.

#include "tests/harness/dns_probe.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/powerdns_server.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/secondary_fixture.hpp"

#include <sstream>

namespace minidns::mdns::test {
namespace {

using harness::eventually;

class SecondaryContent : public SecondaryTest {
 protected:
  /// How many records of owners that begin with `owner` the server's own store or tool shows.
  [[nodiscard]] long records_held(const std::string& zone, const std::string& owner) const {
    std::string text;
    if (is("Knot")) {
      text = dynamic_cast<const harness::KnotServer&>(secondary()).knotc({"zone-read", zone}).out;
    } else {
      text = dynamic_cast<const harness::PowerdnsServer&>(secondary()).pdnsutil({"list-zone", zone}).out;
    }
    std::istringstream lines(text);
    long count = 0;
    for (std::string line; std::getline(lines, line);) count += line.find(owner + zone.substr(0, 5)) < 40 ? 1 : 0;
    return count;
  }
};

INSTANTIATE_TEST_SUITE_P(All, SecondaryContent, testing::ValuesIn(secondary_kinds()),
                         [](const auto& kind) { return kind.param; });

// edge cases 30, 36
TEST_P(SecondaryContent, EveryCommonTypeArrives) {
  const ZoneModel model(world(), "types.example.", every_common_type("types.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

// edge cases 31, 32
TEST_P(SecondaryContent, NamesThatNeedEscapesArriveWhereTheSecondaryTakesThem) {
  const ZoneModel model(world(), "names.example.", hard_names("names.example."));
  secondary().add_zone(model.name(), primaries());
  if (is("Yadifa")) {
    // Its zones take no other octets in names than those of host names and a few more.
    EXPECT_TRUE(eventually([&] { return secondary().log().find("INVALID_CHARSET") != std::string::npos; }));
    return;
  }
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

// edge cases 28, 33, 34, 35
TEST_P(SecondaryContent, CutsWithGlueWildcardsAndEmptyNonTerminalsArrive) {
  const ZoneModel model(world(), "cuts.example.", cuts_and_wildcards("cuts.example."));
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

// edge case 29
TEST_P(SecondaryContent, ARecordThatFillsAMessageArrives) {
  const ZoneModel model(world(), "record.example.", {largest_record("record.example.")});
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  if (is("Nsd") || is("Yadifa")) {
    // NSD sends it in answers, but empty messages without end when asked for AXFR.
    const auto text = harness::dig(secondary().address(), secondary().port(), {"+tcp", "text.record.example.", "TXT"});
    ASSERT_EQ(text.size(), 1U);
    EXPECT_GT(text[0].size(), 64'000U);
  } else {
    EXPECT_EQ(wrong(model), "");
  }
}

// edge case 29
TEST_P(SecondaryContent, AnRRsetAbove64KiBArrivesWhereTheSecondaryHoldsOne) {
  const ZoneModel model(world(), "rrset.example.", {large_rrset("rrset.example.")});
  secondary().add_zone(model.name(), primaries());
  if (is("Bind")) {
    EXPECT_TRUE(eventually([&] { return secondary().log().find("ran out of space") != std::string::npos; }));
    return;  // an RRset of BIND is at most 64 KiB
  }
  ASSERT_TRUE(arrives(model));
  // Knot and PowerDNS hold it, but fail when they are to send it.
  if (is("Knot") || is("Powerdns")) {
    EXPECT_EQ(records_held(model.name(), "many."), 99);
  } else {
    EXPECT_EQ(wrong(model), "");
  }
}

// edge case 29: BIND takes 100 records in an RRset (max-records-per-type), the others any number.
TEST_P(SecondaryContent, AnRRsetOfAThousandRecordsArrivesUnlessTheSecondaryLimitsThem) {
  Set thousand{"a.thousand.example.", "A", {}};
  for (int i = 0; i < 1000; ++i) {
    thousand.records.push_back("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  }
  const ZoneModel model(world(), "thousand.example.", {thousand});
  secondary().add_zone(model.name(), primaries());
  if (is("Bind")) {
    EXPECT_TRUE(eventually([&] { return secondary().log().find("too many records") != std::string::npos; }));
    return;
  }
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

// edge case 28
TEST_P(SecondaryContent, AZoneOfSoaAndNsArrives) {
  const ZoneModel model(world(), "empty.example.", {});
  secondary().add_zone(model.name(), primaries());
  ASSERT_TRUE(arrives(model));
  EXPECT_EQ(wrong(model), "");
}

// edge cases 21, 22
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
