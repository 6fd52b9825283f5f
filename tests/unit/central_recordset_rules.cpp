#include "central/canonical_rdata.hpp"
#include "central/recordset_rules.hpp"
#include "dns/text/rdata_text.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

using dns::RRType;
using Texts = std::vector<std::string>;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

const ZoneTraits plain{name("example.org."), dns::Ttl::from_seconds(3600).value(), false};
const ZoneTraits with_bind{name("example.org."), dns::Ttl::from_seconds(3600).value(), true};

storage::RecordsetFields fields(std::string_view owner, RRType type, Texts records) {
  return {.name = name(owner), .type = type, .ttl = {}, .records = std::move(records), .description = {}};
}

Texts addresses(int count) {
  Texts texts;
  for (int i = 0; i < count; ++i) {
    texts.push_back("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  }
  return texts;
}

TEST(RecordsetRules, TypesOfTheSignerAndMetaTypesAreRefused) {
  for (const auto type : {RRType::soa, RRType::rrsig, RRType::nsec, RRType::nsec3, RRType::nsec3param, RRType::dnskey,
                          RRType::cds, RRType::cdnskey, RRType::zonemd, RRType::any, RRType::opt, RRType::axfr}) {
    const auto result = check_type(type);
    ASSERT_FALSE(result) << type.to_text();
    EXPECT_EQ(result.error().errors.at(0).path, Texts{"type"}) << type.to_text();
  }
  for (const auto type : {RRType::a, RRType::ds, RRType::caa, RRType::https, RRType(65280)}) {
    EXPECT_TRUE(check_type(type)) << type.to_text();
  }
}

TEST(RecordsetRules, RRsetIsSortedWithTheZonesTtl) {
  const auto rrset = make_rrset(plain, fields("WWW.example.org.", RRType::a, {"10.0.0.2", "10.0.0.1"})).value();
  ASSERT_TRUE(rrset);
  EXPECT_EQ(rrset->owner.to_text(), "WWW.example.org.") << "case is kept";
  EXPECT_EQ(rrset->ttl.seconds(), 3600U);
  EXPECT_TRUE(std::is_sorted(rrset->rdata.begin(), rrset->rdata.end()));
}

TEST(RecordsetRules, OwnTtlGoesFirst) {
  auto given = fields("www.example.org.", RRType::a, {"10.0.0.2"});
  given.ttl = dns::Ttl::from_seconds(0).value();
  EXPECT_EQ(make_rrset(plain, given).value()->ttl.seconds(), 0U);
}

TEST(RecordsetRules, WithoutRecordsNothingIsServed) {
  EXPECT_FALSE(make_rrset(plain, fields("www.example.org.", RRType::a, {})).value());
}

TEST(RecordsetRules, NameMustLieInTheZone) {
  for (const auto* owner : {"www.example.com.", "org.", ".", "wwwexample.org."}) {
    const auto result = make_rrset(plain, fields(owner, RRType::a, {"10.0.0.1"}));
    ASSERT_FALSE(result) << owner;
    EXPECT_EQ(result.error().type, api::ProblemType::invalid_recordset_location) << owner;
  }
  EXPECT_TRUE(make_rrset(plain, fields("a.EXAMPLE.org.", RRType::a, {"10.0.0.1"}))) << "without case";
}

TEST(RecordsetRules, EveryBadRecordIsNamedWithItsIndex) {
  const auto result =
      make_rrset(plain, fields("www.example.org.", RRType::a, {"10.0.0.1", "ten", "10.0.0.2", "10.0.0.300"}));
  ASSERT_FALSE(result);
  ASSERT_EQ(result.error().errors.size(), 2U);
  EXPECT_EQ(result.error().errors[0].path, (Texts{"records", "1"}));
  EXPECT_EQ(result.error().errors[1].path, (Texts{"records", "3"}));
}

TEST(RecordsetRules, SameRecordTwiceIsRefusedHoweverItIsWritten) {
  struct Row {
    RRType type;
    Texts records;
  };
  const Row rows[] = {
      {RRType::aaaa, {"2001:db8::1", "2001:DB8:0:0::1"}},
      {RRType::mx, {"10 mail.example.org.", "10 MAIL.example.org."}},
      {RRType::srv, {"1 2 3 a.example.", "1 2 3 A.EXAMPLE."}},
      {RRType::naptr, {"1 1 \"U\" \"E2U\" \"!x!y!\" a.example.", "1 1 \"U\" \"E2U\" \"!x!y!\" A.example."}},
      {RRType::txt, {"same", "\"same\""}},
      {RRType(65280), {"\\# 1 aa", "\\# 1 AA"}},
  };
  for (const auto& row : rows) {
    const auto result = make_rrset(plain, fields("x.example.org.", row.type, row.records));
    ASSERT_FALSE(result) << row.type.to_text();
    EXPECT_EQ(result.error().errors.at(0).path, (Texts{"records", "1"})) << row.type.to_text();
  }
}

TEST(RecordsetRules, RecordsThatDifferOnlyInCaseOfTextAreDifferent) {
  EXPECT_TRUE(make_rrset(plain, fields("x.example.org.", RRType::txt, {"same", "Same"})));
}

TEST(RecordsetRules, OneCnameAndOneDnameAtMost) {
  EXPECT_FALSE(make_rrset(plain, fields("x.example.org.", RRType::cname, {"a.example.", "b.example."})));
  EXPECT_FALSE(make_rrset(plain, fields("x.example.org.", RRType::dname, {"a.example.", "b.example."})));
}

TEST(RecordsetRules, MoreThanHundredRecordsAreRefusedWhereABindServes) {
  const auto hundred = fields("x.example.org.", RRType::a, addresses(100));
  const auto more = fields("x.example.org.", RRType::a, addresses(101));
  EXPECT_TRUE(make_rrset(with_bind, hundred));
  EXPECT_TRUE(make_rrset(plain, more));
  const auto refused = make_rrset(with_bind, more);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().errors.at(0).message.find("100"), std::string::npos) << "the limit is named";
}

TEST(RecordsetRules, LargestRecordFits) {
  std::string text = "\\# 64000 ";
  for (std::size_t i = 0; i < dns::Rdata::size_octets_max; ++i) {
    text += "ab";
  }
  EXPECT_TRUE(make_rrset(plain, fields("x.example.org.", RRType(65280), {text})));
  text.replace(3, 5, "64001");
  EXPECT_FALSE(make_rrset(plain, fields("x.example.org.", RRType(65280), {text + "ab"})));
}

TEST(CanonicalRdata, NamesAreLowerCasedAndNothingElse) {
  const auto canonical = [](RRType type, std::string_view text) {
    return canonical_rdata(type, dns::rdata_from_text(type, text).value());
  };
  EXPECT_EQ(canonical(RRType::soa, "A.example. B.EXAMPLE. 1 2 3 4 5"),
            canonical(RRType::soa, "a.example. b.example. 1 2 3 4 5"));
  EXPECT_NE(canonical(RRType::naptr, "1 1 \"U\" \"E2U+sip\" \"!x!y!\" a."),
            canonical(RRType::naptr, "1 1 \"U\" \"E2U+SIP\" \"!x!y!\" a."));
  EXPECT_NE(canonical(RRType::caa, "0 issue \"A\""), canonical(RRType::caa, "0 issue \"a\""));
}

}  // namespace
}  // namespace minidns::central
