// What a change costs in a large zone, and changes that are large themselves. The signatures are no real ones.
#include "dnssec/zone/canonical.hpp"
#include "dnssec/zone/sign_change.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::dnssec::test {
namespace {

using dns::RRType;
using dns::test::naive_diff;
using dns::test::name;
using dns::test::records_of;

constexpr std::int64_t noon_s = 1'790'000'000;

class LargeZone : public testing::TestWithParam<Denial> {
 protected:
  LargeZone() {
    inputs.zone_keys[0].signer = counter;
    inputs.times.buckets = 8;
  }

  /// Hosts next to each other, so that for NSEC3 all of them lie between two hashes or a few.
  [[nodiscard]] Content hosts(std::size_t count) const {
    Content content = content_of(apex, "cut NS ns.example.org.\nzzz A 192.0.2.1\n");
    for (std::size_t i = 0; i < count; ++i) {
      content.put(dns::test::addresses(name("h" + std::to_string(1'000'000 + i) + ".many.example.com."), 1));
    }
    return content;
  }

  [[nodiscard]] static Content later(Content content) {
    content.soa = dns::test::soa(content.apex, 2);
    return content;
  }

  /// The signatures that the change costs; checks that it is right.
  std::size_t follow(const Content& from, const Content& to, const SigningInputs& to_inputs) {
    const auto zone = sign(from, inputs);
    const auto content = naive_diff(from, to, 1);
    const auto before = counter->count();
    const auto delta = sign_change(*zone, inputs, content, to_inputs);
    const auto made = counter->count() - before;
    EXPECT_TRUE(delta) << delta.error().detail;
    EXPECT_TRUE(records_of(*zone->apply(*delta).value()) == records_of(*sign(to, to_inputs, 2)));
    return made;
  }

  const dns::Name apex = name("example.com.");
  SigningInputs inputs = inputs_for(apex, GetParam(), noon_s);
  std::shared_ptr<CountingSigner> counter =
      std::make_shared<CountingSigner>(key_tag_of(inputs.zone_keys[0].dnskey.octets()));
};

TEST_P(LargeZone, TakesAHandfulOfSignaturesForAChangeWhateverItsSize) {
  for (const std::size_t size : {100U, 20'000U}) {
    const Content before = hosts(size);
    Content after = later(before);
    after.put(dns::test::addresses(name("h1000050.many.example.com."), 2));
    EXPECT_EQ(follow(before, after, inputs), 2U) << "SOA, A";
    after.put(dns::test::addresses(name("new.many.example.com."), 1));
    EXPECT_LE(follow(before, after, inputs), 5U) << "A, denial of the name and of the one before";
    after.put(dns::test::addresses(name("a.b.c.new.many.example.com."), 1));
    EXPECT_LE(follow(before, after, inputs), 14U) << "for NSEC3, each empty non-terminal and the one before";
  }
}

TEST_P(LargeZone, LosesMostOfItsNamesAtOnce) {
  const Content before = hosts(20'000);
  Content after = later(before);
  std::erase_if(after.rrsets, [](const auto& item) {
    const auto& [key, rrset] = item;
    return rrset.type == RRType::a && rrset.owner != dns::test::name("h1010000.many.example.com.");
  });
  EXPECT_LE(follow(before, after, inputs), 6U);
  EXPECT_GT(follow(later(after), before, inputs), 30'000U) << "and back";
}

TEST_P(LargeZone, IsOccludedByACut) {
  const Content before = hosts(10'000);
  Content after = later(before);
  after.put(dns::test::rrset(name("many.example.com."), RRType::ns, {dns::test::rdata({}, name("ns.example.org."))}));
  EXPECT_LE(follow(before, after, inputs), 6U);
  Content back = later(after);
  back.rrsets.erase({dns::OwnerKey::of(name("many.example.com."), apex), RRType::ns.value()});
  EXPECT_GE(follow(after, back, inputs), 20'000U) << "A and NSEC of each";
}

TEST_P(LargeZone, RefreshesABucketAtATime) {
  const Content before = hosts(10'000);
  auto next = inputs;
  next.signing_time_s = SlotRule::make(apex, inputs.times).value().next_due_s(noon_s);
  const auto made = follow(before, later(before), next);
  EXPECT_GT(made, 20'000U / 8 - 300);
  EXPECT_LT(made, 20'000U / 8 + 300);
  next.signing_time_s -= 1;
  EXPECT_EQ(follow(before, later(before), next), 1U) << "only the SOA";
}

INSTANTIATE_TEST_SUITE_P(Denials, LargeZone, testing::Values(Denial::nsec, Denial::nsec3, Denial::nsec3_opt_out),
                         [](const auto& tested) {
                           return tested.param == Denial::nsec    ? "Nsec"
                                  : tested.param == Denial::nsec3 ? "Nsec3"
                                                                  : "Nsec3OptOut";
                         });

}  // namespace
}  // namespace minidns::dnssec::test
