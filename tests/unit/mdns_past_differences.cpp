// IXFR of a signed zone from a version that is no longer in memory: the difference leads to what is served, costs as
// much as what changed, and isn't sent where it can't be proven.
#include "tests/unit/mdns_fake_digests.hpp"
#include "tests/unit/mdns_signed_zones.hpp"

#include <random>

namespace minidns::mdns::test {
namespace {

class PastDifferencesTest : public SignedZones {
 protected:
  /// An mdns that compares digests and counts.
  struct Serving {
    Serving(PastDifferencesTest& test, std::uint8_t id)
        : check(std::make_unique<FakeDigests>(test.table_), test.box_, InstanceId(uuid(id)), "1.2.3",
                make_digest_metrics(metrics), test.quiet_),
          signer(test.keys_, metrics.counter("signatures", "made")),
          loader(test.content_, cache, index, test.quiet_, make_loader_metrics(metrics), signer, nullptr, &check) {}

    SnapshotPointer load(std::int64_t version) {
      std::promise<Loaded> promise;
      loader.load(workers, key, dns::Version(version), [&](const Loaded& loaded) { promise.set_value(loaded); });
      return promise.get_future().get().snapshot;
    }
    [[nodiscard]] std::optional<dns::Delta> difference(std::int64_t from, const SnapshotPointer& to,
                                                       std::size_t octets_max = 1'000'000) {
      return loader.find_difference(key, dns::Serial(static_cast<std::uint32_t>(from)), to, octets_max);
    }
    [[nodiscard]] double signatures() const {
      const std::string text = metrics.render();
      return std::stod(text.substr(text.find("\nsignatures ") + 12));
    }
    [[nodiscard]] bool counts(const std::string& result, int count) const {
      return metrics.render().find("minidns_mdns_signed_differences_total{result=\"" + result + "\"} " +
                                   std::to_string(count) + "\n") != std::string::npos;
    }

    ContentKey key{ZoneId(uuid(1))};
    Metrics metrics;
    DigestCheck check;
    SnapshotCache cache{SnapshotCache::Limits{}};
    ZoneIndex index;
    ContentSigner signer;
    ZoneLoader loader;
    WorkerPool workers{"test", 1, 10};
  };

  static void expect_leads(const dns::ZoneSnapshot& from, const std::optional<dns::Delta>& delta,
                           const dns::ZoneSnapshot& to) {
    ASSERT_TRUE(delta) << "from version " << from.version().value();
    const auto reached = from.apply(*delta);
    ASSERT_TRUE(reached) << reached.error().detail;
    EXPECT_TRUE(dns::diff(**reached, to).changes.empty()) << "from version " << from.version().value();
    EXPECT_EQ((*reached)->soa(), to.soa());
    EXPECT_EQ((*reached)->version(), to.version());
  }

  /// Two versions that an instance built, and another that has but the second.
  void put_two(const storage::ZoneSigning& first, const storage::ZoneSigning& second) {
    put(1, first, {"a", "c"});
    built_.push_back(first_.load(1));
    put(2, second, {"a", "b", "c"});
    built_.push_back(first_.load(2));
    ASSERT_TRUE(built_[0] && built_[1]);
  }

  DigestTable table_;
  const Logger quiet_{"test", LogLevel::error, -1};
  Serving first_{*this, 1};
  Serving late_{*this, 2};
  std::vector<SnapshotPointer> built_;
};

TEST_F(PastDifferencesTest, LeadToWhatIsServedFromEveryVersionOverRandomHistories) {
  std::mt19937 random(1);  // NOLINT: always the same
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (int history = 0; history < 20; ++history) {
    content_.remove(ZoneId(uuid(1)));
    table_.stored.clear();
    Serving stepping(*this, 1);
    std::vector<storage::ZoneSigningKey> keys{make_key(1)};
    std::int64_t time = begin;
    std::int32_t buckets = 4;
    std::uint8_t key_set = 1;
    std::vector<SnapshotPointer> versions;
    const auto denial = static_cast<storage::Denial>(history % 3);
    for (std::int64_t version = 1; version <= 12; ++version) {
      if (below(4) == 0) time += static_cast<std::int64_t>(below(5) * 86'400);
      if (below(8) == 0) time -= 86'400;  // a repair
      if (below(6) == 0) buckets = 1 << below(4);
      if (below(6) == 0 && key_set < 9) {
        ++key_set;
        keys.push_back(make_key(key_set, time));
      }
      auto how = signing(time, keys, key_set);
      how.stamp.buckets = buckets;
      how.denial = denial;
      std::vector<std::string> hosts;
      for (const char* host : {"a", "B.a", "c", "*.c", "d.e.f", "g"}) {
        if (below(3) != 0) hosts.emplace_back(host);
      }
      put(version, how, hosts);
      versions.push_back(stepping.load(version));
      ASSERT_TRUE(versions.back());
    }
    Serving late(*this, 2);
    const auto newest = late.load(12);
    ASSERT_TRUE(newest);
    for (std::size_t from = 0; from + 1 < versions.size(); ++from) {
      expect_leads(*versions[from], late.difference(static_cast<std::int64_t>(from) + 1, newest), *newest);
    }
    EXPECT_TRUE(late.counts("made", 11)) << late.metrics.render();
  }
}

TEST_F(PastDifferencesTest, CostAsManySignaturesAsTheOlderVersionHasThatAreNoLongerThere) {
  const auto key = make_key(1);
  put_two(signing(begin, {key}), signing(begin, {key}));
  const auto newest = late_.load(2);
  const double before = late_.signatures();
  EXPECT_EQ(before, 10) << "the whole zone: SOA, NS, DNSKEY, three A, four NSEC";
  expect_leads(*built_[0], late_.difference(1, newest), *newest);
  EXPECT_EQ(late_.signatures() - before, 2) << "of the SOA, and of the NSEC before the name that came";
}

TEST_F(PastDifferencesTest, AreNotMadeBetweenUnsignedAndSignedOrOfAnotherDenial) {
  const auto key = make_key(1);
  put(1, std::nullopt, {"a"});
  put(2, signing(begin, {key}), {"a"});
  auto nsec3 = signing(begin, {key}, 2);
  nsec3.denial = storage::Denial::nsec3;
  put(3, nsec3, {"a"});
  const auto newest = late_.load(3);
  EXPECT_FALSE(late_.difference(1, newest));
  EXPECT_FALSE(late_.difference(2, newest));
  EXPECT_TRUE(late_.counts("whole", 2));
}

TEST_F(PastDifferencesTest, AreNotSentWhereTheyDoNotLeadFromTheDigestThatIsStored) {
  const auto key = make_key(1);
  put_two(signing(begin, {key}), signing(begin, {key}));
  const auto newest = late_.load(2);
  for (auto& [which, digest] : table_.stored) {
    if (digest.version == dns::Version(1)) digest.digest[31] ^= 1;  // what the first instance made was something else
  }
  EXPECT_FALSE(late_.difference(1, newest));
  EXPECT_TRUE(late_.counts("differs", 1));
}

TEST_F(PastDifferencesTest, AreNotSentWhereNobodyStoredADigestOrTheDatabaseIsAway) {
  const auto key = make_key(1);
  put_two(signing(begin, {key}), signing(begin, {key}));
  const auto newest = late_.load(2);
  table_.unavailable = true;
  EXPECT_FALSE(late_.difference(1, newest));
  table_.unavailable = false;
  table_.stored.erase(table_.stored.begin());
  EXPECT_FALSE(late_.difference(1, newest));
  EXPECT_TRUE(late_.counts("unproven", 2));
}

TEST_F(PastDifferencesTest, AreNotMadeWithoutThePrivateKeyOfTheOlderVersion) {
  auto gone = make_key(1);
  const auto key = make_key(2, begin);
  gone.private_sealed = key.private_sealed;
  put(1, signing(begin, {gone}), {"a"});
  put(2, signing(begin + 30 * day, {key}, 2), {"a", "b"});
  const auto newest = late_.load(2);
  ASSERT_TRUE(newest);
  EXPECT_FALSE(late_.difference(1, newest));
  EXPECT_TRUE(late_.counts("failed", 1));
}

TEST_F(PastDifferencesTest, AreNotMadeIfTheyWouldBeTooLargeAndThatIsSeenBeforehand) {
  const auto key = make_key(1);
  put_two(signing(begin, {key}), signing(begin + 30 * day, {key}));  // every signature is another
  const auto newest = late_.load(2);
  const double before = late_.signatures();
  EXPECT_FALSE(late_.difference(1, newest, newest->transfer_octets() / 2));
  EXPECT_TRUE(late_.counts("whole", 1));
  EXPECT_EQ(late_.signatures(), before);
  expect_leads(*built_[0], late_.difference(1, newest, 1'000'000), *newest);
}

}  // namespace
}  // namespace minidns::mdns::test
