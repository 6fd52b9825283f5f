// A zone file becomes a zone's content, all of it or nothing.
#include "central/zone_importer.hpp"
#include "storage/postgres/zone_import.hpp"
#include "tests/postgres/storage_support.hpp"

#include <sstream>

namespace minidns::storage::postgres {
namespace {

class ImportTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
    desk_.emplace(conninfo());
    imports_.emplace(desk_->pool());
  }

  central::ImportOutcome import(const std::string& text) {
    std::istringstream file("$ORIGIN example.org.\n$TTL 3600\n@ SOA ns1.other. a.other. 1 2 3 4 5\n@ NS ns1.other.\n" +
                            text);
    return central::ZoneImporter(desk_->zones(), desk_->reader(), *imports_, clock_)
        .run(file, dns::Name::from_text("example.org.").value(), ProjectId("alice"), "a@example.org");
  }

  std::string complaint(const std::string& text) {
    try {
      import(text);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }

  [[nodiscard]] std::string content() {
    return sql(
        "select string_agg(encode(owner, 'escape') || ' ' || type, ', ' order by owner, type) from rrsets"
        " where until is null and owner <> ''");
  }

  SystemClock clock_;
  std::optional<Desk> desk_;
  std::optional<PostgresZoneImports> imports_;
};

TEST_F(ImportTest, MakesTheZoneWithItsOwnApex) {
  const auto outcome = import("www A 10.0.0.1\nwww A 10.0.0.2\nWWW TXT \"x\"\n");
  EXPECT_TRUE(outcome.changed);
  EXPECT_EQ(outcome.counts.records, 3);
  EXPECT_EQ(outcome.counts.recordsets, 2);
  const auto ns = desk_->recordsets().list(Desk::scope(), outcome.zone, {.type = dns::RRType::ns}, {}).value();
  EXPECT_EQ(ns.items.at(0).records.at(0), "ns1.test.") << "the pool's names, not the file's";
  EXPECT_EQ(sql("select count(*) from versions"), "2");
  desk_->number();
  expect_sound_feed(cluster(), database());
}

TEST_F(ImportTest, OnlyDifferencesAreWritten) {
  import("a A 10.0.0.1\nb A 10.0.0.1\nc A 10.0.0.1\n");
  const auto outcome = import("a A 10.0.0.1\nb A 10.0.0.2\nd A 10.0.0.1\n");
  EXPECT_TRUE(outcome.changed);
  EXPECT_EQ(sql("select count(*) from rrsets where type = 1"), "5") << "a stays, b is replaced, c goes, d comes";
  EXPECT_EQ(sql("select string_agg(records::text, ' ' order by name) from recordsets where type = 1"),
            "{10.0.0.1} {10.0.0.2} {10.0.0.1}");
  EXPECT_FALSE(import("a A 10.0.0.1\nb A 10.0.0.2\nd A 10.0.0.1\n").changed);
  EXPECT_EQ(sql("select count(*) from versions"), "3");
}

TEST_F(ImportTest, EveryFaultIsRefusedAndLeavesAllAsItWas) {
  import("www A 10.0.0.1\n");
  const auto before = content();
  struct Row {
    const char* reason;
    const char* text;
    const char* complaint;
  };
  const Row rows[] = {
      {"bad RDATA, by its line", "a A 10.0.0.1\nb A ten\n", "6"},
      {"outside of the zone", "www.example.com. A 10.0.0.1\n", "not in the zone"},
      {"the signer's type", "a DNSKEY 256 3 13 AAAA\n", "signer"},
      {"a CNAME beside others", "a CNAME b\na A 10.0.0.1\n", "CNAME"},
      {"two CNAMEs", "a CNAME b\na CNAME c\n", "only one"},
      {"below a DNAME", "a DNAME b.example.\nx.a A 10.0.0.1\n", "below a DNAME"},
      {"a DS without NS", "a DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n", "DS"},
      {"$INCLUDE", "$INCLUDE /etc/passwd\n", "INCLUDE"},
  };
  for (const auto& row : rows) {
    EXPECT_NE(complaint(row.text).find(row.complaint), std::string::npos) << row.reason << ": " << complaint(row.text);
    EXPECT_EQ(content(), before) << row.reason;
  }
  EXPECT_EQ(sql("select count(*) from versions"), "2");
}

}  // namespace
}  // namespace minidns::storage::postgres
