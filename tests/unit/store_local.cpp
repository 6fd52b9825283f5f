#include "mdns/store/local_store.hpp"
#include "tests/unit/mdns_support.hpp"
#include "tests/unit/store_support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <thread>

namespace minidns::mdns::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// One mdns's store and index over a folder that outlives it.
class Instance {
 public:
  Instance(const std::string& folder, const Clock& clock, std::uint64_t size_max = large_map)
      : store_({folder, size_max, 24h}, index_, clock, log_, make_store_metrics(metrics_)) {}

  [[nodiscard]] std::optional<LocalStore::Restored> restore() {
    return store_.restore([this](const storage::ZoneHead& head) { (void)index_.publish(head); });
  }
  void start() {
    store_.set_bring([this](const ContentKey& key) { return bring_ && bring_(key); });
    store_.start();
  }
  void serve(const ChangingZone& zone) {
    (void)index_.publish(zone.head());
    store_.put(zone.key(), store_pool(), zone.cached(), nullptr);
  }
  [[nodiscard]] bool shows(const std::string& metric) const {
    return ("\n" + metrics_.render()).find("\n" + metric + "\n") != std::string::npos;
  }

  Logger log_{"test", LogLevel::error, ::open("/dev/null", O_WRONLY)};
  Metrics metrics_;
  ZoneIndex index_;
  LocalStore store_;
  LocalStore::Bring bring_;
};

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

const store::StoredPosition position{5, 2, 99};

/// A store with a zone and a position, as an mdns leaves it.
void fill(const std::string& folder, const Clock& clock, const ChangingZone& zone) {
  Instance instance(folder, clock);
  EXPECT_FALSE(instance.restore());
  instance.start();
  instance.serve(zone);
  instance.store_.put_index();
  instance.store_.put_peers({});
  instance.store_.heard(position);
  ASSERT_TRUE(eventually([&] { return !instance.shows("minidns_mdns_store_commits_total 0"); }));
}

void overwrite(const std::string& file, std::size_t at, std::size_t count) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(at));
  for (std::size_t i = 0; i < count; ++i) {
    stream.put(static_cast<char>(i * 7 + 1));
  }
}

std::size_t set_aside_in(const std::string& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    count += entry.path().filename().string().starts_with("set-aside-") ? 1 : 0;
  }
  return count;
}

TEST(LocalStore, GivesBackAfterARestartWhatWasServed) {
  const ScratchFolder folder;
  ManualClock clock;
  ChangingZone zone(1, 300);
  zone.change();
  fill(folder.path(), clock, zone);
  clock.advance(90s);
  Instance instance(folder.path(), clock);
  const auto restored = instance.restore();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->position, position);
  EXPECT_EQ(restored->age, 90s);
  EXPECT_FALSE(restored->is_too_old);
  EXPECT_TRUE(restored->behind.empty());
  EXPECT_TRUE(instance.index_.has(zone.key().zone, zone.head().version));
  const auto content = instance.store_.read(zone.key());
  ASSERT_TRUE(content);
  EXPECT_EQ(octets_of(*content), octets_of(zone.cached()));
}

TEST(LocalStore, PublishesNothingThatIsTooOld) {
  const ScratchFolder folder;
  ManualClock clock;
  fill(folder.path(), clock, ChangingZone(1, 3));
  clock.advance(25h);
  Instance instance(folder.path(), clock);
  const auto restored = instance.restore();
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->is_too_old);
  EXPECT_EQ(restored->position.epoch, 2) << "an older epoch is refused all the same";
  EXPECT_EQ(instance.index_.size(), 0U);
}

TEST(LocalStore, TakesAwayZonesThatLeftWhileNobodyLooked) {
  const ScratchFolder folder;
  ManualClock clock;
  fill(folder.path(), clock, ChangingZone(1, 3));
  clock.advance(25h);
  Instance instance(folder.path(), clock);
  ASSERT_TRUE(instance.restore());  // too old: the index comes from the database, which hasn't got the zone
  instance.start();
  const ChangingZone other(2, 3);
  (void)instance.index_.publish(other.head());
  instance.store_.put_index();
  EXPECT_TRUE(eventually([&] { return !instance.store_.read({zone_id(1)}); }));
  EXPECT_FALSE(instance.store_.read(other.key())) << "of this one only the head is known";
}

TEST(LocalStore, ThePositionWaitsForWhatIsMissing) {
  const ScratchFolder folder;
  const SystemClock clock;
  ChangingZone large(1, 30'000);
  {
    Instance instance(folder.path(), clock, 1 << 20);
    EXPECT_FALSE(instance.restore());
    instance.start();
    instance.serve(ChangingZone(2, 3));
    instance.store_.heard({1, 1, 1});
    ASSERT_TRUE(eventually([&] { return !instance.shows("minidns_mdns_store_commits_total 0"); }));
    instance.serve(large);  // doesn't fit
    instance.store_.heard({2, 1, 1});
    ASSERT_TRUE(eventually([&] { return instance.shows("minidns_mdns_store_failures_total{reason=\"full\"} 1"); }));
    EXPECT_TRUE(instance.store_.read({zone_id(2)})) << "what was there is there";
    EXPECT_FALSE(instance.store_.read(large.key()));
  }
  Instance instance(folder.path(), clock);
  const auto restored = instance.restore();
  ASSERT_TRUE(restored);
  EXPECT_NE(restored->position.seq, 2);
  EXPECT_EQ(restored->position.epoch, 1);
}

TEST(LocalStore, SetsAsideWhatKilledAProcess) {
  const ScratchFolder folder;
  ManualClock clock;
  fill(folder.path(), clock, ChangingZone(1, 3));
  std::ofstream(folder.path() + "/crashed").put('x');
  {
    Instance instance(folder.path(), clock);
    EXPECT_FALSE(instance.restore());
    EXPECT_FALSE(instance.store_.read({zone_id(1)}));
  }
  EXPECT_EQ(set_aside_in(folder.path()), 1U);
  EXPECT_FALSE(fs::exists(folder.path() + "/crashed"));
}

TEST(LocalStore, SetsAsideACutFileAndKeepsOnlyAFew) {
  const ScratchFolder folder;
  ManualClock clock;
  for (int i = 0; i < 4; ++i) {
    fill(folder.path(), clock, ChangingZone(1, 300));
    fs::resize_file(folder.path() + "/data/data.mdb", 20'000);
    Instance instance(folder.path(), clock);
    EXPECT_FALSE(instance.restore());
    EXPECT_TRUE(instance.shows("minidns_mdns_store_set_aside_total 1"));
    EXPECT_EQ(instance.index_.size(), 0U);
  }
  EXPECT_EQ(set_aside_in(folder.path()), store::Folder::set_aside_max);
}

TEST(LocalStore, ADamagedContentIsNotServedAndTheStoreIsFilledAnewWhenTheDatabaseIsThere) {
  const ScratchFolder folder;
  ManualClock clock;
  ChangingZone zone(1, 4000);
  fill(folder.path(), clock, zone);
  const std::string file = folder.path() + "/data/data.mdb";
  // A page in the middle of a chunk: the index is sound.
  overwrite(file, fs::file_size(file) / 2 / 4096 * 4096 + 100, 3000);
  Instance instance(folder.path(), clock);
  ASSERT_TRUE(instance.restore());
  EXPECT_FALSE(instance.store_.read(zone.key()));
  EXPECT_EQ(set_aside_in(folder.path()), 0U) << "other zones may still be read from it";
  std::atomic<int> brought{0};
  instance.bring_ = [&](const ContentKey& key) {
    EXPECT_EQ(key, zone.key());
    ++brought;
    instance.serve(zone);
    return true;
  };
  instance.start();
  instance.store_.heard(position);
  ASSERT_TRUE(eventually([&] {
    instance.store_.heard(position);
    clock.advance(1s);
    return instance.store_.read(zone.key()).has_value();
  }));
  EXPECT_GE(brought, 1);
  EXPECT_EQ(octets_of(*instance.store_.read(zone.key())), octets_of(zone.cached()));
  EXPECT_EQ(set_aside_in(folder.path()), 1U);
}

TEST(LocalStore, IsUsedByOneProcessAtATime) {
  const ScratchFolder folder;
  ManualClock clock;
  const ChangingZone zone(1, 3);
  fill(folder.path(), clock, zone);
  Instance first(folder.path(), clock);
  ASSERT_TRUE(first.restore());
  Instance second(folder.path(), clock);
  EXPECT_FALSE(second.restore());
  second.start();
  second.serve(zone);
  EXPECT_FALSE(second.store_.read(zone.key()));
  EXPECT_TRUE(first.store_.read(zone.key()));
}

TEST(LocalStore, ForgetsZonesThatAreRemoved) {
  const ScratchFolder folder;
  ManualClock clock;
  const ChangingZone zone(1, 30);
  fill(folder.path(), clock, zone);
  {
    Instance instance(folder.path(), clock);
    ASSERT_TRUE(instance.restore());
    instance.start();
    (void)instance.index_.remove(zone.key().zone);
    instance.store_.remove(zone.key().zone);
    EXPECT_TRUE(eventually([&] { return !instance.store_.read(zone.key()); }));
  }
  Instance instance(folder.path(), clock);
  ASSERT_TRUE(instance.restore());
  EXPECT_EQ(instance.index_.size(), 0U);
}

}  // namespace
}  // namespace minidns::mdns::test
