// What the three programs share: their settings, the state of the database, the threads of an io_context, signals.
#include "base/database_state.hpp"
#include "base/io_threads.hpp"
#include "base/program.hpp"
#include "base/settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <future>
#include <string>
#include <thread>
#include <unistd.h>

namespace minidns {
namespace {

using namespace std::chrono_literals;

class ManualClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return WallTime(steady_.time_since_epoch()); }
  [[nodiscard]] SteadyTime steady() const override { return steady_; }
  void advance(std::chrono::seconds by) { steady_ += by; }

 private:
  SteadyTime steady_{};
};

/// A Logger whose lines are counted.
class CountedLog {
 public:
  CountedLog() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~CountedLog() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  CountedLog(const CountedLog&) = delete;
  CountedLog& operator=(const CountedLog&) = delete;

  [[nodiscard]] Logger logger() const { return {"test", LogLevel::debug, ends_[1]}; }

  /// Ends what the logger may write.
  std::ptrdiff_t lines() {
    ::close(ends_[1]);
    ends_[1] = -1;
    std::array<char, 4096> buffer{};
    const auto got = ::read(ends_[0], buffer.data(), buffer.size());
    return std::count(buffer.begin(), buffer.begin() + got, '\n');
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
};

TEST(DatabaseState, SaysOnceWhenItChanges) {
  ManualClock clock;
  CountedLog pipe;
  const Logger log = pipe.logger();
  DatabaseState state(clock, log);
  EXPECT_FALSE(state.is_up()) << "nobody has asked it yet";
  state.failed("refused");
  state.failed("refused");
  state.worked();
  state.worked();
  EXPECT_TRUE(state.is_up());
  state.failed("gone");
  EXPECT_FALSE(state.is_up());
  EXPECT_EQ(pipe.lines(), 3) << "down, up, down";
}

TEST(DatabaseState, DescribesSinceWhenAndWhyItIsDown) {
  ManualClock clock;
  CountedLog pipe;
  const Logger log = pipe.logger();
  DatabaseState state(clock, log);
  EXPECT_EQ(state.describe(), "database=down reason=\"not asked yet\"");
  state.failed("refused");
  clock.advance(12s);
  state.failed("no route");
  EXPECT_EQ(state.describe(), "database=down for=12s reason=\"no route\"");
  state.worked();
  EXPECT_EQ(state.describe(), "database=up");
}

TEST(Settings, AreReadWithTheirDefaults) {
  auto root = ConfigMap::parse("ops: {port: 9100}\nmaster_key_file: /k\ndatabase: {conninfo: dbname=x}\n", "t");
  const auto program = read_program_settings(root);
  const auto database = read_database_settings(root);
  root.finish();
  EXPECT_EQ(program.log_level, LogLevel::info);
  EXPECT_EQ(program.ops_address, "127.0.0.1");
  EXPECT_EQ(program.ops_port, 9100);
  EXPECT_EQ(program.master_keys, std::vector{MasterKeySource{MasterKeySource::File{"/k"}}});
  EXPECT_EQ(database.conninfo, "dbname=x");
  EXPECT_EQ(database.connections, 10U);
}

TEST(Settings, RefuseAnUnknownLogLevel) {
  auto root = ConfigMap::parse("log: {level: loud}\nops: {port: 9100}\n", "t");
  EXPECT_THROW((void)read_program_settings(root), ConfigError);
}

TEST(IoThreads, RunTheContextUntilTheyAreDestroyed) {
  boost::asio::io_context context;
  std::promise<std::thread::id> where;
  {
    const IoThreads threads(context, 2);
    boost::asio::post(context, [&] { where.set_value(std::this_thread::get_id()); });
    auto future = where.get_future();
    ASSERT_EQ(future.wait_for(10s), std::future_status::ready);
    EXPECT_NE(future.get(), std::this_thread::get_id());
  }
  EXPECT_TRUE(context.stopped());
}

/// Blocks the handled signals for one test only.
class SignalMask {
 public:
  SignalMask() {
    EXPECT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &before_), 0);
    block_signals();
  }
  ~SignalMask() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalMask(const SignalMask&) = delete;
  SignalMask& operator=(const SignalMask&) = delete;

 private:
  sigset_t before_{};
};

TEST(Signals, AreToldApart) {
  const SignalMask mask;
  ASSERT_EQ(::kill(::getpid(), SIGHUP), 0);
  EXPECT_EQ(wait_for_signal(), Signal::reload);
  ASSERT_EQ(::kill(::getpid(), SIGINT), 0);
  EXPECT_EQ(wait_for_signal(), Signal::stop);
  request_stop();
  EXPECT_EQ(wait_for_signal(), Signal::stop);
}

}  // namespace
}  // namespace minidns
