#include "dns/text/rdata_text.hpp"
#include "dns/text/zone_file.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace minidns::dns {
namespace {

Name name(const char* text) {
  return Name::from_text(text).value();
}

/// One line for each record, or the error as the last one.
std::vector<std::string> read(const std::string& text) {
  std::istringstream input(text);
  ZoneFileReader reader(input, name("example.org."));
  std::vector<std::string> lines;
  for (;;) {
    const auto record = reader.next();
    if (!record) {
      lines.push_back("error: " + record.error().detail);
      return lines;
    }
    if (!*record) {
      return lines;
    }
    const auto& r = **record;
    lines.push_back(r.owner.to_text() + " " + std::to_string(r.ttl.seconds()) + " " + r.type.to_text() + " " +
                    rdata_to_text(r.type, r.rdata));
  }
}

using Lines = std::vector<std::string>;

TEST(ZoneFile, ReadsRelativeNamesDirectivesAndInheritedOwners) {
  EXPECT_EQ(read("$TTL 1h\n"
                 "@ IN SOA ns hostmaster (1 ; serial\n  3600 600\n  604800 3600 )\n"
                 "  NS ns\n"
                 "  IN 5m NS ns.example.net.\n"
                 "www 60 IN A 192.0.2.1\n"
                 "$ORIGIN sub\n"
                 "@ MX 10 @\n"
                 "h\tTXT \"semi;colon\" (\n \"two\" )\n"),
            (Lines{"example.org. 3600 SOA ns.example.org. hostmaster.example.org. 1 3600 600 604800 3600",
                   "example.org. 3600 NS ns.example.org.", "example.org. 300 NS ns.example.net.",
                   "www.example.org. 60 A 192.0.2.1", "sub.example.org. 3600 MX 10 sub.example.org.",
                   "h.sub.example.org. 3600 TXT \"semi;colon\" \"two\""}));
}

TEST(ZoneFile, TheTtlOfTheRecordBeforeHoldsWithoutADirective) {
  EXPECT_EQ(read("a 30 A 192.0.2.1\nb A 192.0.2.2\n"),
            (Lines{"a.example.org. 30 A 192.0.2.1", "b.example.org. 30 A 192.0.2.2"}));
}

TEST(ZoneFile, CommentsBlankLinesAndCarriageReturnsAreNothing) {
  EXPECT_EQ(read("; a comment\r\n\r\n   ; another\na 1 A 192.0.2.1 ; behind\r\n"),
            (Lines{"a.example.org. 1 A 192.0.2.1"}));
}

TEST(ZoneFile, EscapesBelongToNames) {
  EXPECT_EQ(read("a\\.b\\ c 1 A 192.0.2.1\n"), (Lines{"a\\.b\\032c.example.org. 1 A 192.0.2.1"}));
}

struct Refused {
  const char* text;
  const char* part;  ///< of the message
};

TEST(ZoneFile, SaysTheLineAndTheReasonOfWhatIsWrong) {
  const std::vector<Refused> table{
      {"a 1 A 192.0.2.1\nb 1 A 192.0.2.256\n", "line 2: A"},
      {"$INCLUDE other\n", "line 1: $INCLUDE"},
      {"$GENERATE 1-9 a$ A 192.0.2.$\n", "line 1: $GENERATE"},
      {"$TTL soon\n", "line 1: $TTL"},
      {"$TTL 99999999999\n", "line 1: $TTL"},
      {"a A 192.0.2.1\n", "line 1: the record has no TTL"},
      {"  1 A 192.0.2.1\n", "line 1: owner: the first record has no owner"},
      {"a 1 CH A 192.0.2.1\n", "line 1: class CH"},
      {"a 1 IN BOGUS 1\n", "line 1:"},
      {"a 1\n", "line 1:"},
      {"a 1 TXT (\n\"open\"\n", "line 1: a parenthesis is not closed"},
      {"a 1 TXT )\n", "line 1: a parenthesis closes"},
      {"a 1 TXT \"open\nb 1 A 192.0.2.1\n", "line 1: a quote"},
      {"\na..b 1 A 192.0.2.1\n", "line 2: owner"},
  };
  for (const auto& row : table) {
    const auto lines = read(row.text);
    ASSERT_FALSE(lines.empty()) << row.text;
    EXPECT_TRUE(lines.back().starts_with("error: " + std::string(row.part))) << row.text << lines.back();
  }
}

TEST(ZoneFile, AnEntryHasALimit) {
  const auto lines = read("a 1 TXT (\n" + std::string(ZoneFileReader::entry_octets_max + 1, ' ') + ")\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines.front().find("too long"), std::string::npos);
}

}  // namespace
}  // namespace minidns::dns
