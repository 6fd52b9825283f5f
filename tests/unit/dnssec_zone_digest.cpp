#include "dnssec/zone/digest.hpp"
#include "dnssec/zone/sign_change.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::dnssec::test {
namespace {

using dns::test::name;

DigestKey key(std::uint8_t octet = 7) {
  return DigestKey::from_secret(Secret(Bytes(32, octet))).value();
}

TEST(ZoneDigest, IsTheSumOfKeyedHashesOfCanonicalRecords) {
  // In Python: hashlib.blake2b(record, digest_size=32, key=b'\7' * 32), summed.
  ZoneDigest digest;
  digest.add(
      dns::test::rrset(name("WWW.Example."), dns::RRType::mx, {dns::test::rdata({0, 1}, name("Mail.Example."))}, 300),
      key());
  EXPECT_EQ(to_hex(digest.octets()), "30cf1e53f5ce2f78e78fa589cca3a9e08e85e25e8ba03feea002d46c82493e77");
  digest.add(dns::test::rrset(name("a."), dns::RRType::a, {dns::test::rdata(Bytes{192, 0, 2, 1})}, 5), key());
  EXPECT_EQ(to_hex(digest.octets()), "13a62b69cb47a116c121a707e1d2539c36e672b2c58bd5d469f0e0f731280f58");
}

TEST(ZoneDigest, FollowsChangesToWhatTheWholeZoneGives) {
  const auto apex = name("example.com.");
  const auto inputs = inputs_for(apex, Denial::nsec3, 1'790'000'000);
  HardZones zones(11, apex);
  Content content = zones.content(80);
  Snapshot zone = sign(content, inputs);
  auto digest = ZoneDigest::of(*zone, key());
  for (std::int64_t version = 2; version <= 20; ++version) {
    const Content next = zones.changed(content, 5);
    const auto delta = sign_change(*zone, inputs, dns::test::naive_diff(content, next, version - 1), inputs).value();
    zone = zone->apply(delta).value();
    digest = digest.after(delta, key());
    ASSERT_EQ(digest, ZoneDigest::of(*zone, key()));
    content = next;
  }
  EXPECT_NE(digest, ZoneDigest::of(*zone, key(8)));
}

TEST(ZoneDigest, DoesNotDependOnTheCaseOfNamesButOnTtlAndData) {
  const auto of = [](std::string_view owner, std::uint8_t last, std::int64_t ttl_s) {
    ZoneDigest digest;
    digest.add(dns::test::rrset(name(owner), dns::RRType::a, {dns::test::rdata(Bytes{192, 0, 2, last})}, ttl_s), key());
    return digest;
  };
  EXPECT_EQ(of("a.example.", 1, 60), of("A.EXAMPLE.", 1, 60));
  EXPECT_NE(of("a.example.", 1, 60), of("a.example.", 2, 60));
  EXPECT_NE(of("a.example.", 1, 60), of("a.example.", 1, 61));
}

TEST(ZoneDigest, IsZeroAgainWhenAllIsTakenAway) {
  const auto rrset = dns::test::addresses(name("a.example."), 100);
  ZoneDigest digest;
  digest.subtract(rrset, key());
  EXPECT_NE(digest, ZoneDigest());
  digest.add(rrset, key());
  EXPECT_EQ(digest, ZoneDigest());
}

TEST(ZoneDigest, RefusesAKeyThatIsTooShortOrTooLong) {
  EXPECT_FALSE(DigestKey::from_secret(Secret(Bytes(15))));
  EXPECT_FALSE(DigestKey::from_secret(Secret(Bytes(65))));
}

}  // namespace
}  // namespace minidns::dnssec::test
