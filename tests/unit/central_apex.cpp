#include "central/apex.hpp"
#include "dns/soa.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

const ZoneId id = ZoneId::parse("01a1fc57-4a75-7358-b338-4a3e406c7d56").value();
const dns::Ttl ttl = dns::Ttl::from_seconds(600).value();
const std::vector<storage::NsName> ns_names{{name("ns1.test."), 1}, {name("NS0.test."), 2}};

TEST(Apex, SoaIsMadeFromPoolAddressAndZone) {
  const auto set = make_soa(name("example.org."), id, "joe.doe@example.org", ttl, ns_names).value();
  const auto soa = dns::Soa::from_rdata(set.rrset.rdata.front().octets()).value();
  EXPECT_EQ(soa.mname, name("ns1.test."));
  EXPECT_EQ(soa.rname.to_text(), "joe\\.doe.example.org.");
  EXPECT_EQ(soa.serial.value(), 0U) << "the serial comes from the version";
  EXPECT_GE(soa.refresh_s, soa_refresh_s_min);
  EXPECT_LE(soa.refresh_s, soa_refresh_s_max);
  EXPECT_EQ(soa.retry_s, 600U);
  EXPECT_EQ(soa.expire_s, 604'800U);
  EXPECT_EQ(soa.minimum_s, 300U);
  EXPECT_EQ(set.rrset.ttl, ttl);
}

TEST(Apex, SoaIsTheSameEachTime) {
  const auto a = make_soa(name("example.org."), id, "a@b.example", ttl, ns_names).value();
  const auto b = make_soa(name("example.org."), id, "a@b.example", ttl, ns_names).value();
  EXPECT_EQ(a.rrset, b.rrset);
}

TEST(Apex, BadAddressNamesTheField) {
  const auto set = make_soa(name("example.org."), id, "nobody", ttl, ns_names);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().errors.at(0).path, std::vector<std::string>{"email"});
}

TEST(Apex, NsKeepsTheOrderOfThePoolInTextAndIsSortedInWireForm) {
  const auto set = make_ns(name("example.org."), ttl, ns_names);
  EXPECT_EQ(set.fields.records, (std::vector<std::string>{"ns1.test.", "NS0.test."}));
  EXPECT_TRUE(std::is_sorted(set.rrset.rdata.begin(), set.rrset.rdata.end()));
}

TEST(Apex, SerialIsPutIntoTheSoasText) {
  const auto set = make_soa(name("example.org."), id, "joe.doe@example.org", ttl, ns_names).value();
  const auto text = soa_text_with_serial(set.fields.records.front(), dns::Serial(4'294'967'295));
  EXPECT_TRUE(text.starts_with("ns1.test. joe\\.doe.example.org. 4294967295 ")) << text;
  EXPECT_TRUE(text.ends_with(" 600 604800 300")) << text;
}

}  // namespace
}  // namespace minidns::central
