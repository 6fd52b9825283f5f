#include "base/secret_box.hpp"
#include "mdns/zone_updater.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace minidns::mdns::test {
namespace {

constexpr auto zone_text = "example.org.";

class Loader : public testing::Test {
 protected:
  Loader() { put_version(1, 10, 1); }

  void put_version(std::int64_t version, std::uint32_t serial, std::uint8_t address) {
    content_.put(head(1, zone_text, version, serial),
                 {ns_rrset(zone_text), a_rrset("a.example.org.", address), a_rrset("b.example.org.")});
  }
  [[nodiscard]] std::future<Loaded> start(std::int64_t at_least) {
    const auto promise = std::make_shared<std::promise<Loaded>>();
    updater_.update(*workers_, zone_, dns::Version(at_least),
                    [promise](const Loaded& loaded) { promise->set_value(loaded); });
    return promise->get_future();
  }
  [[nodiscard]] Loaded load(std::int64_t at_least) { return start(at_least).get(); }

  const ZoneId zone_{uuid(1)};
  const ContentKey key_{zone_};
  FakeContent content_;
  SnapshotCache cache_{SnapshotCache::Limits{}};
  ZoneIndex index_;
  Logger log_{"test", LogLevel::error, 2};
  Metrics metrics_;
  std::atomic<int> new_versions_{0};
  std::vector<ViewId> views_in_use_{default_view};
  SecretBox box_ = *SecretBox::create(Secret(Bytes(32)));
  dnssec::SealedKeyOpener keys_{box_};
  ContentSigner signer_{keys_};
  ZoneLoader loader_{content_, cache_, index_, log_, make_loader_metrics(metrics_), signer_};
  ZoneUpdater updater_{loader_, index_, log_, [this](const PoolId&) { return views_in_use_; },
                       [this](const ZonePointer&) { ++new_versions_; }};
  std::unique_ptr<WorkerPool> workers_ = std::make_unique<WorkerPool>("test", 2, 100);
};

TEST_F(Loader, ReadsAZoneAsAWholeAndThenInSteps) {
  const Loaded first = load(1);
  ASSERT_EQ(first.outcome, Loaded::Outcome::ready);
  EXPECT_EQ(first.snapshot->record_count(), 4U);
  put_version(2, 11, 2);
  const Loaded second = load(2);
  EXPECT_EQ(second.snapshot->serial(), dns::Serial(11));
  EXPECT_EQ(content_.whole_reads(), 1);
  EXPECT_EQ(cache_.find(key_)->steps.size(), 1U);
  EXPECT_EQ(index_.find(zone_)->version, dns::Version(2));
  EXPECT_EQ(new_versions_, 2);
}

TEST_F(Loader, TellsOfAVersionOnlyOnce) {
  (void)load(1);
  (void)load(1);
  EXPECT_EQ(new_versions_, 1);
}

TEST_F(Loader, ForgetsAZoneThatIsGone) {
  (void)load(1);
  content_.remove(zone_);
  EXPECT_EQ(load(1).outcome, Loaded::Outcome::gone);
  EXPECT_FALSE(index_.find(zone_));
  EXPECT_FALSE(cache_.find(key_));
}

TEST_F(Loader, KeepsAZoneThatIsGoneThoughNobodyDeletedIt) {
  content_.set_deleted({});
  ASSERT_EQ(load(1).outcome, Loaded::Outcome::ready);
  (void)index_.publish(head(1, zone_text, 1, 10));
  content_.remove(zone_);
  const Loaded lost = load(1);
  ASSERT_EQ(lost.outcome, Loaded::Outcome::ready);
  EXPECT_EQ(lost.snapshot->version(), dns::Version(1));
  EXPECT_TRUE(index_.find(zone_));
  cache_.drop({zone_, default_view});
  EXPECT_EQ(load(1).outcome, Loaded::Outcome::unavailable);
  EXPECT_TRUE(index_.find(zone_));
}

TEST_F(Loader, SaysThatTheDatabaseIsAwayAndGoesOn) {
  content_.set_unavailable(true);
  EXPECT_EQ(load(1).outcome, Loaded::Outcome::unavailable);
  content_.set_unavailable(false);
  EXPECT_EQ(load(1).outcome, Loaded::Outcome::ready);
}

TEST_F(Loader, LoadsAZoneOnceForAllWhoWaitForIt) {
  std::promise<void> gate;
  auto open = gate.get_future().share();
  content_.set_on_read([open] { open.wait(); });
  std::vector<std::future<Loaded>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(start(1));
  }
  gate.set_value();
  for (auto& loaded : waiting) {
    EXPECT_EQ(loaded.get().outcome, Loaded::Outcome::ready);
  }
  EXPECT_EQ(content_.whole_reads(), 1);
}

TEST_F(Loader, TakesStepsThatWaitedTogether) {
  for (std::uint8_t n = 1; n <= 30; ++n) {
    const std::string zone = "z" + std::to_string(n) + ".example.";
    content_.put(head(n, zone, 1, 10), {ns_rrset(zone)});
    content_.put(head(n, zone, 2, 11), {ns_rrset(zone), a_rrset("a." + zone)});
  }
  std::promise<void> gate;
  auto open = gate.get_future().share();
  std::atomic<int> reads{0};
  const auto start_all = [&](std::int64_t version) {
    std::vector<std::future<Loaded>> waiting;
    for (std::uint8_t n = 1; n <= 30; ++n) {
      const auto promise = std::make_shared<std::promise<Loaded>>();
      loader_.load(*workers_, {ZoneId(uuid(n)), default_view}, dns::Version(version),
                   [promise](const Loaded& loaded) { promise->set_value(loaded); });
      waiting.push_back(promise->get_future());
    }
    return waiting;
  };
  for (auto& loaded : start_all(2)) {
    ASSERT_EQ(loaded.get().outcome, Loaded::Outcome::ready);
  }
  for (std::uint8_t n = 1; n <= 30; ++n) {
    const std::string zone = "z" + std::to_string(n) + ".example.";
    content_.put(head(n, zone, 3, 12), {ns_rrset(zone)});
  }
  content_.set_on_read([&, open] {
    ++reads;
    open.wait();
  });
  auto waiting = start_all(3);
  while (reads == 0) {  // a worker has some; what it has not taken waits
    std::this_thread::yield();
  }
  gate.set_value();
  for (auto& loaded : waiting) {
    EXPECT_EQ(loaded.get().snapshot->version(), dns::Version(3));
  }
  EXPECT_GE(content_.batches(), 1);
  EXPECT_LE(content_.batches(), 4);
}

TEST_F(Loader, LooksAgainForOneWhoCameWithANewerVersionInMind) {
  std::promise<void> started;
  std::promise<void> gate;
  auto open = gate.get_future().share();
  std::atomic<bool> first{true};
  (void)load(1);
  put_version(2, 11, 2);
  content_.set_on_read([&, open] {
    if (first.exchange(false)) {
      started.set_value();
      open.wait();
    }
  });
  auto early = start(2);
  started.get_future().wait();
  auto late = start(3);
  put_version(3, 12, 3);
  gate.set_value();
  EXPECT_GE(early.get().snapshot->version(), dns::Version(2));
  EXPECT_EQ(late.get().snapshot->version(), dns::Version(3));
}

constexpr ViewId internal{2};

TEST_F(Loader, TellsOfAVersionOnceEveryViewInUseHasIt) {
  views_in_use_ = {default_view, internal};
  std::promise<void> gate;
  auto open = gate.get_future().share();
  std::atomic<int> reads{0};
  content_.set_on_read([&, open] {
    if (++reads > 1) {
      open.wait();
    }
  });
  auto updated = start(1);
  while (reads < 2) {  // the second view is being read, the first is there
    std::this_thread::yield();
  }
  EXPECT_EQ(new_versions_, 0);
  gate.set_value();
  EXPECT_EQ(updated.get().outcome, Loaded::Outcome::ready);
  EXPECT_EQ(new_versions_, 1);
  EXPECT_TRUE(cache_.find({zone_, default_view}));
  EXPECT_TRUE(cache_.find({zone_, internal}));
}

TEST_F(Loader, LeavesAViewThatNoNameserverTransfersToWhoAsksForIt) {
  (void)load(1);
  EXPECT_FALSE(cache_.find({zone_, internal}));
  EXPECT_EQ(new_versions_, 1);
  std::promise<Loaded> asked;
  loader_.load(*workers_, {zone_, internal}, dns::Version(1), [&](const Loaded& loaded) { asked.set_value(loaded); });
  EXPECT_EQ(asked.get_future().get().outcome, Loaded::Outcome::ready);
  EXPECT_EQ(new_versions_, 1);
}

TEST_F(Loader, ReadsEachViewWithItsOwnRRsetsAndSteps) {
  views_in_use_ = {default_view, internal};
  (void)load(1);
  content_.put(head(1, zone_text, 2, 11),
               {ns_rrset(zone_text), a_rrset("a.example.org.", 1), a_rrset("b.example.org.")},
               {{internal, {a_rrset("c.example.org.", 9)}}});
  EXPECT_EQ(load(2).snapshot->serial(), dns::Serial(11));
  const auto common = cache_.find({zone_, default_view});
  const auto seen_inside = cache_.find({zone_, internal});
  EXPECT_EQ(common->snapshot->record_count(), 4U);
  EXPECT_EQ(seen_inside->snapshot->record_count(), 5U);
  EXPECT_EQ(common->snapshot->serial(), seen_inside->snapshot->serial());
  EXPECT_TRUE(common->steps.at(0)->changes.empty()) << "the serial alone";
  EXPECT_EQ(seen_inside->steps.at(0)->changes.size(), 1U);
}

TEST_F(Loader, DropsAllViewsOfAZoneThatIsGone) {
  views_in_use_ = {default_view, internal};
  (void)load(1);
  content_.remove(zone_);
  EXPECT_EQ(load(1).outcome, Loaded::Outcome::gone);
  EXPECT_EQ(cache_.size(), 0U);
}

TEST_F(Loader, TellsOfNoVersionThatOneViewLacks) {
  views_in_use_ = {default_view, internal};
  content_.put(head(1, zone_text, 2, 11), {ns_rrset(zone_text)}, {{internal, {a_rrset("a.other.org.")}}});
  EXPECT_EQ(load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_EQ(new_versions_, 0);
}

TEST_F(Loader, RefusesContentThatIsNoZone) {
  content_.put(head(1, zone_text, 2, 11), {a_rrset("a.other.org.")});
  EXPECT_EQ(load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_FALSE(index_.find(zone_));
}

TEST_F(Loader, ReadsAStepThatDoesNotFitAsAWhole) {
  (void)load(1);
  // A step that doesn't start from what is cached: version 1 had another content in the database.
  FakeContent other;
  other.put(head(1, zone_text, 1, 10), {ns_rrset(zone_text), a_rrset("c.example.org.")});
  other.put(head(1, zone_text, 2, 11), {ns_rrset(zone_text)});
  ZoneLoader loader(other, cache_, index_, log_, make_loader_metrics(metrics_), signer_);
  std::promise<Loaded> promise;
  loader.load(*workers_, key_, dns::Version(2), [&](const Loaded& loaded) { promise.set_value(loaded); });
  const Loaded loaded = promise.get_future().get();
  ASSERT_EQ(loaded.outcome, Loaded::Outcome::ready);
  EXPECT_EQ(loaded.snapshot->record_count(), 2U);
  EXPECT_EQ(other.whole_reads(), 1);
  workers_.reset();
}

TEST_F(Loader, KeepsWhatItHasWhenTheDatabaseIsBehind) {
  (void)load(1);
  put_version(5, 15, 2);
  (void)load(5);
  FakeContent restored;
  restored.put(head(1, zone_text, 1, 10), {ns_rrset(zone_text)});
  ZoneLoader loader(restored, cache_, index_, log_, make_loader_metrics(metrics_), signer_);
  std::promise<Loaded> promise;
  loader.load(*workers_, key_, dns::Version(5), [&](const Loaded& loaded) { promise.set_value(loaded); });
  EXPECT_EQ(promise.get_future().get().snapshot->version(), dns::Version(5));
  EXPECT_EQ(index_.find(zone_)->version, dns::Version(5));
  workers_.reset();
}

TEST_F(Loader, FindsADifferenceInMemoryOrInTheDatabase) {
  (void)load(1);
  put_version(2, 11, 2);
  (void)load(2);
  put_version(3, 12, 3);
  const auto snapshot = load(3).snapshot;
  content_.set_unavailable(true);
  const auto in_memory = loader_.find_difference(key_, dns::Serial(10), snapshot, 1'000'000);
  ASSERT_TRUE(in_memory);
  EXPECT_EQ(in_memory->changes.size(), 1U);
  EXPECT_FALSE(loader_.find_difference(key_, dns::Serial(9), snapshot, 1'000'000)) << "unknown serial";
  content_.set_unavailable(false);
  cache_.drop(key_);
  EXPECT_TRUE(loader_.find_difference(key_, dns::Serial(10), snapshot, 1'000'000));
}

TEST(SnapshotCache, KeepsWhatWasUsedLastWithinItsOctets) {
  FakeContent content;
  ZoneIndex index;
  Metrics metrics;
  const Logger log("test", LogLevel::error, 2);
  SnapshotCache measure{SnapshotCache::Limits{}};
  const auto fill = [&](SnapshotCache& cache, std::uint8_t from, std::uint8_t to) {
    const SecretBox box = *SecretBox::create(Secret(Bytes(32)));
    const dnssec::SealedKeyOpener keys(box);
    ContentSigner signer(keys);
    ZoneLoader loader(content, cache, index, log, make_loader_metrics(metrics), signer);
    for (std::uint8_t n = from; n <= to; ++n) {
      const std::string zone = "z" + std::to_string(100 + n) + ".example.";
      content.put(head(n, zone, 1, 1), {ns_rrset(zone), a_rrset("a." + zone)});
      WorkerPool workers("test", 1, 10);
      loader.load(workers, {ZoneId(uuid(n))}, dns::Version(1), [](const Loaded&) {});
    }
  };
  fill(measure, 1, 1);
  SnapshotCache cache{SnapshotCache::Limits{.octets_max = 3 * measure.octets()}};
  fill(cache, 1, 3);
  EXPECT_EQ(cache.size(), 3U);
  const auto held = cache.find({ZoneId(uuid(1))})->snapshot;
  fill(cache, 4, 4);
  EXPECT_TRUE(cache.find({ZoneId(uuid(1))})) << "used a moment ago";
  EXPECT_FALSE(cache.find({ZoneId(uuid(2))}));
  EXPECT_LE(cache.octets(), 3 * measure.octets());
  fill(cache, 5, 9);
  EXPECT_FALSE(cache.find({ZoneId(uuid(1))}));
  EXPECT_EQ(held->record_count(), 3U) << "whoever holds it keeps it";
}

TEST(SnapshotCache, KeepsASingleZoneThatIsLargerThanItsOctets) {
  FakeContent content;
  content.put(head(1, "example.", 1, 1), {ns_rrset("example.")});
  SnapshotCache cache{SnapshotCache::Limits{.octets_max = 1}};
  ZoneIndex index;
  Metrics metrics;
  const Logger log("test", LogLevel::error, 2);
  const SecretBox box = *SecretBox::create(Secret(Bytes(32)));
  const dnssec::SealedKeyOpener keys(box);
  ContentSigner signer(keys);
  ZoneLoader loader(content, cache, index, log, make_loader_metrics(metrics), signer);
  {
    WorkerPool workers("test", 1, 10);
    loader.load(workers, {ZoneId(uuid(1))}, dns::Version(1), [](const Loaded&) {});
  }
  EXPECT_TRUE(cache.find({ZoneId(uuid(1))}));
}

}  // namespace
}  // namespace minidns::mdns::test
