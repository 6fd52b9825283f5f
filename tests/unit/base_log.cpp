#include "base/log.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <unistd.h>
#include <vector>

namespace minidns {
namespace {

/// A pipe whose end of reading collects what a Logger wrote. Holds what a test writes (64 KiB on Linux).
class LogPipe {
 public:
  LogPipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~LogPipe() {
    close_writer();
    ::close(ends_[0]);
  }
  LogPipe(const LogPipe&) = delete;
  LogPipe& operator=(const LogPipe&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }

  std::string read_all() {
    close_writer();
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  void close_writer() {
    if (ends_[1] >= 0) {
      ::close(ends_[1]);
      ends_[1] = -1;
    }
  }
  std::array<int, 2> ends_ = {-1, -1};
};

/// The line behind its timestamp.
std::string line_without_time(const std::string& line) {
  return line.substr(line.find(' ') + 1);
}

std::string written(std::string_view message, Logger::Fields fields) {
  LogPipe pipe;
  Logger("prog", LogLevel::debug, pipe.writer()).info(message, fields);
  return line_without_time(pipe.read_all());
}

TEST(Log, WritesKeyAndValuePairs) {
  EXPECT_EQ(written("zone loaded", {{"zone", "example.org."}, {"serial", 7}, {"full", true}, {"peer", "[::1]:53"}}),
            "level=info program=prog msg=\"zone loaded\" zone=example.org. serial=7 full=true peer=[::1]:53\n");
}

TEST(Log, StartsWithTheTimeInUtcMilliseconds) {
  LogPipe pipe;
  Logger("prog", LogLevel::debug, pipe.writer()).info("x");
  const std::string line = pipe.read_all();
  ASSERT_GT(line.size(), 25U);
  EXPECT_EQ(line[10], 'T');
  EXPECT_EQ(line[19], '.');
  EXPECT_EQ(line.substr(23, 2), "Z ");
}

TEST(Log, QuotesWhatIsNotPlain) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "\"\""},
      {"a b", "\"a b\""},
      {"a=b", "\"a=b\""},
      {"say \"hi\"", "\"say \\\"hi\\\"\""},
      {"back\\slash", "\"back\\\\slash\""},
      {"x\nlevel=error msg=\"forged\"", "\"x\\nlevel=error msg=\\\"forged\\\"\""},
      {"\r\x1b[2J", "\"\\x0d\\x1b[2J\""},
      {std::string("a\0b", 3), "\"a\\x00b\""},
      {"\xc3\xa9", "\"\\xc3\\xa9\""},
      {"\x7f", "\"\\x7f\""},
  };
  for (const auto& [value, expected] : rows) {
    EXPECT_EQ(written("m", {{"k", value}}), "level=info program=prog msg=\"m\" k=" + expected + "\n");
  }
}

TEST(Log, EscapesTheMessageToo) {
  EXPECT_EQ(written("a\nb", {}), "level=info program=prog msg=\"a\\nb\"\n");
}

TEST(Log, CutsAValueThatIsTooLong) {
  const std::string line = written("m", {{"k", std::string(3000, 'x')}});
  EXPECT_EQ(line.size(), std::string("level=info program=prog msg=\"m\" k=\"\"\n").size() + 2048 + 7);
  EXPECT_NE(line.find("x...+952\"\n"), std::string::npos);
}

TEST(Log, KeepsToItsThreshold) {
  LogPipe pipe;
  const Logger log("prog", LogLevel::warning, pipe.writer());
  log.debug("no");
  log.info("no");
  log.warning("yes");
  log.error("yes");
  const std::string text = pipe.read_all();
  EXPECT_EQ(text.find("no"), std::string::npos);
  EXPECT_NE(text.find("level=warning"), std::string::npos);
  EXPECT_NE(text.find("level=error"), std::string::npos);
}

TEST(Log, KnowsItsLevelsByName) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("error"), LogLevel::error);
  EXPECT_FALSE(parse_log_level("Error"));
  EXPECT_FALSE(parse_log_level(""));
}

}  // namespace
}  // namespace minidns
