// What BIND and ldns make of our wire form: each sample is given to them twice, as the user wrote it and as our octets
// in the generic form of RFC 3597. They must print the same for both, and for our own text as well.

#include "base/bytes.hpp"
#include "dns/rr_type.hpp"
#include "dns/text/rdata_text.hpp"
#include "tests/unit/dns_samples.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace minidns::dns::test {
namespace {

namespace fs = std::filesystem;

std::string generic(const Rdata& rdata) {
  return "\\# " + std::to_string(rdata.octets().size()) + " " + to_hex(rdata.octets());
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "dns_oracle.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("no temporary directory");
    }
    path_ = pattern;
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 4096> part;
  std::size_t count = 0;
  while (pipe && (count = std::fread(part.data(), 1, part.size(), pipe.get())) > 0) {
    output.append(part.data(), count);
  }
  return output;
}

bool is_installed(const std::string& program) {
  return !output_of("command -v " + program + " 2>/dev/null").empty();
}

/// With one space between words: ldns puts one or two between APL's items.
std::string words(const std::string& text) {
  std::istringstream stream(text);
  std::string joined;
  for (std::string word; stream >> word;) {
    joined += (joined.empty() ? "" : " ") + word;
  }
  return joined;
}

/// The other program's own text for a zone with this one record; what it complains of otherwise.
std::string as_read_by(const std::string& command, std::string_view type, std::string_view rdata) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "zone";
  std::ofstream(file) << "oracle.test. 60 IN SOA ns.oracle.test. h.oracle.test. 1 2 3 4 5\n"
                      << "oracle.test. 60 IN NS ns.oracle.test.\n"
                      << "ns.oracle.test. 60 IN A 192.0.2.53\n"
                      << "record.oracle.test. 60 IN " << type << " " << rdata << "\n";
  const std::string all = output_of(command + " " + file.string() + " 2>&1");
  const auto start = all.find("record.oracle.test.");
  return start == std::string::npos ? "not read: " + all : words(all.substr(start, all.find('\n', start) - start));
}

struct Oracle {
  const char* name;
  const char* program;
  const char* command;                  ///< the zone file's name is appended
  std::set<std::string_view> not_read;  ///< texts of samples that it reads otherwise, for a reason of its own
};

const Oracle bind{"bind", "named-compilezone", "named-compilezone -k ignore -i none -o - oracle.test", {}};

const Oracle ldns{"ldns",
                  "ldns-read-zone",
                  "ldns-read-zone",
                  {
                      // It takes one level of escapes away where RFC 9460 appendix A.1 has two.
                      "16 foo.example. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
                      // It takes a second of arc too much when minutes and seconds are left out.
                      "0 0 0.001 S 180 W -100000 0.05m 0.5m 90000000m",
                      "90 N 0 0 E 42849672.95m",
                      // It doesn't read values without quotes, and prints an empty one from the wire as nothing.
                      "0 iodef mailto:security@example.com",
                      "0 issue \"\"",
                  }};

void PrintTo(const Oracle& oracle, std::ostream* out) {
  *out << oracle.name;
}

class DnsOracle : public testing::TestWithParam<Oracle> {};

TEST_P(DnsOracle, ReadsOurOctetsAsTheUsersText) {
  const Oracle& oracle = GetParam();
  if (!is_installed(oracle.program)) {
    GTEST_SKIP() << oracle.program << " is not installed";
  }
  for (const Sample& sample : samples) {
    if (oracle.not_read.contains(sample.text) || sample.type == "SOA") {  // a zone has one SOA, at its apex
      continue;
    }
    SCOPED_TRACE(std::string(sample.type) + " " + std::string(sample.text));
    const auto type = RRType::from_text(sample.type);
    ASSERT_TRUE(type);
    const auto rdata = rdata_from_text(*type, sample.text);
    ASSERT_TRUE(rdata) << rdata.error().detail;
    const auto theirs = as_read_by(oracle.command, sample.type, sample.text);
    EXPECT_FALSE(theirs.starts_with("not read")) << theirs;
    EXPECT_EQ(theirs, as_read_by(oracle.command, sample.type, generic(*rdata)));
    EXPECT_EQ(theirs, as_read_by(oracle.command, sample.type, rdata_to_text(*type, *rdata)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, DnsOracle, testing::Values(bind, ldns),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace minidns::dns::test
