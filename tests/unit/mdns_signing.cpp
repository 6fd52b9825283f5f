// Signed zones in the loader: what it serves is what full signing of the same version makes, by whichever way it came
// there; and what can't be signed isn't served.
#include "base/random.hpp"
#include "dns/snapshot/diff.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/dnskey.hpp"
#include "mdns/zone_loader.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <unistd.h>

namespace minidns::mdns::test {
namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t begin = 1'764'000'000;  // late in 2025

class SignedZones : public testing::Test {
 protected:
  storage::ZoneSigningKey make_key(std::uint8_t id, std::int64_t active_from = 0) {
    const auto key = dnssec::PrivateKey::generate(dnssec::Algorithm::ed25519).value();
    const DnssecKeyId key_id(uuid(id));
    return {key_id, key.dnskey(dnssec::Dnskey::flags_ksk).rdata(),
            box_.seal(key.stored(), storage::sealing_context(key_id)), active_from};
  }

  /// A CSK and NSEC.
  storage::ZoneSigning signing(std::int64_t time, const std::vector<storage::ZoneSigningKey>& keys,
                               std::uint8_t key_set = 1) {
    storage::ZoneSigning signing{
        {KeySetId(uuid(key_set)), time, 1, 1},
        {static_cast<std::int32_t>(7 * day), static_cast<std::int32_t>(21 * day), static_cast<std::int32_t>(day)},
        storage::Denial::nsec,
        dns::Ttl::from_wire(3600),
        {},
        {},
        {},
        keys,
        {}};
    for (const auto& key : keys) signing.dnskey.push_back(key.dnskey);
    std::sort(signing.dnskey.begin(), signing.dnskey.end());
    return signing;
  }

  void put(std::int64_t version, std::optional<storage::ZoneSigning> how, const std::vector<std::string>& hosts) {
    auto next = head(1, "example.", version, static_cast<std::uint32_t>(version));
    next.has_signatures = how.has_value();
    next.signing = std::move(how);
    std::vector<dns::RRset> rrsets{ns_rrset("example.")};
    for (const auto& host : hosts) rrsets.push_back(a_rrset(host + ".example."));
    content_.put(next, rrsets);
  }

  struct Instance {
    explicit Instance(SignedZones& test)
        : signer(test.box_), loader(test.content_, cache, index, test.log_, test.loader_metrics_, signer) {}
    Loaded load(std::int64_t version) {
      std::promise<Loaded> promise;
      loader.load(workers, key, dns::Version(version), [&](const Loaded& loaded) { promise.set_value(loaded); });
      return promise.get_future().get();
    }
    ContentKey key{ZoneId(uuid(1))};
    SnapshotCache cache{SnapshotCache::Limits{}};
    ZoneIndex index;
    ContentSigner signer;
    ZoneLoader loader;
    WorkerPool workers{"test", 1, 10};
  };

  /// `stepped` serves the newest version as an instance does that reads it as a whole; gives the number of records.
  std::size_t expect_as_whole(Instance& stepped, std::int64_t version) {
    const auto loaded = stepped.load(version);
    Instance fresh(*this);
    const auto whole = fresh.load(version);
    EXPECT_EQ(loaded.outcome, Loaded::Outcome::ready);
    EXPECT_EQ(whole.outcome, Loaded::Outcome::ready);
    if (!loaded.snapshot || !whole.snapshot) return 0;
    EXPECT_TRUE(dns::diff(*loaded.snapshot, *whole.snapshot).changes.empty());
    EXPECT_EQ(loaded.snapshot->soa(), whole.snapshot->soa());
    return loaded.snapshot->record_count();
  }

  SecretBox box_ = *SecretBox::create(Secret(random_bytes(32)));
  FakeContent content_;
  Metrics metrics_;
  const Logger log_{"test", LogLevel::error, STDERR_FILENO};
  LoaderMetrics loader_metrics_ = make_loader_metrics(metrics_);
};

TEST_F(SignedZones, AStepIsSignedAsTheWholeZoneIs) {
  const auto key = make_key(1);
  Instance instance(*this);
  put(1, signing(begin, {key}), {"a", "c"});
  EXPECT_EQ(expect_as_whole(instance, 1), 16U) << "SOA, NS, DNSKEY, two A, three NSEC, and a signature of each";
  put(2, signing(begin, {key}), {"a", "b", "c"});
  expect_as_whole(instance, 2);
  put(3, signing(begin, {key}), {"b"});
  expect_as_whole(instance, 3);
  EXPECT_EQ(instance.cache.find(instance.key)->steps.size(), 2U) << "they are there for IXFR";
}

TEST_F(SignedZones, ARefreshAndANewKeyAreStepsToo) {
  const auto first = make_key(1);
  const auto second = make_key(2, begin + 30 * day);
  Instance instance(*this);
  put(1, signing(begin, {first}), {"a", "c"});
  expect_as_whole(instance, 1);
  put(2, signing(begin + 8 * day, {first}), {"a", "c"});
  expect_as_whole(instance, 2);
  put(3, signing(begin + 16 * day, {first, second}, 2), {"a", "c"});
  expect_as_whole(instance, 3);
  put(4, signing(begin + 40 * day, {first, second}, 2), {"a", "b"});
  expect_as_whole(instance, 4);
  EXPECT_EQ(instance.cache.find(instance.key)->steps.size(), 3U);
}

TEST_F(SignedZones, BetweenUnsignedAndSignedThereIsNoDifference) {
  const auto key = make_key(1);
  Instance instance(*this);
  put(1, std::nullopt, {"a"});
  expect_as_whole(instance, 1);
  put(2, signing(begin, {key}), {"a"});
  expect_as_whole(instance, 2);
  EXPECT_TRUE(instance.cache.find(instance.key)->steps.empty());
  EXPECT_FALSE(instance.loader.find_difference(instance.key, dns::Serial(1),
                                               instance.cache.find(instance.key)->snapshot, 1'000'000));
  put(3, std::nullopt, {"a"});
  EXPECT_EQ(expect_as_whole(instance, 3), 3U);
  EXPECT_TRUE(instance.cache.find(instance.key)->steps.empty());
}

TEST_F(SignedZones, WhatCannotBeSignedIsNotServedAndWhatWasServedStays) {
  const auto key = make_key(1);
  auto other = make_key(2);
  Instance instance(*this);
  put(1, signing(begin, {key}), {"a"});
  expect_as_whole(instance, 1);
  other.private_sealed = key.private_sealed;  // of another row
  put(2, signing(begin, {other}, 2), {"a", "b"});
  EXPECT_EQ(instance.load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_EQ(instance.cache.find(instance.key)->snapshot->version(), dns::Version(1));
  Instance fresh(*this);
  EXPECT_EQ(fresh.load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_FALSE(fresh.cache.find(fresh.key)) << "and never unsigned";
  put(3, signing(begin, {key}), {"b"});
  expect_as_whole(instance, 3);
}

}  // namespace
}  // namespace minidns::mdns::test
