// Files that aren't what was written: many places are changed, one at a time, in a copy that another process opens. It
// must see all as it was, or notice. It may die (LMDB trusts its pages), but then the mark must be there.
#include "mdns/store/crash_mark.hpp"
#include "mdns/store/lmdb.hpp"
#include "mdns/store/store_file.hpp"
#include "mdns/store/store_writer.hpp"
#include "tests/unit/store_support.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace minidns::mdns::test {
namespace {

namespace fs = std::filesystem;

enum class Verdict { as_written, noticed, died, wrong };

constexpr int exit_as_written = 0;
constexpr int exit_noticed = 10;
constexpr int exit_wrong = 20;
/// For a child that hangs.
constexpr unsigned child_limit_s = 60;

std::string read_file(const std::string& path) {
  std::ifstream input(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(input), {}};
}

/// In a child. A sanitizer's handlers would turn a signal into an exit.
void begin_child(const std::string& folder) {
  ::alarm(child_limit_s);
  (void)std::signal(SIGSEGV, SIG_DFL);
  (void)std::signal(SIGBUS, SIG_DFL);
  store::mark_crashes_in(folder + "/crashed");
}

/// What a process that uses the store would do: read all of it.
int look(const std::string& folder, const std::vector<ChangingZone>& zones) {
  try {
    store::StoreFile file(folder, large_map);
    std::size_t seen = 0;
    bool right = true;
    file.for_each_zone([&](const store::ZoneRecord& record) {
      right = right && seen < zones.size() && record.head.id == zones[seen].head().id &&
              record.head.version == zones[seen].head().version && record.head.soa == zones[seen].head().soa;
      ++seen;
    });
    if (!right || seen != zones.size() || file.state().position != store::StoredPosition{7, 1, 1}) {
      return exit_wrong;
    }
    for (const ChangingZone& zone : zones) {
      const auto content = file.read(zone.key());
      if (!content || octets_of(*content) != octets_of(zone.cached())) {
        return exit_wrong;
      }
    }
    return exit_as_written;
  } catch (const store::Fault&) {
    return exit_noticed;
  }
}

class DamagedStore : public testing::Test {
 protected:
  DamagedStore() {
    for (std::uint32_t i = 0; i < 60; ++i) {
      zones_.emplace_back(i, i % 6 == 0 ? 600 : 12);
      zones_.back().change();
    }
    store::StoreFile file(whole_.path(), large_map);
    put(file, zones_);
    for (ChangingZone& zone : zones_) {  // so that there are older copies of pages in the file
      zone.change();
    }
    put(file, zones_);
    store::StoreWriter writer(file);
    writer.set_position({7, 1, 1});
    writer.commit();
    octets_ = read_file(whole_.path() + "/data.mdb");
  }

  Verdict verdict_on(const std::string& octets) {
    const ScratchFolder copy;
    std::ofstream(copy.path() + "/data.mdb", std::ios::binary) << octets;
    const pid_t child = ::fork();
    if (child == 0) {
      begin_child(copy.path());
      std::_Exit(look(copy.path(), zones_));
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
      EXPECT_TRUE(fs::exists(copy.path() + "/crashed")) << "died by signal " << WTERMSIG(status) << " without a mark";
      return Verdict::died;
    }
    switch (WEXITSTATUS(status)) {
      case exit_as_written:
        return Verdict::as_written;
      case exit_noticed:
        return Verdict::noticed;
      default:
        return Verdict::wrong;
    }
  }

  struct Tally {
    int as_written = 0;
    int noticed = 0;
    int died = 0;
    int wrong = 0;
    void count(Verdict verdict) {
      switch (verdict) {
        case Verdict::as_written:
          ++as_written;
          break;
        case Verdict::noticed:
          ++noticed;
          break;
        case Verdict::died:
          ++died;
          break;
        case Verdict::wrong:
          ++wrong;
          break;
      }
    }
  };

  void report(const char* what, const Tally& tally) {
    std::printf("%s: %d as written, %d noticed, %d died with a mark, %d wrong\n", what, tally.as_written, tally.noticed,
                tally.died, tally.wrong);
  }

  ScratchFolder whole_;
  std::vector<ChangingZone> zones_;
  std::string octets_;
};

TEST_F(DamagedStore, TheWholeFileIsRead) {
  EXPECT_EQ(verdict_on(octets_), Verdict::as_written);
}

TEST_F(DamagedStore, NoFlippedBitGivesAWrongOctet) {
  std::mt19937_64 dice(1);
  Tally tally;
  for (int i = 0; i < 500; ++i) {
    std::string damaged = octets_;
    const std::size_t at = dice() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << dice() % 8));
    const Verdict verdict = verdict_on(damaged);
    tally.count(verdict);
    EXPECT_NE(verdict, Verdict::wrong) << "a bit at " << at;
  }
  report("flipped bits", tally);
  EXPECT_GT(tally.noticed, 100);
}

/// Every octet of LMDB's two heads.
TEST_F(DamagedStore, NoFlippedBitInTheHeadsGivesAWrongOctet) {
  std::mt19937_64 dice(2);
  Tally tally;
  for (const std::size_t page : {std::size_t{0}, std::size_t{4096}}) {
    for (std::size_t at = page; at < page + 152; ++at) {
      std::string damaged = octets_;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << dice() % 8));
      const Verdict verdict = verdict_on(damaged);
      tally.count(verdict);
      EXPECT_NE(verdict, Verdict::wrong) << "octet " << at;
    }
  }
  report("flipped bits in the heads", tally);
}

TEST_F(DamagedStore, NoPageOverwrittenWithNoiseOrAnotherPageGivesAWrongOctet) {
  constexpr std::size_t page = 4096;
  std::mt19937_64 dice(3);
  Tally tally;
  for (int i = 0; i < 300; ++i) {
    std::string damaged = octets_;
    const std::size_t to = dice() % (damaged.size() / page) * page;
    const std::size_t from = dice() % (damaged.size() / page) * page;
    for (std::size_t k = 0; k < page; ++k) {
      damaged[to + k] = i % 2 == 0 ? static_cast<char>(dice()) : octets_[from + k];
    }
    const Verdict verdict = verdict_on(damaged);
    tally.count(verdict);
    EXPECT_NE(verdict, Verdict::wrong) << "page at " << to;
  }
  report("overwritten pages", tally);
}

TEST_F(DamagedStore, ACutFileIsNoticedBeforeItIsMapped) {
  std::mt19937_64 dice(4);
  Tally tally;
  for (int i = 0; i < 100; ++i) {
    const Verdict verdict = verdict_on(octets_.substr(0, 1 + dice() % (octets_.size() - 1)));
    tally.count(verdict);
    EXPECT_EQ(verdict, Verdict::noticed);
  }
  report("cut", tally);
}

TEST_F(DamagedStore, AFileCutWhileItIsMappedKillsTheProcessAndIsMarked) {
  const ScratchFolder copy;
  const std::string path = copy.path() + "/data.mdb";
  std::ofstream(path, std::ios::binary) << octets_;
  const pid_t child = ::fork();
  if (child == 0) {
    begin_child(copy.path());
    store::StoreFile file(copy.path(), large_map);
    fs::resize_file(path, 8192);
    for (const ChangingZone& zone : zones_) {
      (void)file.read(zone.key());
    }
    std::_Exit(exit_wrong);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGBUS);
  EXPECT_TRUE(fs::exists(copy.path() + "/crashed"));
}

}  // namespace
}  // namespace minidns::mdns::test
