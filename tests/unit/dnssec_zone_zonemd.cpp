// ZONEMD: RFC 8976's own example, and ldns' verdict on signed zones.
#include "dns/text/rdata_text.hpp"
#include "dnssec/zone/zonemd.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace minidns::dnssec::test {
namespace {

using dns::test::name;

TEST(Zonemd, TheDigestOfTheRfcsExampleIsTheRfcs) {
  // RFC 8976 appendix A.1.
  const auto rrset = [](const char* owner, dns::RRType type, std::uint32_t ttl,
                        std::initializer_list<const char*> texts) {
    dns::RRset made{name(owner), type, dns::Ttl::from_wire(ttl), {}};
    for (const char* text : texts) {
      made.rdata.push_back(dns::rdata_from_text(type, text).value());
    }
    return made;
  };
  Content content{
      name("example."),
      rrset("example.", dns::RRType::soa, 86400, {"ns1.example. admin.example. 2018031900 1800 900 604800 86400"}),
      {}};
  content.put(rrset("example.", dns::RRType::ns, 86400, {"ns1.example.", "ns2.example."}));
  content.put(rrset("ns1.example.", dns::RRType::a, 3600, {"203.0.113.63"}));
  content.put(rrset("ns2.example.", dns::RRType::aaaa, 3600, {"2001:db8::63"}));
  const auto rdata = zonemd_rdata(*dns::test::build(content));
  ASSERT_TRUE(rdata.has_value());
  EXPECT_EQ(dns::rdata_to_text(dns::RRType::zonemd, *rdata),
            dns::rdata_to_text(
                dns::RRType::zonemd,
                dns::rdata_from_text(dns::RRType::zonemd,
                                     "2018031900 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9"
                                     "a9713b3c9ae5cc27777f98b8e730044c")
                    .value()));
}

TEST(Zonemd, ASignedZonesDigestIsRightAndAnotherZonesIsNot) {
  HardZones zones(7, name("Example.com."));
  for (const auto denial : {Denial::nsec, Denial::nsec3}) {
    auto inputs = inputs_for(name("example.com."), denial, std::time(nullptr) - 86'400);
    const auto content = zones.content(60);
    EXPECT_NE(zonemd_complaints(zone_file_of(*sign(content, inputs))), "") << "-Z wants one";
    inputs.zonemd = true;
    const auto text = zone_file_of(*sign(content, inputs));
    EXPECT_EQ(zonemd_complaints(text), "") << text;
    EXPECT_EQ(complaints(*sign(content, inputs)), "");
    EXPECT_NE(zonemd_complaints(text + "zzz.example.com. 300 IN A 192.0.2.1\n"), "");
  }
}

}  // namespace
}  // namespace minidns::dnssec::test
