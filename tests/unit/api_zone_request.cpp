#include "api/zone_request.hpp"
#include "tests/unit/api_support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::api {
namespace {

using test::expect_field_error;
using test::why;

std::string long_label(std::size_t length) {
  return std::string(length, 'a');
}

TEST(NewZoneRequest, EveryFieldIsRead) {
  const auto zone = parse_new_zone(R"({"name":"Example.org.","email":"joe@example.org","ttl":0,"type":"PRIMARY",
    "description":"two\nlines","attributes":{"pool_id":"x"},"masters":[]})");
  ASSERT_TRUE(zone.has_value()) << why(zone);
  EXPECT_EQ(zone->name.to_text(), "Example.org.");
  EXPECT_EQ(zone->email, "joe@example.org");
  EXPECT_EQ(zone->ttl->seconds(), 0U);
  EXPECT_EQ(zone->type, ZoneType::primary);
  EXPECT_EQ(zone->description, "two\nlines");
  EXPECT_EQ(zone->attributes, (ZoneAttributes{{"pool_id", "x"}}));
}

TEST(NewZoneRequest, WhatIsLeftOutOrNullIsTheDefault) {
  const auto zone = parse_new_zone(
      R"({"name":"example.org.","email":"a@b.org","ttl":null,"description":null,"attributes":null,"masters":null})");
  ASSERT_TRUE(zone.has_value()) << why(zone);
  EXPECT_FALSE(zone->ttl.has_value());
  EXPECT_FALSE(zone->description.has_value());
  EXPECT_TRUE(zone->attributes.empty());
  EXPECT_TRUE(zone->masters.empty());
}

TEST(NewZoneRequest, ASecondaryZoneHasMastersAndNeedsNoEmail) {
  const auto zone = parse_new_zone(
      R"({"name":"example.org.","type":"SECONDARY","masters":["192.0.2.1","192.0.2.2:5353","[2001:DB8::1]:54"]})");
  ASSERT_TRUE(zone.has_value()) << why(zone);
  ASSERT_EQ(zone->masters.size(), 3U);
  EXPECT_EQ(zone->masters[0].to_text(), "192.0.2.1:53");
  EXPECT_EQ(zone->masters[1].to_text(), "192.0.2.2:5353");
  EXPECT_EQ(zone->masters[2].to_text(), "[2001:db8::1]:54");
}

struct BadZone {
  std::string body;
  const char* path;
  const char* words;
};

TEST(NewZoneRequest, EachErrorNamesItsFieldAndReason) {
  const std::string ok = R"("name":"example.org.","email":"a@b.org")";
  const std::string label_64 = long_label(64);
  const std::string long_name =
      long_label(63) + "." + long_label(63) + "." + long_label(63) + "." + long_label(62) + ".";
  const BadZone rows[] = {
      {R"([])", "", "not an object"},
      {R"("x")", "", "not an object"},
      {R"({"email":"a@b.org"})", "name", "required"},
      {R"({"name":null,"email":"a@b.org"})", "name", "not a string"},
      {R"({"name":1,"email":"a@b.org"})", "name", "not a string"},
      {R"({"name":"example.org","email":"a@b.org"})", "name", "not a domain name"},
      {R"({"name":"","email":"a@b.org"})", "name", "not a domain name"},
      {R"({"name":"a..b.","email":"a@b.org"})", "name", "not a domain name"},
      {R"({"name":".","email":"a@b.org"})", "name", "root"},
      {R"({"name":"*.example.org.","email":"a@b.org"})", "name", "wildcard"},
      {R"({"name":"b\u00fccher.example.","email":"a@b.org"})", "name", "not a domain name"},
      {R"({"name":")" + label_64 + R"(.org.","email":"a@b.org"})", "name", "not a domain name"},
      {R"({"name":")" + long_name + R"(","email":"a@b.org"})", "name", "not a domain name"},
      {R"({"name":"example.org."})", "email", "required"},
      {R"({"name":"example.org.","email":null})", "email", "required"},
      {R"({"name":"example.org.","email":"joe"})", "email", "not an e-mail address"},
      {R"({"name":"example.org.","email":"a@)" + long_name + R"("})", "email", "characters long"},
      {"{" + ok + R"(,"ttl":-1})", "ttl", "range"},
      {"{" + ok + R"(,"ttl":2147483648})", "ttl", "range"},
      {"{" + ok + R"(,"ttl":18446744073709551615})", "ttl", "range"},
      {"{" + ok + R"(,"ttl":"300"})", "ttl", "not an integer"},
      {"{" + ok + R"(,"ttl":300.5})", "ttl", "not an integer"},
      {"{" + ok + R"(,"ttl":true})", "ttl", "not an integer"},
      {"{" + ok + R"(,"type":"primary"})", "type", "PRIMARY or SECONDARY"},
      {"{" + ok + R"(,"type":null})", "type", "not a string"},
      {"{" + ok + R"(,"description":")" + std::string(161, 'x') + R"("})", "description", "longer than 160"},
      {"{" + ok + R"(,"description":"a\u0000b"})", "description", "not allowed"},
      {"{" + ok + R"(,"attributes":[]})", "attributes", "not an object"},
      {"{" + ok + R"(,"attributes":{"a":1}})", "attributes/a", "not a string"},
      {"{" + ok + R"(,"attributes":{"a":")" + std::string(51, 'x') + R"("}})", "attributes/a", "characters long"},
      {"{" + ok + R"(,"masters":["192.0.2.1"]})", "masters", "only a SECONDARY"},
      {R"({"name":"example.org.","type":"SECONDARY"})", "masters", "at least one"},
      {R"({"name":"example.org.","type":"SECONDARY","masters":["host.example."]})", "masters/0", "not an IP"},
      {R"({"name":"example.org.","type":"SECONDARY","masters":["192.0.2.1",3]})", "masters/1", "not a string"},
      {"{" + ok + R"(,"id":"x"})", "id", "not valid for zone"},
      {"{" + ok + R"(,"Name":"x"})", "Name", "not valid for zone"},
      {"{" + ok + R"(,"pool_id":"794ccc2c-d751-44fe-b57f-8894c9f5c842"})", "pool_id", "not valid for zone"},
  };
  for (const BadZone& row : rows) {
    SCOPED_TRACE(row.body.substr(0, 200));
    expect_field_error(parse_new_zone(row.body), row.path, row.words);
  }
}

TEST(NewZoneRequest, AllErrorsAreToldAtOnce) {
  const auto zone = parse_new_zone(R"({"name":"a","email":7,"ttl":-1,"x":1,"y":2})");
  ASSERT_FALSE(zone.has_value());
  EXPECT_EQ(zone.error().errors.size(), 5U) << why(zone);
}

TEST(NewZoneRequest, ABodyFullOfErrorsIsToldInBounds) {
  std::string body = "{";
  for (int i = 0; i < 500; ++i) {
    body += "\"k" + std::to_string(i) + "\":0,";
  }
  body.back() = '}';
  const auto zone = parse_new_zone(body);
  ASSERT_FALSE(zone.has_value());
  EXPECT_EQ(zone.error().errors.size(), 50U);
}

TEST(ZoneChangeRequest, AbsentAndNullAreNotTheSame) {
  const auto absent = parse_zone_change(R"({})");
  ASSERT_TRUE(absent.has_value()) << why(absent);
  EXPECT_TRUE(absent->description.is_keep());

  const auto null = parse_zone_change(R"({"description":null})");
  ASSERT_TRUE(null.has_value()) << why(null);
  EXPECT_TRUE(null->description.is_clear());

  const auto text = parse_zone_change(R"({"description":""})");
  ASSERT_TRUE(text.has_value()) << why(text);
  ASSERT_TRUE(text->description.is_set());
  EXPECT_EQ(text->description.value(), "");
}

TEST(ZoneChangeRequest, WhatCanNotBeNullIsRefused) {
  expect_field_error(parse_zone_change(R"({"email":null})"), "email", "not a string");
  expect_field_error(parse_zone_change(R"({"ttl":null})"), "ttl", "not an integer");
  expect_field_error(parse_zone_change(R"({"masters":null})"), "masters", "not an array");
}

TEST(ZoneChangeRequest, ImmutableFieldsAreReadForComparison) {
  const auto change = parse_zone_change(R"({"name":"example.org.","type":"PRIMARY","attributes":{}})");
  ASSERT_TRUE(change.has_value()) << why(change);
  EXPECT_TRUE(change->name.has_value());
  EXPECT_TRUE(change->type.has_value());
  EXPECT_TRUE(change->attributes.has_value());
}

TEST(ZoneChangeRequest, ReadOnlyFieldsAreRefused) {
  for (const char* key : {"id", "serial", "status", "action", "version", "created_at", "links", "project_id"}) {
    expect_field_error(parse_zone_change("{\"" + std::string(key) + "\":null}"), key, "not valid for zone");
  }
}

TEST(Change, IsAppliedToWhatThereIs) {
  const std::optional<int> present = 1;
  EXPECT_EQ(Change<int>::keep().applied_to(present), 1);
  EXPECT_EQ(Change<int>::clear().applied_to(present), std::nullopt);
  EXPECT_EQ(Change<int>::set(2).applied_to(present), 2);
}

}  // namespace
}  // namespace minidns::api
