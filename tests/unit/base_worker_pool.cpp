#include "base/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <thread>

namespace minidns {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

/// Keeps the one thread of a pool busy until released.
class Blocker {
 public:
  explicit Blocker(WorkerPool& pool) {
    EXPECT_TRUE(pool.post([this] {
      running_.count_down();
      released_.get_future().wait();
    }));
    running_.wait();
  }
  void release() { released_.set_value(); }

 private:
  std::latch running_{1};
  std::promise<void> released_;
};

TEST(WorkerPool, RunsJobsOnItsOwnThreads) {
  WorkerPool pool("test", 2, 10);
  std::promise<std::thread::id> where;
  ASSERT_TRUE(pool.post([&] { where.set_value(std::this_thread::get_id()); }));
  auto future = where.get_future();
  ASSERT_EQ(future.wait_for(patience), std::future_status::ready);
  EXPECT_NE(future.get(), std::this_thread::get_id());
}

TEST(WorkerPool, RefusesAJobWhenItsQueueIsFull) {
  std::atomic<int> runs = 0;
  {
    WorkerPool pool("test", 1, 2);
    Blocker blocker(pool);
    EXPECT_TRUE(pool.post([&] { ++runs; }));
    EXPECT_TRUE(pool.post([&] { ++runs; }));
    EXPECT_EQ(pool.queue_length(), 2U);
    EXPECT_FALSE(pool.post([&] { ++runs; }));
    blocker.release();
  }
  EXPECT_EQ(runs, 2);
}

TEST(WorkerPool, RunsWhatIsQueuedWhenItStopsAndTakesNothingNew) {
  std::atomic<int> runs = 0;
  {
    WorkerPool pool("test", 1, 10);
    Blocker blocker(pool);
    EXPECT_TRUE(pool.post([&] { ++runs; }));
    pool.stop();
    pool.stop();
    EXPECT_FALSE(pool.post([&] { ++runs; }));
    blocker.release();
  }
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace minidns
