#include "central/visibility_waits.hpp"
#include "tests/harness/wait.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <stdexcept>
#include <unistd.h>

namespace minidns::central {
namespace {

using namespace std::chrono_literals;
using api::WaitEnd;
using harness::eventually;

ZoneId zone_id(int number) {
  return *ZoneId::parse("00000000-0000-7000-8000-00000000000" + std::to_string(number));
}

/// Zones in memory; a hint is a call of `hint`.
class FakeWatch final : public storage::VersionWatch {
 public:
  std::vector<storage::ZoneHorizon> look(const std::vector<ZoneId>& zones) override {
    const std::lock_guard lock(mutex_);
    ++looks_;
    last_zones_ = zones;
    is_open_ = true;
    std::vector<storage::ZoneHorizon> found;
    for (const ZoneId& zone : zones) {
      if (const auto horizon = horizons_.find(zone); horizon != horizons_.end()) {
        found.push_back(horizon->second);
      }
    }
    return found;
  }
  void wait(std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return woken_; });
    woken_ = false;
  }
  void wake() override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }
  void rest() override { is_open_ = false; }

  void set(int zone, std::optional<std::int64_t> visible, std::optional<std::int64_t> failed = {}) {
    const std::lock_guard lock(mutex_);
    storage::ZoneHorizon horizon{zone_id(zone), std::nullopt, std::nullopt};
    if (visible) horizon.visible = dns::Version(*visible);
    if (failed) horizon.failed = dns::Version(*failed);
    horizons_.insert_or_assign(zone_id(zone), horizon);
  }
  [[nodiscard]] int looks() {
    const std::lock_guard lock(mutex_);
    return looks_;
  }
  [[nodiscard]] std::vector<ZoneId> last_zones() {
    const std::lock_guard lock(mutex_);
    return last_zones_;
  }

 private:
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool woken_ = false;
  int looks_ = 0;
  std::vector<ZoneId> last_zones_;
  std::map<ZoneId, storage::ZoneHorizon> horizons_;
  std::atomic<bool> is_open_ = false;
};

class VisibilityWaitsTest : public testing::Test {
 protected:
  ~VisibilityWaitsTest() override { ::close(log_fd_); }

  /// A wait whose end is told in `ends`.
  VisibilityWaits::Ticket begin(int zone, std::int64_t version) {
    const auto ticket = waits_.begin(zone_id(zone), dns::Version(version), [this](WaitEnd end) {
      const std::lock_guard lock(mutex_);
      ends_.push_back(end);
    });
    if (!ticket) throw std::runtime_error("too many wait");
    return *ticket;
  }
  [[nodiscard]] std::vector<WaitEnd> ends() {
    const std::lock_guard lock(mutex_);
    return ends_;
  }
  [[nodiscard]] bool has_ended(std::size_t count) {
    return eventually([&] { return ends().size() == count; });
  }
  [[nodiscard]] bool shows(const std::string& line) const { return metrics_.render().find(line) != std::string::npos; }

  int log_fd_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger log_{"test", LogLevel::debug, log_fd_};
  Metrics metrics_;
  FakeWatch watch_;
  std::mutex mutex_;  // guards ends_
  std::vector<WaitEnd> ends_;
  VisibilityWaits waits_{watch_, 3, log_, metrics_};
};

TEST_F(VisibilityWaitsTest, AskNothingWhileNobodyWaits) {
  watch_.wake();
  watch_.set(1, 5);
  begin(1, 5);
  ASSERT_TRUE(has_ended(1));
  EXPECT_EQ(watch_.looks(), 1) << "the first look was the waiter's";
}

TEST_F(VisibilityWaitsTest, EndWhenTheVersionOrANewerOneIsVisible) {
  watch_.set(1, 4);
  begin(1, 5);
  begin(1, 6);
  ASSERT_TRUE(eventually([&] { return watch_.looks() > 0; }));
  EXPECT_TRUE(ends().empty());
  watch_.set(1, 7);
  watch_.wake();
  ASSERT_TRUE(has_ended(2));
  EXPECT_EQ(ends(), (std::vector{WaitEnd::visible, WaitEnd::visible}));
  EXPECT_TRUE(eventually([&] { return shows("minidns_central_visibility_waiters 0"); }));
  EXPECT_TRUE(shows("minidns_central_visibility_waits_total{result=\"visible\"} 2"));
}

TEST_F(VisibilityWaitsTest, EndWhenTheVersionCannotBecomeVisible) {
  watch_.set(1, 4, 6);
  begin(1, 6);
  ASSERT_TRUE(has_ended(1));
  EXPECT_EQ(ends(), std::vector{WaitEnd::failed});
  begin(1, 5);
  ASSERT_TRUE(eventually([&] { return watch_.looks() > 1; }));
  EXPECT_EQ(ends().size(), 1U) << "what failed is newer";
}

TEST_F(VisibilityWaitsTest, EndWhenTheZoneIsGone) {
  begin(2, 1);
  ASSERT_TRUE(has_ended(1));
  EXPECT_EQ(ends(), std::vector{WaitEnd::gone});
}

TEST_F(VisibilityWaitsTest, AskForEachZoneOnce) {
  watch_.set(1, 1);
  watch_.set(2, 1);
  begin(1, 5);
  begin(2, 5);
  begin(1, 6);
  const std::vector<ZoneId> both{zone_id(1), zone_id(2)};
  EXPECT_TRUE(eventually([&] { return watch_.last_zones() == both; }));
}

TEST_F(VisibilityWaitsTest, LookWithoutAHint) {
  watch_.set(1, 1);
  begin(1, 2);
  // The first, perhaps one more because the waiter woke the thread, and then nobody does.
  ASSERT_TRUE(eventually([&] { return watch_.looks() > 2; }));
  watch_.set(1, 2);
  EXPECT_TRUE(has_ended(1));
}

TEST_F(VisibilityWaitsTest, AreLimitedAndFreedWhenTheyEnd) {
  watch_.set(1, 1);
  const auto first = begin(1, 2);
  begin(1, 2);
  begin(1, 2);
  EXPECT_FALSE(waits_.begin(zone_id(1), dns::Version(2), [](WaitEnd) {}));
  waits_.end(first, WaitEnd::client_left);
  waits_.end(first, WaitEnd::client_left);
  EXPECT_TRUE(waits_.begin(zone_id(1), dns::Version(2), [](WaitEnd) {}));
  EXPECT_TRUE(ends().empty()) << "whoever ends a wait isn't told of it";
  EXPECT_TRUE(shows("minidns_central_visibility_waits_total{result=\"client_left\"} 1"));
  EXPECT_TRUE(shows("minidns_central_visibility_waits_total{result=\"refused\"} 1"));
}

}  // namespace
}  // namespace minidns::central
