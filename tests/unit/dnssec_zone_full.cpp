// Full signing, judged by ldns-verify-zone, dnssec-verify and kzonecheck. Edge cases 31-36, 41.
#include "dnssec/zone/slot.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace minidns::dnssec::test {
namespace {

using dns::test::name;

/// The tools judge by today's date.
std::int64_t today_s() {
  return std::time(nullptr);
}

constexpr std::string_view hard_zone = R"(
@ MX 10 MAIL
@ TYPE65400 \# 2 0102
@ CAA 0 issue "ca.example"
MiXeD A 192.0.2.1
mixed TXT "case" "" "x"
mail 60 A 192.0.2.2
mail AAAA 2001:db8::1
a.b.ent A 192.0.2.3
*.wild TXT "wildcard"
sub.*.wild TXT "below an asterisk"
*.alias CNAME Mail
cut NS ns.cut
cut NS NS.Example.ORG.
cut A 192.0.2.4
ns.cut A 192.0.2.5
deep.under.cut TXT "occluded"
secure NS ns.secure
secure DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000001
ns.secure A 192.0.2.6
insecure.only.ent NS ns.example.org.
dname DNAME Target.example.ORG.
dname TXT "beside"
occluded.dname A 192.0.2.7
x\.y A 192.0.2.8
\000\001 A 192.0.2.9
\255 A 192.0.2.10
back\\slash A 192.0.2.11
sp\032ace A 192.0.2.12
srv SRV 1 2 3 Host.Example.ORG.
naptr NAPTR 1 2 "U" "E2U+sip" "" Host.Example.ORG.
rp RP Some.One.Example. Else.Example.
svc HTTPS 1 . alpn=h2
)";

class FullSigning : public testing::TestWithParam<Denial> {};

TEST_P(FullSigning, OfAHardZoneIsAcceptedByThreeTools) {
  const auto zone =
      sign(content_of(name("Example.Com."), hard_zone), inputs_for(name("example.com."), GetParam(), today_s()));
  EXPECT_EQ(complaints(*zone), "");
  dns::test::expect_well_formed(*zone);
}

TEST_P(FullSigning, OfAnEmptyZoneIsAcceptedByThreeTools) {
  const auto zone = sign(content_of(name("example.com."), ""), inputs_for(name("example.com."), GetParam(), today_s()));
  EXPECT_EQ(complaints(*zone), "");
}

TEST_P(FullSigning, OfTheRootZoneIsAcceptedByThreeTools) {
  const auto zone = sign(
      content_of(name("."),
                 "ns.example.net. A 192.0.2.2\ncom. NS ns.com.\nns.com. A 192.0.2.1\norg. NS ns.com.\norg. DS 1 13 2 "
                 "0000000000000000000000000000000000000000000000000000000000000001\n"),
      inputs_for(name("."), GetParam(), today_s()));
  EXPECT_EQ(complaints(*zone), "");
}

TEST_P(FullSigning, OfRandomZonesIsAcceptedByThreeTools) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    HardZones zones(seed, name("example.com."));
    auto inputs = inputs_for(name("example.com."), GetParam(), today_s());
    inputs.times.buckets = 1U << seed % 4;
    const auto zone = sign(zones.content(10 * (1 + seed % 8)), inputs);
    ASSERT_EQ(complaints(*zone), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Denials, FullSigning, testing::Values(Denial::nsec, Denial::nsec3, Denial::nsec3_opt_out),
                         [](const auto& tested) {
                           return tested.param == Denial::nsec    ? "Nsec"
                                  : tested.param == Denial::nsec3 ? "Nsec3"
                                                                  : "Nsec3OptOut";
                         });

}  // namespace
}  // namespace minidns::dnssec::test
