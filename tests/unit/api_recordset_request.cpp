#include "api/recordset_request.hpp"
#include "tests/unit/api_support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::api {
namespace {

using test::expect_field_error;
using test::why;

TEST(NewRecordsetRequest, RecordsKeepTheirOctetsAndOrder) {
  const auto recordset = parse_new_recordset(
      R"({"name":"_acme.Example.org.","type":"txt","records":["unquoted","\"b \\\\\" \"c\"","a\tb","2001:DB8:0:0::1","\u00e4"]})");
  ASSERT_TRUE(recordset.has_value()) << why(recordset);
  EXPECT_EQ(recordset->name.to_text(), "_acme.Example.org.");
  EXPECT_EQ(recordset->type, dns::RRType::txt);
  EXPECT_EQ(recordset->records,
            (std::vector<RecordText>{"unquoted", "\"b \\\\\" \"c\"", "a\tb", "2001:DB8:0:0::1", "\xc3\xa4"}));
  EXPECT_FALSE(recordset->ttl.has_value());
}

TEST(NewRecordsetRequest, TypesAreMnemonicsOrNumbers) {
  const auto by_number = parse_new_recordset(R"({"name":"a.","type":"TYPE65400","records":["\\# 0"]})");
  ASSERT_TRUE(by_number.has_value()) << why(by_number);
  EXPECT_EQ(by_number->type.value(), 65400);
}

TEST(NewRecordsetRequest, RecordsMayBeLeftOut) {
  const auto recordset = parse_new_recordset(R"({"name":"*.example.org.","type":"A"})");
  ASSERT_TRUE(recordset.has_value()) << why(recordset);
  EXPECT_TRUE(recordset->records.empty());
}

TEST(NewRecordsetRequest, TheViewMayBeNamedOrNull) {
  EXPECT_EQ(parse_new_recordset(R"({"name":"a.","type":"A","view":"internal"})")->view, "internal");
  EXPECT_FALSE(parse_new_recordset(R"({"name":"a.","type":"A","view":null})")->view.has_value());
  EXPECT_FALSE(parse_new_recordset(R"({"name":"a.","type":"A"})")->view.has_value());
}

struct BadRecordset {
  std::string body;
  const char* path;
  const char* words;
};

TEST(NewRecordsetRequest, EachErrorNamesItsFieldAndReason) {
  const std::string ok = R"("name":"example.org.","type":"A")";
  const BadRecordset rows[] = {
      {R"({"type":"A"})", "name", "required"},
      {R"({"name":"example.org."})", "type", "required"},
      {R"({"name":"example.org.","type":"BOGUS"})", "type", "not a record type"},
      {R"({"name":"example.org.","type":"TYPE65536"})", "type", "not a record type"},
      {R"({"name":"example.org.","type":1})", "type", "not a string"},
      {R"({"name":"example.org.","type":"AXFR"})", "type", "no type of zone data"},
      {R"({"name":"example.org.","type":"OPT"})", "type", "no type of zone data"},
      {R"({"name":"example.org.","type":"ANY"})", "type", "no type of zone data"},
      {"{" + ok + R"(,"records":"192.0.2.1"})", "records", "not an array"},
      {"{" + ok + R"(,"records":["192.0.2.1",4]})", "records/1", "not a string"},
      {"{" + ok + R"(,"records":[""]})", "records/0", "octets long"},
      {"{" + ok + R"(,"records":["a\nb"]})", "records/0", "control character"},
      {"{" + ok + R"(,"records":["a\u0000b"]})", "records/0", "control character"},
      {"{" + ok + R"(,"ttl":"1"})", "ttl", "not an integer"},
      {"{" + ok + R"(,"zone_id":"1"})", "zone_id", "not valid for recordset"},
      {"{" + ok + R"(,"view":"Internal"})", "view", "lower-case"},
      {"{" + ok + R"(,"view":"-x"})", "view", "lower-case"},
      {"{" + ok + R"(,"view":""})", "view", "characters long"},
  };
  for (const BadRecordset& row : rows) {
    SCOPED_TRACE(row.body);
    expect_field_error(parse_new_recordset(row.body), row.path, row.words);
  }
}

TEST(NewRecordsetRequest, TooManyRecordsAreRefused) {
  std::string body = R"({"name":"a.","type":"A","records":[)";
  for (std::size_t i = 0; i <= records_max; ++i) {
    body += i == 0 ? "\"x\"" : ",\"x\"";
  }
  expect_field_error(parse_new_recordset(body + "]}"), "records", "more than");
}

TEST(RecordsetChangeRequest, AbsentNullAndValueAreThreeThings) {
  const auto keep = parse_recordset_change("{}");
  ASSERT_TRUE(keep.has_value()) << why(keep);
  EXPECT_TRUE(keep->ttl.is_keep());
  EXPECT_FALSE(keep->records.has_value());

  const auto clear = parse_recordset_change(R"({"ttl":null,"description":null,"records":[]})");
  ASSERT_TRUE(clear.has_value()) << why(clear);
  EXPECT_TRUE(clear->ttl.is_clear());
  EXPECT_TRUE(clear->description.is_clear());
  EXPECT_EQ(clear->records, std::vector<RecordText>{});

  const auto set = parse_recordset_change(R"({"ttl":60})");
  ASSERT_TRUE(set.has_value()) << why(set);
  EXPECT_EQ(set->ttl.value().seconds(), 60U);
}

TEST(RecordsetChangeRequest, RecordsCanNotBeNull) {
  expect_field_error(parse_recordset_change(R"({"records":null})"), "records", "not an array");
}

}  // namespace
}  // namespace minidns::api
