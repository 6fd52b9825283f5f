// Digests of signed versions in the loader: what instances do that make different things of one version. The second
// instance is made to differ as a fault of its own would: by rows, or a stored digest, that others don't see.
#include "base/secret_box.hpp"
#include "tests/unit/mdns_fake_digests.hpp"
#include "tests/unit/mdns_signed_zones.hpp"

namespace minidns::mdns::test {
namespace {

class Digests : public SignedZones {
 protected:
  /// An mdns that compares digests.
  struct Checking {
    Checking(Digests& test, std::uint8_t id)
        : check(std::make_unique<FakeDigests>(test.table_), test.box_, InstanceId(uuid(id)), "1.2.3",
                make_digest_metrics(metrics), test.quiet_),
          instance(test, &check) {}
    [[nodiscard]] bool shows(const std::string& line) { return metrics.render().find(line) != std::string::npos; }
    [[nodiscard]] bool counts(const std::string& result, int count) {
      return shows("minidns_mdns_version_digests_total{result=\"" + result + "\"} " + std::to_string(count) + "\n");
    }
    [[nodiscard]] bool quarantines(int contents) {
      return shows("minidns_mdns_zones_quarantined " + std::to_string(contents) + "\n");
    }
    Metrics metrics;
    DigestCheck check;
    Instance instance;
  };

  /// As if the first instance had made something else of the version.
  void change_stored(std::int64_t version) {
    for (auto& [key, digest] : table_.stored) {
      if (digest.version == dns::Version(version)) digest.digest[0] ^= 1;
    }
  }
  void put(std::int64_t version, const std::vector<std::string>& hosts) {
    SignedZones::put(version, signing(begin, {key_}), hosts);
  }
  static void expect_ready(Checking& checking, std::int64_t version) {
    const auto loaded = checking.instance.load(version);
    ASSERT_EQ(loaded.outcome, Loaded::Outcome::ready);
    EXPECT_EQ(loaded.snapshot->version(), dns::Version(version));
  }

  DigestTable table_;
  const storage::ZoneSigningKey key_ = make_key(1);
  const Logger quiet_{"test", LogLevel::error, -1};  // its errors are what is tested
  Checking first_{*this, 1};
  Checking second_{*this, 2};
};

TEST_F(Digests, InstancesThatBuildAVersionByOtherWaysAgree) {
  put(1, {"a", "c"});
  expect_ready(first_, 1);
  put(2, {"a", "b", "c"});
  expect_ready(first_, 2);  // by a step
  expect_ready(second_, 2);
  put(3, {"b"});
  expect_ready(second_, 3);
  expect_ready(first_, 3);
  EXPECT_TRUE(first_.counts("first", 2)) << first_.metrics.render();
  EXPECT_TRUE(first_.counts("agreed", 1));
  EXPECT_TRUE(second_.counts("first", 1));
  EXPECT_TRUE(second_.counts("agreed", 1));
  EXPECT_EQ(table_.stored.size(), 3U);
}

TEST_F(Digests, AnUnsignedVersionHasNone) {
  SignedZones::put(1, std::nullopt, {"a"});
  expect_ready(first_, 1);
  EXPECT_TRUE(table_.stored.empty());
}

TEST_F(Digests, OneThatDiffersAtAStepBuildsTheZoneAnewAndServesItIfItAgreesThen) {
  put(1, {"a"});
  expect_ready(second_, 1);
  put(2, {"a", "b"});
  expect_ready(first_, 2);
  change_stored(2);
  int reads = 0;
  content_.set_on_read([&] {
    if (++reads == 2) change_stored(2);  // right again when the zone is built anew
  });
  expect_ready(second_, 2);
  EXPECT_EQ(reads, 2);
  EXPECT_TRUE(second_.counts("mismatched", 1)) << second_.metrics.render();
  EXPECT_TRUE(second_.counts("agreed", 1));
  EXPECT_TRUE(second_.quarantines(0));
  EXPECT_TRUE(table_.reports.empty());
}

TEST_F(Digests, OneThatStillDiffersStaysOnTheLastAgreedVersionAndReportsIt) {
  put(1, {"a"});
  expect_ready(first_, 1);
  expect_ready(second_, 1);
  put(2, {"a", "b"});
  expect_ready(first_, 2);
  change_stored(2);
  EXPECT_EQ(second_.instance.load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_EQ(second_.instance.cache.find(second_.instance.key)->snapshot->version(), dns::Version(1));
  EXPECT_TRUE(second_.counts("mismatched", 2)) << second_.metrics.render();
  EXPECT_TRUE(second_.quarantines(1));
  ASSERT_EQ(table_.reports.size(), 1U);
  EXPECT_EQ(table_.reports[0].version, dns::Version(2));
  EXPECT_EQ(table_.reports[0].instance, InstanceId(uuid(2)));
  EXPECT_EQ(table_.reports[0].build, "1.2.3");

  const int whole_reads = content_.whole_reads();
  EXPECT_EQ(second_.instance.load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_EQ(content_.whole_reads(), whole_reads) << "what is quarantined isn't built again and again";
  EXPECT_EQ(table_.reports.size(), 1U);

  put(3, {"b"});
  expect_ready(first_, 3);
  expect_ready(second_, 3);
  EXPECT_TRUE(second_.quarantines(0)) << "a newer version ends it";
}

TEST_F(Digests, OneThatHasNothingElseServesNothing) {
  put(1, {"a"});
  expect_ready(first_, 1);
  change_stored(1);
  EXPECT_EQ(second_.instance.load(1).outcome, Loaded::Outcome::corrupt);
  EXPECT_FALSE(second_.instance.cache.find(second_.instance.key));
  EXPECT_EQ(content_.whole_reads(), 3) << "one of the first, two of the second";
  EXPECT_EQ(second_.instance.load(1).outcome, Loaded::Outcome::corrupt);
  EXPECT_TRUE(second_.quarantines(1));
  content_.remove(second_.instance.key.zone);
  EXPECT_EQ(second_.instance.load(2).outcome, Loaded::Outcome::gone);
  EXPECT_TRUE(second_.quarantines(0));
}

TEST_F(Digests, AFaultInMemoryIsFoundAtTheNextVersionAndRepairedFromTheRows) {
  auto served = head(1, "example.", 1, 1);
  served.signing = signing(begin, {key_});
  auto builder = second_.instance.signer.begin(served);
  for (const auto& rrset : {ns_rrset("example."), a_rrset("a.example."), a_rrset("fault.example.")}) {
    builder.add(rrset);
  }
  second_.instance.cache.put(second_.instance.key, std::move(builder).finish());  // as from a local store
  put(1, {"a"});
  put(2, {"a", "b"});
  expect_ready(first_, 2);
  expect_ready(second_, 2);
  EXPECT_TRUE(second_.counts("mismatched", 1)) << second_.metrics.render();
  EXPECT_TRUE(second_.counts("agreed", 1));
  const auto good = first_.instance.cache.find(first_.instance.key)->snapshot;
  EXPECT_TRUE(dns::diff(*second_.instance.cache.find(second_.instance.key)->snapshot, *good).changes.empty());
}

TEST_F(Digests, WithoutTheDatabaseAVersionIsServedUnchecked) {
  put(1, {"a"});
  table_.unavailable = true;
  expect_ready(second_, 1);
  EXPECT_TRUE(second_.counts("unchecked", 1)) << second_.metrics.render();
}

TEST_F(Digests, WhatDifferedOnceIsNotServedUnchecked) {
  put(1, {"a"});
  expect_ready(first_, 1);
  change_stored(1);
  int reads = 0;
  content_.set_on_read([&] { table_.unavailable = ++reads == 2; });
  EXPECT_EQ(second_.instance.load(1).outcome, Loaded::Outcome::unavailable);
  EXPECT_FALSE(second_.instance.cache.find(second_.instance.key));
}

TEST_F(Digests, AStoppedReleaseServesWhatAnotherBuiltFirstAndWaitsForTheRest) {
  put(1, {"a"});
  table_.is_stopped = true;
  EXPECT_EQ(second_.instance.load(1).outcome, Loaded::Outcome::unavailable) << "so that it is tried again";
  EXPECT_TRUE(second_.counts("withheld", 1)) << second_.metrics.render();
  table_.is_stopped = false;
  expect_ready(first_, 1);
  table_.is_stopped = true;
  expect_ready(second_, 1);
}

TEST_F(Digests, OthersThanOfTheSameKeyAreNotCompared) {
  put(1, {"a"});
  expect_ready(first_, 1);
  change_stored(1);
  const auto other = *SecretBox::create(Secret(random_bytes(32)));
  DigestCheck check(std::make_unique<FakeDigests>(table_), other, InstanceId(uuid(3)), "1.2.3",
                    make_digest_metrics(metrics_), quiet_);
  Instance instance(*this, &check);
  EXPECT_EQ(instance.load(1).outcome, Loaded::Outcome::ready);
  EXPECT_EQ(table_.stored.size(), 2U);
}

/// A store whose data keys can't be had yet.
class LateStore final : public SecretStore {
 public:
  explicit LateStore(const SecretBox& box) : box_(box) {}
  [[nodiscard]] Bytes seal(const Secret& secret, std::string_view context) const override {
    return box_.seal(secret, context);
  }
  [[nodiscard]] Result<Secret, SecretError> open(ByteView sealed, std::string_view context) const override {
    return box_.open(sealed, context);
  }
  [[nodiscard]] Result<Secret, SecretError> derive(std::string_view purpose) const override {
    return is_late ? SecretError{SecretErrc::unknown_data_key, "told so"} : box_.derive(purpose);
  }
  bool is_late = true;

 private:
  const SecretBox& box_;
};

TEST_F(Digests, AreComparedFromTheMomentOnThatThereIsAKeyForThem) {
  LateStore store(box_);
  Metrics metrics;
  DigestCheck check(std::make_unique<FakeDigests>(table_), store, InstanceId(uuid(3)), "1.2.3",
                    make_digest_metrics(metrics), quiet_);
  Instance instance(*this, &check);
  put(1, {"a"});
  EXPECT_EQ(instance.load(1).outcome, Loaded::Outcome::ready) << "zones don't wait for it";
  EXPECT_TRUE(table_.stored.empty());
  store.is_late = false;
  put(2, {"a", "b"});
  EXPECT_EQ(instance.load(2).outcome, Loaded::Outcome::ready);
  EXPECT_EQ(table_.stored.size(), 1U);
  expect_ready(first_, 2);
  EXPECT_EQ(table_.stored.size(), 1U) << "the same as of an instance that had it all the time";
}

}  // namespace
}  // namespace minidns::mdns::test
