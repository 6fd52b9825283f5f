// Deadline, offload and TaskGroup: the helpers that tie coroutines to time, threads and owners.
#include "base/deadline.hpp"
#include "base/offload.hpp"
#include "base/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace minidns {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// How long a test waits for what must come; not a measure.
constexpr auto patience = 10s;

/// An io_context with threads of its own until the end of the test.
class Threads {
 public:
  explicit Threads(int count) : guard_(context_.get_executor()) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this] { context_.run(); });
    }
  }
  ~Threads() {
    guard_.reset();
    context_.stop();
    for (auto& thread : threads_) {
      thread.join();
    }
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  asio::any_io_executor strand() { return asio::make_strand(context_); }

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::vector<std::thread> threads_;
};

// --- Deadline

TEST(Deadline, RunsItsActionWhenTheTimeIsOver) {
  asio::io_context context;
  int strikes = 0;
  Deadline deadline(context.get_executor(), [&] { ++strikes; });
  EXPECT_FALSE(deadline.expired());
  deadline.arm(1ms);
  context.run_for(patience);
  EXPECT_EQ(strikes, 1);
  EXPECT_TRUE(deadline.expired());
}

TEST(Deadline, IsSilentAfterDisarm) {
  asio::io_context context;
  Deadline deadline(context.get_executor(), [] { FAIL(); });
  deadline.arm(1h);
  deadline.disarm();
  context.run_for(patience);
  EXPECT_FALSE(deadline.expired());
}

TEST(Deadline, IsSilentAfterDisarmEvenIfItsTimeWasOverBefore) {
  asio::io_context context;
  Deadline deadline(context.get_executor(), [] { FAIL(); });
  deadline.arm(-1s);  // its handler is ready to run
  asio::post(context, [&] { deadline.disarm(); });
  deadline.disarm();
  context.run_for(patience);
}

TEST(Deadline, IsSilentAfterItsDestruction) {
  asio::io_context context;
  {
    Deadline deadline(context.get_executor(), [] { FAIL(); });
    deadline.arm(-1s);
  }
  context.run_for(patience);
}

TEST(Deadline, ArmingAgainStartsTheTimeAgain) {
  asio::io_context context;
  int strikes = 0;
  Deadline deadline(context.get_executor(), [&] { ++strikes; });
  deadline.arm(1h);
  deadline.arm(1ms);
  context.run_for(patience);
  EXPECT_EQ(strikes, 1);
  deadline.arm(1h);
  EXPECT_FALSE(deadline.expired());
}

// --- offload

asio::awaitable<int> square(WorkerPool& pool, int value, std::thread::id* where) {
  auto work = [value, where] {
    *where = std::this_thread::get_id();
    return value * value;
  };
  const auto result = co_await offload(pool, work);
  co_return result.value_or(-1);
}

TEST(Offload, ResumesTheCoroutineOnItsOwnThreadWithTheResult) {
  WorkerPool pool("test", 1, 10);
  asio::io_context context;
  std::thread::id worked_on;
  auto result = asio::co_spawn(context, square(pool, 7, &worked_on), asio::use_future);
  context.run_for(patience);  // does not run dry while the job is on the other thread
  ASSERT_EQ(result.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(result.get(), 49);
  EXPECT_NE(worked_on, std::this_thread::get_id());
}

TEST(Offload, GivesNothingWhenThePoolTakesNoJob) {
  WorkerPool pool("test", 1, 10);
  pool.stop();
  asio::io_context context;
  std::thread::id worked_on;
  auto result = asio::co_spawn(context, square(pool, 7, &worked_on), asio::use_future);
  context.run_for(patience);
  EXPECT_EQ(result.get(), -1);
}

asio::awaitable<bool> offload_moved_text(WorkerPool& pool, std::unique_ptr<std::string> text) {
  auto work = [text = std::move(text)] { text->append("!"); };
  const auto done = co_await offload(pool, work);
  co_return done.has_value();
}

TEST(Offload, TakesMoveOnlyWorkThatReturnsNothing) {
  WorkerPool pool("test", 1, 10);
  asio::io_context context;
  auto result = asio::co_spawn(context, offload_moved_text(pool, std::make_unique<std::string>("a")), asio::use_future);
  context.run_for(patience);
  EXPECT_TRUE(result.get());
}

asio::awaitable<std::string> offload_failure(WorkerPool& pool) {
  try {
    (void)co_await offload(pool, []() -> int { throw std::runtime_error("database gone"); });
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "no exception";
}

TEST(Offload, ThrowsTheWorksExceptionInTheCoroutine) {
  WorkerPool pool("test", 1, 10);
  asio::io_context context;
  auto result = asio::co_spawn(context, offload_failure(pool), asio::use_future);
  context.run_for(patience);
  EXPECT_EQ(result.get(), "database gone");
}

asio::awaitable<void> wait_forever(std::atomic<int>* alive) {
  struct Alive {
    explicit Alive(std::atomic<int>* c) : count(c) { ++*count; }
    ~Alive() { --*count; }
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;
    std::atomic<int>* count;
  };
  const Alive here(alive);
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> offload_until(WorkerPool& pool, std::shared_ptr<std::latch> running,
                                    std::shared_future<void> released) {
  auto work = [running, released] {
    running->count_down();
    released.wait();
  };
  (void)co_await offload(pool, work);
}

TEST(Offload, LetsTheWorkEndWhenTheCoroutineIsStoppedMeanwhile) {
  WorkerPool pool("test", 1, 10);
  std::promise<void> release;
  const auto running = std::make_shared<std::latch>(1);
  asio::io_context context;
  auto result = asio::co_spawn(context, offload_until(pool, running, release.get_future().share()), asio::use_future);
  context.poll();
  running->wait();
  context.stop();
  release.set_value();
  pool.stop();
  context.restart();
  context.run_for(patience);
  EXPECT_NO_THROW(result.get());
}

// --- TaskGroup

TaskGroup::OnFailure no_failure() {
  return [](const std::exception_ptr&) { ADD_FAILURE() << "a task failed"; };
}

TEST(TaskGroup, CancelEndsAllTasksAndRefusesNewOnes) {
  Threads threads(2);
  std::atomic<int> alive = 0;
  TaskGroup group(no_failure());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(group.spawn(threads.strand(), wait_forever(&alive)));
  }
  EXPECT_EQ(group.size(), 100U);
  group.cancel();
  EXPECT_TRUE(group.wait_idle(patience));
  EXPECT_EQ(alive, 0) << "the tasks' frames are gone, too";
  EXPECT_EQ(group.size(), 0U);
  EXPECT_FALSE(group.spawn(threads.strand(), wait_forever(&alive)));
}

asio::awaitable<void> wait_for(std::shared_ptr<asio::steady_timer> timer, std::atomic<bool>* finished) {
  boost::system::error_code ignored;  // the test wakes it by cancelling the timer
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  *finished = true;
}

TEST(TaskGroup, CloseLetsTasksRunToTheirEnd) {
  Threads threads(2);
  std::atomic<bool> finished = false;
  TaskGroup group(no_failure());
  const auto strand = threads.strand();
  const auto timer = std::make_shared<asio::steady_timer>(strand, 1h);
  ASSERT_TRUE(group.spawn(strand, wait_for(timer, &finished)));
  group.close();
  EXPECT_FALSE(group.spawn(strand, wait_for(timer, &finished)));
  EXPECT_FALSE(group.wait_idle(1ms)) << "it still runs";
  asio::post(strand, [timer] { timer->cancel(); });
  EXPECT_TRUE(group.wait_idle(patience));
  EXPECT_TRUE(finished);
}

asio::awaitable<void> fail(std::string reason) {
  throw std::runtime_error(reason);
  co_return;
}

TEST(TaskGroup, ReportsTheExceptionOfATask) {
  Threads threads(1);
  std::promise<std::string> reported;
  TaskGroup group([&](const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      reported.set_value(error.what());
    }
  });
  ASSERT_TRUE(group.spawn(threads.strand(), fail("reason")));
  EXPECT_TRUE(group.wait_idle(patience));
  EXPECT_EQ(reported.get_future().get(), "reason");
}

TEST(TaskGroup, LosesTheTasksOfADestroyedIoContext) {
  std::atomic<int> alive = 0;
  TaskGroup group(no_failure());
  {
    asio::io_context context;
    ASSERT_TRUE(group.spawn(context.get_executor(), wait_forever(&alive)));
    context.poll();
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(group.wait_idle(0ms));
}

TEST(TaskGroup, MayBeDestroyedBeforeItsTasks) {
  Threads threads(1);
  std::atomic<int> alive = 0;
  const auto strand = threads.strand();
  {
    TaskGroup group(no_failure());
    ASSERT_TRUE(group.spawn(strand, wait_forever(&alive)));
  }
  std::promise<void> drained;
  // The destructor posted the cancellation before this; the task's last steps run behind it.
  asio::post(strand, [&] { asio::post(strand, [&] { asio::post(strand, [&] { drained.set_value(); }); }); });
  EXPECT_EQ(drained.get_future().wait_for(patience), std::future_status::ready);
}

}  // namespace
}  // namespace minidns
