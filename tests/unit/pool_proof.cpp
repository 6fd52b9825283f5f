// What the prober decides: how fast it goes, what a signature says, when a zone is called diverged, what a transfer
// sums up to.
#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"
#include "pool-manager/proof/content_digest.hpp"
#include "pool-manager/proof/divergences.hpp"
#include "pool-manager/proof/pace.hpp"
#include "pool-manager/proof/signature_state.hpp"
#include "tests/unit/pool_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;
using pool_samples::FakeClock;
using pool_samples::name;
using pool_samples::uuid;

/// The times at which the zones of a round were looked at, in batches of `batch`, each taking `work`.
std::vector<SteadyTime> looks(Pace& pace, FakeClock& clock, std::size_t total, std::size_t batch,
                              SteadyTime::duration work = {}) {
  std::vector<SteadyTime> times;
  for (std::size_t done = 0; done < total; done += batch) {
    if (pace.next() > clock.steady()) clock.advance(pace.next() - clock.steady());
    pace.did(std::min(batch, total - done), total, clock.steady());
    times.push_back(clock.steady());
    clock.advance(work);
  }
  return times;
}

TEST(Pace, SpreadsARoundEvenly) {
  FakeClock clock;
  Pace pace(1h, 1000);
  const SteadyTime begin = clock.steady();
  (void)looks(pace, clock, 360, 1);
  const auto times = looks(pace, clock, 360, 1);
  for (std::size_t i = 1; i < times.size(); ++i) {
    EXPECT_EQ(times[i] - times[i - 1], 10s) << i;
  }
  EXPECT_GE(times.back() - begin, 2h - 1min);
  EXPECT_LE(times.back() - begin, 2h);
}

TEST(Pace, SmallDelaysDoNotMakeTheRoundLonger) {
  FakeClock clock;
  Pace pace(1h, 1000);
  const SteadyTime begin = clock.steady();
  (void)looks(pace, clock, 720, 1, 3s);
  EXPECT_NEAR(std::chrono::duration<double>(clock.steady() - begin).count(), 3600, 15);
}

TEST(Pace, NeverExceedsTheRate) {
  FakeClock clock;
  Pace pace(1min, 100);  // a million zones in a minute would be 16,667 a second
  const auto times = looks(pace, clock, 1'000'000, 32);
  for (std::size_t i = 1; i < times.size(); ++i) {
    ASSERT_GE(times[i] - times[i - 1], 319ms) << i;
  }
  EXPECT_GE(times.back() - times.front(), 9990s);
}

TEST(Pace, APauseIsNotMadeUpForByABurst) {
  FakeClock clock;
  Pace pace(1h, 1000);
  (void)looks(pace, clock, 60, 1);
  clock.advance(24h);
  const auto times = looks(pace, clock, 60, 1);
  EXPECT_GE(times[9] - times[1], 8min) << "a minute each, but for the first";
}

TEST(Pace, MakesBatchesSoThatAFastRoundNeedsFewSteps) {
  const Pace fast(1s, 100'000);
  EXPECT_EQ(fast.batch(1'000'000, 10, 32), 32U);
  const Pace slow(6h, 200);
  EXPECT_EQ(slow.batch(100, 10, 32), 1U);
  EXPECT_EQ(slow.batch(2'160'000, 10, 32), 10U);
  EXPECT_EQ(slow.batch(0, 10, 32), 1U);
}

std::uint32_t seconds_of(WallTime time) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

TEST(SignatureState, IsJudgedByTheMarginAndTheSerialArithmeticOfTimes) {
  using Kind = SignatureState::Kind;
  const WallTime now = WallTime{} + std::chrono::seconds(1'795'679'442);
  const auto from_to = [&](std::chrono::seconds from, std::chrono::seconds to) {
    return SignatureTimes{seconds_of(now + from), seconds_of(now + to)};
  };
  struct Row {
    const char* reason;
    std::optional<SignatureTimes> signature;
    bool must_be_signed;
    Kind expected;
  };
  const Row rows[] = {
      {"there need be none", std::nullopt, false, Kind::unsigned_zone},
      {"there must be one", std::nullopt, true, Kind::missing},
      {"long", from_to(-24h, 24h * 14), true, Kind::good},
      {"of a zone that isn't signed by us", from_to(-24h, 24h), false, Kind::expiring},
      {"just outside of the margin", from_to(-24h, 72h), true, Kind::good},
      {"just inside", from_to(-24h, 72h - 1s), true, Kind::expiring},
      {"now", from_to(-24h, 0s), true, Kind::expiring},
      {"a second ago", from_to(-24h, -1s), true, Kind::expired},
      {"clocks differ a little", from_to(5min, 24h * 14), true, Kind::good},
      {"clocks differ too much", from_to(5min + 1s, 24h * 14), true, Kind::not_yet_valid},
      {"ended and not begun", from_to(1h, -1h), true, Kind::expired},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(judge_signature(row.signature, row.must_be_signed, now, 72h).kind, row.expected) << row.reason;
  }
}

TEST(SignatureState, ComparesTimesAcrossTheEndOf32Bits) {
  const WallTime late = WallTime{} + std::chrono::seconds((std::int64_t{1} << 32) - 3600);  // 2106-02-07
  const SignatureTimes signature{seconds_of(late - 24h), seconds_of(late + 24h * 14)};
  EXPECT_LT(signature.expiration_s, signature.inception_s) << "it wraps";
  const SignatureState state = judge_signature(signature, true, late, 72h);
  EXPECT_EQ(state.kind, SignatureState::Kind::good);
  EXPECT_EQ(state.remaining, 24h * 14);
  EXPECT_TRUE(ends_before({0, 0xffff'fff0}, {0, 5}));
  EXPECT_FALSE(ends_before({0, 5}, {0, 0xffff'fff0}));
}

class DivergencesTest : public testing::Test {
 protected:
  using Verdict = Divergences::Verdict;
  const ZoneId zone_{uuid(1)};
  const dns::Name name_ = name("a.example.");
  FakeClock clock_;
  Divergences zones_{{30s, 3}};
  [[nodiscard]] SteadyTime now() const { return clock_.steady(); }
};

TEST_F(DivergencesTest, OneLookIsNone) {
  EXPECT_EQ(zones_.differs(zone_, name_, now()), Verdict::suspected);
  EXPECT_EQ(zones_.diverged(), 0U);
  EXPECT_FALSE(zones_.may_repair(zone_));
  EXPECT_FALSE(zones_.due(now()));
  clock_.advance(30s);
  ASSERT_TRUE(zones_.due(now()));
  EXPECT_EQ(zones_.due(now())->zone, zone_);
  EXPECT_FALSE(zones_.forget(zone_)) << "nothing was told";
  EXPECT_FALSE(zones_.contains(zone_));
}

TEST_F(DivergencesTest, TwoLooksAreOneAndItIsMendedAFewTimes) {
  EXPECT_EQ(zones_.differs(zone_, name_, now()), Verdict::suspected);
  std::vector<SteadyTime::duration> waits;
  for (int i = 0; i < 5; ++i) {
    const SteadyTime before = now();
    clock_.advance(*zones_.next() - now());
    waits.push_back(now() - before);
    EXPECT_EQ(zones_.differs(zone_, name_, now()), Verdict::diverged);
    EXPECT_EQ(zones_.may_repair(zone_), i < 3);
    if (i < 3) zones_.repaired(zone_, now());
  }
  EXPECT_EQ(zones_.repairs(zone_), 3);
  EXPECT_EQ(waits, (std::vector<SteadyTime::duration>{30s, 30s, 1min, 2min, 4min}));
  EXPECT_EQ(zones_.diverged(), 1U);
  EXPECT_TRUE(zones_.forget(zone_)) << "it was told";
  EXPECT_EQ(zones_.diverged(), 0U);
}

TEST_F(DivergencesTest, WhatCannotBeToldIsPutOff) {
  EXPECT_EQ(zones_.differs(zone_, name_, now()), Verdict::suspected);
  clock_.advance(30s);
  zones_.put_off(zone_, now());
  EXPECT_FALSE(zones_.due(now()));
  clock_.advance(30s);
  EXPECT_TRUE(zones_.due(now()));
  zones_.put_off(ZoneId(uuid(9)), now());  // nobody's
  EXPECT_FALSE(zones_.contains(ZoneId(uuid(9))));
}

TEST_F(DivergencesTest, WhatWasKeptIsGoneOnWith) {
  zones_.load(zone_, name_, 2, now());
  ASSERT_TRUE(zones_.due(now()));
  EXPECT_EQ(zones_.differs(zone_, name_, now()), Verdict::diverged);
  EXPECT_TRUE(zones_.may_repair(zone_));
  zones_.repaired(zone_, now());
  EXPECT_FALSE(zones_.may_repair(zone_));
}

TEST_F(DivergencesTest, TheOneThatWaitsForLongestIsNextAndWaitsHaveABound) {
  EXPECT_EQ(zones_.differs(ZoneId(uuid(2)), name_, now()), Verdict::suspected);
  clock_.advance(1s);
  EXPECT_EQ(zones_.differs(ZoneId(uuid(1)), name_, now()), Verdict::suspected);
  clock_.advance(1min);
  EXPECT_EQ(zones_.due(now())->zone, ZoneId(uuid(2)));
  zones_.load(ZoneId(uuid(3)), name_, 1000, now());
  zones_.put_off(ZoneId(uuid(3)), now());
  clock_.advance(Divergences::look_again_max);
  zones_.put_off(ZoneId(uuid(1)), now());
  zones_.put_off(ZoneId(uuid(2)), now());
  EXPECT_EQ(zones_.due(now())->zone, ZoneId(uuid(3)));
}

TEST_F(DivergencesTest, HaveABound) {
  for (std::size_t i = 0; i < Divergences::zones_max + 10; ++i) {
    std::array<std::uint8_t, 16> octets{};
    octets[0] = static_cast<std::uint8_t>(i >> 8U);
    octets[1] = static_cast<std::uint8_t>(i);
    EXPECT_EQ(zones_.differs(ZoneId(Uuid(octets)), name_, now()), Verdict::suspected);
  }
  EXPECT_FALSE(zones_.contains(ZoneId(uuid(1)))) << "only those that were first";
}

class ContentDigestTest : public testing::Test {
 protected:
  static dns::TransferEvent record(const std::string& owner, const std::string& type, const std::string& rdata,
                                   std::uint32_t ttl = 300) {
    const auto rr_type = dns::RRType::from_text(type).value();
    return dns::AddedRecord{name(owner), rr_type, dns::Ttl::from_wire(ttl),
                            dns::rdata_from_text(rr_type, rdata).value()};
  }
  static dns::TransferEvent end(std::uint32_t serial) {
    const auto rdata =
        dns::rdata_from_text(dns::RRType::soa, "ns.z. a.z. " + std::to_string(serial) + " 3600 600 86400 300").value();
    return dns::TransferEnd{dns::RRset{name("z."), dns::RRType::soa, dns::Ttl::from_wire(300), {rdata}}};
  }
  ZoneSum sum(const std::vector<dns::TransferEvent>& events) {
    ContentDigest digest(key_);
    for (const auto& event : events) digest.add(event);
    return digest.sum(100).value();
  }

  const dnssec::DigestKey key_ = dnssec::DigestKey::from_secret(Secret(Bytes(32, 7))).value();
};

TEST_F(ContentDigestTest, DoesNotDependOnOrderOrCase) {
  const auto one = sum({record("www.z.", "A", "192.0.2.1"), record("z.", "NS", "ns.z."), end(7)});
  const auto other = sum({record("Z.", "NS", "NS.z."), record("WWW.z.", "A", "192.0.2.1"), end(7)});
  EXPECT_EQ(one.all, other.all);
  EXPECT_EQ(one.records, 3U);
  EXPECT_EQ(one.serial, dns::Serial(7));
  EXPECT_EQ(one.octets, 100U);
  EXPECT_FALSE(one.first_signature_end);
}

TEST_F(ContentDigestTest, TellsWhatIsAnotherContent) {
  const auto right = sum({record("www.z.", "A", "192.0.2.1"), end(7)});
  const struct {
    const char* reason;
    std::vector<dns::TransferEvent> events;
  } rows[] = {
      {"another address", {record("www.z.", "A", "192.0.2.2"), end(7)}},
      {"another owner", {record("ww.z.", "A", "192.0.2.1"), end(7)}},
      {"another TTL", {record("www.z.", "A", "192.0.2.1", 301), end(7)}},
      {"another serial", {record("www.z.", "A", "192.0.2.1"), end(8)}},
      {"one more", {record("www.z.", "A", "192.0.2.1"), record("www.z.", "A", "192.0.2.2"), end(7)}},
      {"one twice", {record("www.z.", "A", "192.0.2.1"), record("www.z.", "A", "192.0.2.1"), end(7)}},
      {"none", {end(7)}},
  };
  for (const auto& row : rows) {
    EXPECT_NE(sum(row.events).all, right.all) << row.reason;
    EXPECT_NE(sum(row.events).without_denial, right.without_denial) << row.reason;
  }
}

TEST_F(ContentDigestTest, HasASumWithoutWhatPowerdnsMakesByItself) {
  const auto a = record("www.z.", "A", "192.0.2.1");
  const auto one = sum({a, record("z.", "NSEC", "www.z. A NSEC"), end(7)});
  const auto other = sum({a, record("z.", "NSEC", "z. A NSEC"), end(7)});
  EXPECT_NE(one.all, other.all);
  EXPECT_EQ(one.without_denial, other.without_denial);
  EXPECT_EQ(sum({a, end(7)}).all, one.without_denial);
}

TEST_F(ContentDigestTest, KnowsTheSignatureThatEndsFirst) {
  const auto rrsig = [](const std::string& end) {
    return record("z.", "RRSIG", "NS 13 1 300 " + end + " 20261101000000 1 z. AAAA");
  };
  const auto found = sum({rrsig("20261215000000"), rrsig("20261201000000"), rrsig("20261210000000"), end(7)});
  ASSERT_TRUE(found.first_signature_end);
  EXPECT_EQ(found.first_signature_end->expiration_s, 1'796'083'200U);  // 2026-12-01
}

TEST_F(ContentDigestTest, HasNoSumBeforeTheEnd) {
  ContentDigest digest(key_);
  digest.add(record("www.z.", "A", "192.0.2.1"));
  EXPECT_FALSE(digest.sum(100));
}

}  // namespace
}  // namespace minidns::pool
