// A process that writes is killed at any moment; what it had committed must be there, whole.
#include "mdns/store/store_file.hpp"
#include "mdns/store/store_writer.hpp"
#include "tests/unit/store_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace minidns::mdns::test {
namespace {

constexpr std::uint32_t zones = 6;
constexpr std::int64_t versions = 120;
constexpr int kills = 200;

/// All versions of all zones, made before anything is killed.
class History {
 public:
  History() {
    for (std::uint32_t i = 0; i < zones; ++i) {
      ChangingZone zone(i, i == 0 ? 1000 : 30);
      for (std::int64_t version = 1; version <= versions; ++version) {
        heads_[i].push_back(zone.head());
        contents_[i].push_back({zone.snapshot(), {}});
        zone.change();
      }
    }
  }
  void write(store::StoreWriter& writer, std::int64_t version) const {
    const auto at = static_cast<std::size_t>(version - 1);
    for (std::uint32_t i = 0; i < zones; ++i) {
      writer.put({zone_id(i)}, heads_[i][at], contents_[i][at]);
    }
  }
  [[nodiscard]] Bytes octets(std::uint32_t zone, std::int64_t version) const {
    return octets_of(contents_[zone][static_cast<std::size_t>(version - 1)]);
  }

 private:
  std::array<std::vector<storage::ZoneHead>, zones> heads_;
  std::array<std::vector<CachedZone>, zones> contents_;
};

/// Writes version after version of all zones, each in one transaction with the position, and says so when it's
/// committed. Until it is killed.
[[noreturn]] void write_on(const History& history, const std::string& folder, int to) {
  {
    store::StoreFile file(folder, large_map);
    const std::int64_t there = file.state().position ? *file.state().position->seq : 0;
    for (std::int64_t version = there + 1; version <= versions; ++version) {
      store::StoreWriter writer(file);
      history.write(writer, version);
      writer.set_position({version, 1, 1});
      writer.commit();
      if (::write(to, &version, sizeof(version)) != sizeof(version)) {
        std::_Exit(1);
      }
    }
  }
  while (true) {
    ::pause();
  }
}

TEST(StoreCrash, WhatWasCommittedIsThereHoweverTheWriterDies) {
  const History history;
  auto folder = std::make_unique<ScratchFolder>();
  std::mt19937_64 dice(1);
  std::int64_t newest = 0;
  std::int64_t written = 0;
  for (int i = 0; i < kills; ++i) {
    if (newest > versions - 20) {  // from the start, in a new file
      folder = std::make_unique<ScratchFolder>();
      written += newest;
      newest = 0;
    }
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      write_on(history, folder->path(), pipe[1]);
    }
    ::close(pipe[1]);
    // Killed at some moment after a transaction: waited for, so that each round gets somewhere on a busy machine.
    std::int64_t told = 0;
    std::int64_t last = 0;
    for (std::uint64_t commits = dice() % 3; ::read(pipe[0], &told, sizeof(told)) == sizeof(told);) {
      last = told;
      if (commits-- == 0) {
        break;
      }
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(dice() % 8000);
    while (std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << WEXITSTATUS(status);
    while (::read(pipe[0], &told, sizeof(told)) == sizeof(told)) {
      last = told;
    }
    ::close(pipe[0]);

    store::StoreFile file(folder->path(), large_map);
    ASSERT_TRUE(file.state().position);
    const std::int64_t version = *file.state().position->seq;
    ASSERT_GE(version, std::max(last, newest)) << "a committed version is lost";
    newest = version;
    std::size_t seen = 0;
    file.for_each_zone([&](const store::ZoneRecord& record) {
      ++seen;
      EXPECT_EQ(record.head.version.value(), version) << "position and zones are one transaction";
    });
    ASSERT_EQ(seen, zones);
    for (std::uint32_t zone = 0; zone < zones; ++zone) {
      const auto read = file.read({zone_id(zone)});
      ASSERT_TRUE(read);
      ASSERT_EQ(octets_of(*read), history.octets(zone, version));
    }
  }
  std::printf("%d kills, %lld versions\n", kills, static_cast<long long>(written + newest));
}

}  // namespace
}  // namespace minidns::mdns::test
