// Signature times, the choice of keys, what comes with the key set, and what is refused.
#include "dnssec/zone/canonical.hpp"
#include "dnssec/zone/sign_change.hpp"
#include "dnssec/zone/slot.hpp"
#include "dnssec/zone/zone_signer.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <set>
#include <thread>

namespace minidns::dnssec::test {
namespace {

using dns::RRType;
using dns::test::naive_diff;
using dns::test::name;
using dns::test::records_of;

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t noon_s = 1'790'000'000;

std::set<std::uint16_t> tags_of(const dns::ZoneSnapshot& zone, const dns::Name& owner, RRType covered) {
  std::set<std::uint16_t> tags;
  const auto rrsigs = zone.find(owner, RRType::rrsig).value();
  for (const auto& rrsig : rrsigs.rdata) {
    const auto octets = rrsig.octets();
    if ((octets[0] << 8 | octets[1]) == covered.value()) {
      tags.insert(static_cast<std::uint16_t>(octets[16] << 8 | octets[17]));
    }
  }
  return tags;
}

std::uint16_t tag(const SigningKey& key) {
  return key_tag_of(key.dnskey.octets());
}

SlotRule rule(std::uint32_t buckets) {
  return SlotRule::make(name("Example.com."), {7 * day_s, 21 * day_s, day_s, buckets}).value();
}

TEST(Slot, HashesAndOffsetsAreTheSameForEver) {
  const auto slot = rule(1).slot_of(0, noon_s);
  EXPECT_EQ(slot.inception, slot.start_s - day_s);
  EXPECT_EQ(slot.expiration, slot.start_s + 21 * day_s);
  EXPECT_EQ(rule(8).bucket_of(name("WWW.example.com."), RRType::a),
            rule(8).bucket_of(name("www.example.com."), RRType::a));
  EXPECT_EQ(rule(8).bucket_of(name("example.com."), RRType::dnskey), 0U);
  // By hashlib in Python. A change here would give two contents to one serial.
  EXPECT_EQ(rule(64).bucket_of(name("www.example.com."), RRType::a), 56U);
  EXPECT_EQ(slot.start_s, 1'789'989'834);
}

TEST(Slot, HoldsTheSigningTimeInItsPeriod) {
  for (const std::uint32_t buckets : {1U, 2U, 8U, 64U}) {
    for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
      for (const std::int64_t time_s : {noon_s, noon_s + 12'345, std::int64_t{0}, std::int64_t{1}}) {
        const auto start = rule(buckets).slot_of(bucket, time_s).start_s;
        EXPECT_LE(start, time_s);
        EXPECT_GT(start + 7 * day_s, time_s);
      }
    }
  }
}

TEST(Slot, KeepsHalfOfTheOffsetsWhenBucketsDouble) {
  std::set<std::int64_t> few;
  std::set<std::int64_t> many;
  for (std::uint32_t bucket = 0; bucket < 8; ++bucket) {
    few.insert(rule(8).slot_of(bucket, noon_s).start_s);
  }
  for (std::uint32_t bucket = 0; bucket < 16; ++bucket) {
    many.insert(rule(16).slot_of(bucket, noon_s).start_s);
  }
  EXPECT_EQ(many.size(), 16U);
  EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
}

TEST(Slot, IsDueAsOftenAsThereAreBuckets) {
  for (const std::uint32_t buckets : {1U, 8U, 64U}) {
    const auto slots = rule(buckets);
    std::uint32_t times = 0;
    for (std::int64_t at_s = slots.next_due_s(noon_s); at_s <= noon_s + 7 * day_s; at_s = slots.next_due_s(at_s)) {
      std::uint32_t moved = 0;
      for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
        moved += slots.slot_of(bucket, at_s) != slots.slot_of(bucket, at_s - 1) ? 1 : 0;
      }
      EXPECT_EQ(moved, 1U);
      ++times;
    }
    EXPECT_EQ(times, buckets);
    for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
      EXPECT_GT(slots.slot_of(bucket, noon_s).start_s + 21 * day_s, slots.earliest_expiry_s(noon_s));
    }
  }
}

TEST(Slot, RefusesTimesThatContradictEachOther) {
  for (const SlotTimes times : {SlotTimes{0, 10, 0, 1}, SlotTimes{10, 10, 0, 1}, SlotTimes{10, 20, -1, 1},
                                SlotTimes{10, 20, 11, 1}, SlotTimes{10, 20, 0, 3}, SlotTimes{10, 20, 0, 0},
                                SlotTimes{10, 20, 0, SlotTimes::buckets_max * 2}, SlotTimes{10, 1LL << 31, 0, 1}}) {
    EXPECT_FALSE(SlotRule::make(name("."), times));
  }
}

class KeySet : public testing::Test {
 protected:
  const dns::Name apex = name("example.com.");
  SigningInputs inputs = inputs_for(apex, Denial::nsec, std::time(nullptr));
  Content content = content_of(apex, "www A 192.0.2.1\nmail A 192.0.2.2\n");
};

TEST_F(KeySet, SignsWithTheNewestKeyThatIsActiveAtTheStartOfTheSlot) {
  const auto slot = SlotRule::make(apex, inputs.times).value().slot_of(0, inputs.signing_time_s);
  const auto active = ed25519_key(3, false, slot.start_s);
  const auto later = ed25519_key(4, false, slot.start_s + 1);
  for (const auto& key : {active, later}) {
    inputs.zone_keys.push_back(key);
    publish(inputs, key);
  }
  const auto zone = sign(content, inputs);
  EXPECT_EQ(tags_of(*zone, name("www.example.com."), RRType::a), std::set{tag(active)});
  EXPECT_EQ(tags_of(*zone, apex, RRType::dnskey), std::set{tag(inputs.apex_keys[0])});
  EXPECT_EQ(complaints(*zone), "");
}

TEST_F(KeySet, WithTwoAlgorithmsSignsEverythingTwice) {
  const auto ksk = rsa_key(true);
  const auto zsk = rsa_key(false);
  inputs.apex_keys.push_back(ksk);
  inputs.zone_keys.push_back(zsk);
  publish(inputs, ksk);
  publish(inputs, zsk);
  const auto zone = sign(content, inputs);
  EXPECT_EQ(tags_of(*zone, name("www.example.com."), RRType::a), (std::set{tag(zsk), tag(inputs.zone_keys[0])}));
  EXPECT_EQ(complaints(*zone), "");
}

TEST_F(KeySet, OfOneKeySignsAll) {
  const auto csk = ed25519_key(9, true);
  inputs.zone_keys = {csk};
  inputs.apex_keys = {csk};
  inputs.dnskey = {csk.dnskey};
  inputs.cds = {};
  inputs.cdnskey = {};
  EXPECT_EQ(complaints(*sign(content, inputs), KeyRoles::one_for_all), "");
}

TEST_F(KeySet, TakesStoredSignaturesForItsSlotOnly) {
  const auto zone = sign(content, inputs);
  const auto rrsigs = zone->find(apex, RRType::rrsig).value();
  SigningInputs stored = inputs;
  stored.apex_keys = {};
  for (const RRType type : {RRType::dnskey, RRType::cds, RRType::cdnskey}) {
    StoredSignatures one{type, {}};
    for (const auto& rrsig : rrsigs.rdata) {
      if ((rrsig.octets()[0] << 8 | rrsig.octets()[1]) == type.value()) {
        one.rrsigs.push_back(rrsig);
      }
    }
    stored.stored.push_back(std::move(one));
  }
  EXPECT_TRUE(records_of(*sign(content, stored)) == records_of(*zone));
  stored.times.buckets = 64;
  EXPECT_TRUE(try_sign(content, stored)) << "the key set stays in its slot, whatever the number of buckets";
  auto later = stored;
  later.signing_time_s += 7 * day_s;
  EXPECT_FALSE(try_sign(content, later));
  stored.stored.pop_back();
  EXPECT_FALSE(try_sign(content, stored)) << "nothing signs CDNSKEY";
}

TEST_F(KeySet, HasTheKeysOfOtherProvidersFromTheContent) {
  const auto foreign = ed25519_key(77, false);
  content.put(dns::test::rrset(apex, RRType::dnskey, {foreign.dnskey}, 60));
  const auto zone = sign(content, inputs);
  EXPECT_EQ(zone->find(apex, RRType::dnskey)->rdata.size(), 3U);
  EXPECT_EQ(zone->find(apex, RRType::dnskey)->ttl, inputs.key_ttl);
  EXPECT_EQ(complaints(*zone), "");

  Content without = content;
  without.rrsets.erase({dns::OwnerKey::of(apex, apex), RRType::dnskey.value()});
  without.soa = dns::test::soa(apex, 2);
  const auto delta = sign_change(*zone, inputs, naive_diff(content, without, 1), inputs);
  ASSERT_TRUE(delta) << delta.error().detail;
  EXPECT_TRUE(records_of(*zone->apply(*delta).value()) == records_of(*sign(without, inputs, 2)));

  content.put(dns::test::rrset(apex, RRType::dnskey, {inputs.dnskey[0]}));
  EXPECT_FALSE(try_sign(content, inputs)) << "ours can't be foreign";
}

TEST_F(KeySet, WithoutAnActiveOrPublishedKeyIsRefused) {
  auto none = inputs;
  none.zone_keys.clear();
  EXPECT_FALSE(try_sign(content, none));
  auto future = inputs;
  future.zone_keys[0].active_from_s = inputs.signing_time_s + 1;
  EXPECT_FALSE(try_sign(content, future));
  auto unpublished = inputs;
  unpublished.dnskey.pop_back();
  EXPECT_FALSE(try_sign(content, unpublished));
  auto no_apex_key = inputs;
  no_apex_key.apex_keys.clear();
  EXPECT_FALSE(try_sign(content, no_apex_key));
  auto other_signer = inputs;
  other_signer.zone_keys[0].signer = inputs.apex_keys[0].signer;
  EXPECT_FALSE(try_sign(content, other_signer));
  auto other_rules = inputs;
  other_rules.rules = 2;
  EXPECT_FALSE(try_sign(content, other_rules));
}

TEST_F(KeySet, SignsTheSameOnTwoThreads) {
  const Executor two_threads = [](std::vector<std::function<void()>> tasks) {
    std::thread other([&] {
      for (std::size_t i = 1; i < tasks.size(); i += 2) {
        tasks[i]();
      }
    });
    for (std::size_t i = 0; i < tasks.size(); i += 2) {
      tasks[i]();
    }
    other.join();
  };
  const Content large = HardZones(5, apex).content(2000);
  auto signer = ZoneSigner::make(inputs, large.soa, two_threads).value();
  for (const auto& [key, rrset] : large.rrsets) {
    ASSERT_TRUE(signer.add(rrset));
  }
  const auto zone = std::move(signer).finish(dns::Version(1)).value();
  EXPECT_TRUE(records_of(*zone) == records_of(*sign(large, inputs)));
}

TEST(Signing, RefusesWhatItMakesItselfInContent) {
  const auto apex = name("example.com.");
  const auto inputs = inputs_for(apex, Denial::nsec, noon_s);
  for (const RRType type : {RRType::rrsig, RRType::nsec, RRType::nsec3, RRType::nsec3param}) {
    Content content = content_of(apex, "");
    content.put(dns::test::rrset(name("a.example.com."), type, {dns::test::rdata(Bytes(40))}));
    EXPECT_FALSE(try_sign(content, inputs));
    const Content before = content_of(apex, "");
    content.soa = dns::test::soa(apex, 2);
    EXPECT_FALSE(sign_change(*sign(before, inputs), inputs, naive_diff(before, content, 1), inputs));
  }
}

TEST(Signing, RefusesRdataWithoutItsNames) {
  const auto apex = name("example.com.");
  for (const RRType type : {RRType::srv, RRType::naptr, RRType::dname, RRType::rp}) {
    Content content = content_of(apex, "");
    content.put(dns::test::rrset(name("a.example.com."), type, {dns::test::rdata(Bytes{1, 2, 3})}));
    EXPECT_FALSE(try_sign(content, inputs_for(apex, Denial::nsec, noon_s))) << type.to_text();
  }
}

TEST(Signing, NamesAZoneInWhichNoNsec3HashFits) {
  const std::string label(62, 'a');
  const auto apex = name(label + "." + label + "." + label + "." + std::string(34, 'b') + ".");  // 225 octets
  const auto zone = try_sign(content_of(apex, ""), inputs_for(apex, Denial::nsec3, noon_s));
  ASSERT_FALSE(zone);
  EXPECT_NE(zone.error().detail.find(label), std::string::npos);
  EXPECT_TRUE(try_sign(content_of(apex, ""), inputs_for(apex, Denial::nsec, noon_s)));
}

TEST(Signing, RefusesAChangeThatDoesNotStartFromTheZone) {
  const auto apex = name("example.com.");
  const auto inputs = inputs_for(apex, Denial::nsec, noon_s);
  const Content before = content_of(apex, "a A 192.0.2.1\n");
  const Content other = content_of(apex, "a A 192.0.2.2\nb A 192.0.2.3\n");
  Content after = content_of(apex, "b A 192.0.2.1\n");
  after.soa = dns::test::soa(apex, 2);
  EXPECT_FALSE(sign_change(*sign(before, inputs), inputs, naive_diff(other, after, 1), inputs));
  EXPECT_TRUE(sign_change(*sign(before, inputs), inputs, naive_diff(before, after, 1), inputs));
}

TEST(Signing, FollowsAChangeOfTheDenial) {
  const auto apex = name("example.com.");
  HardZones zones(3, apex);
  const Content before = zones.content(50);
  const Content after = zones.changed(before, 5);
  const Denial all[] = {Denial::nsec, Denial::nsec3, Denial::nsec3_opt_out};
  for (const auto from : all) {
    for (const auto to : all) {
      const auto zone = sign(before, inputs_for(apex, from, noon_s));
      const auto delta = sign_change(*zone, inputs_for(apex, from, noon_s), naive_diff(before, after, 1),
                                     inputs_for(apex, to, noon_s));
      ASSERT_TRUE(delta) << delta.error().detail;
      EXPECT_TRUE(records_of(*zone->apply(*delta).value()) ==
                  records_of(*sign(after, inputs_for(apex, to, noon_s), 2)));
    }
  }
}

TEST(Tools, RefuseASignatureThatIsNotRight) {
  const auto apex = name("example.com.");
  const auto inputs = inputs_for(apex, Denial::nsec, std::time(nullptr));
  const auto zone = sign(content_of(apex, "a A 192.0.2.1\n"), inputs);
  auto rrsigs = zone->find(name("a.example.com."), RRType::rrsig).value();
  auto wrong = rrsigs;
  Bytes octets(wrong.rdata[0].octets().begin(), wrong.rdata[0].octets().end());
  octets.back() ^= 1;
  wrong.rdata[0] = dns::test::rdata(octets);
  const dns::Delta delta{dns::Version(1), dns::Version(2), zone->soa(), zone->soa(), {{{rrsigs}, {wrong}}}};
  const auto found = complaints(*zone->apply(delta).value());
  for (const char* tool : {"ldns-verify-zone", "dnssec-verify", "kzonecheck"}) {
    EXPECT_NE(found.find(tool), std::string::npos) << tool;
  }
}

}  // namespace
}  // namespace minidns::dnssec::test
