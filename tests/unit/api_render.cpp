#include "api/problem_answer.hpp"
#include "api/render.hpp"
#include "api/timestamp.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace minidns::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr const char* id_a = "794ccc2c-d751-44fe-b57f-8894c9f5c842";
constexpr const char* id_b = "a86dba58-0043-4cc6-a1bb-69d5e86f3ca3";
constexpr const char* base_url = "http://dns.example:9001";

WallTime some_time() {
  return WallTime(1'795'228'903s) + 1us;
}

dns::Name name(const char* text) {
  return dns::Name::from_text(text).value();
}

template <class IdType>
IdType id(const char* text) {
  return *IdType::parse(text);
}

TEST(Timestamp, HasSixDigitsAndNoZ) {
  EXPECT_EQ(to_timestamp(WallTime(0s)), "1970-01-01T00:00:00.000000");
  EXPECT_EQ(to_timestamp(some_time()), "2026-11-21T02:41:43.000001");
  EXPECT_EQ(to_timestamp(WallTime(1'795'228'903s) + 999'999us), "2026-11-21T02:41:43.999999");
  EXPECT_EQ(to_timestamp(WallTime(1'795'228'903s) + 1'999ns), "2026-11-21T02:41:43.000001");
}

TEST(Render, AZoneHasAllFieldsOfDesignate) {
  const ZoneView zone{id<ZoneId>(id_a),
                      id<PoolId>(id_b),
                      ProjectId("p1"),
                      name("Example.org."),
                      "joe@example.org",
                      std::nullopt,
                      dns::Ttl::from_seconds(3600).value(),
                      dns::Serial(4294967295U),
                      Status::pending,
                      Action::create,
                      7,
                      dns::Version(9),
                      {{"k", "v"}},
                      ZoneType::primary,
                      {*SocketAddress::parse("192.0.2.1", 53)},
                      some_time(),
                      some_time(),
                      std::nullopt};
  EXPECT_EQ(render(zone, base_url), json::parse(R"({
    "id":"794ccc2c-d751-44fe-b57f-8894c9f5c842","pool_id":"a86dba58-0043-4cc6-a1bb-69d5e86f3ca3","project_id":"p1",
    "name":"Example.org.","email":"joe@example.org","description":null,"ttl":3600,"serial":4294967295,"shared":false,
    "status":"PENDING","action":"CREATE","version":7,"zone_version":9,"attributes":{"k":"v"},"type":"PRIMARY",
    "masters":["192.0.2.1:53"],"created_at":"2026-11-21T02:41:43.000001","updated_at":"2026-11-21T02:41:43.000001",
    "transferred_at":null,
    "links":{"self":"http://dns.example:9001/v2/zones/794ccc2c-d751-44fe-b57f-8894c9f5c842"}})"));
}

TEST(Render, ARecordsetKeepsItsRecordsAsTheyAre) {
  const RecordsetView recordset{id<RecordsetId>(id_a),
                                id<ZoneId>(id_b),
                                ProjectId("p1"),
                                name("*.Example.org."),
                                name("example.org."),
                                dns::RRType::aaaa,
                                {"2001:DB8:0:0::1", "2001:db8::1", "2001:DB8:0:0::1", "\"q\\\"\" \xc3\xa4"},
                                std::nullopt,
                                "d",
                                "internal",
                                Status::error,
                                Action::update,
                                1,
                                dns::Version(5),
                                some_time(),
                                std::nullopt};
  const json::object object = render(recordset, base_url);
  EXPECT_EQ(json::serialize(object.at("records")),
            "[\"2001:DB8:0:0::1\",\"2001:db8::1\",\"2001:DB8:0:0::1\",\"\\\"q\\\\\\\"\\\" \xc3\xa4\"]");
  EXPECT_EQ(object.at("name"), "*.Example.org.");
  EXPECT_EQ(object.at("type"), "AAAA");
  EXPECT_TRUE(object.at("ttl").is_null());
  EXPECT_EQ(object.at("view"), "internal");
  EXPECT_EQ(object.at("zone_version"), 5);
  EXPECT_FALSE(object.contains("visible")) << "only where one is read";
  EXPECT_EQ(object.at("links").at("self"),
            "http://dns.example:9001/v2/zones/a86dba58-0043-4cc6-a1bb-69d5e86f3ca3/recordsets/"
            "794ccc2c-d751-44fe-b57f-8894c9f5c842");
}

TEST(Render, APoolHasOurFieldsBesideDesignates) {
  const PoolView pool{id<PoolId>(id_a),
                      "default",
                      std::nullopt,
                      {{name("ns1.example."), 1}},
                      {*SocketAddress::parse("127.0.0.1:5300", 53)},
                      std::nullopt,
                      UnknownZones::remove,
                      true,
                      {{{CatalogFamily::knot, name("catalog.example."), "fast"}, id<ZoneId>(id_b), dns::Serial(7)}},
                      1,
                      some_time(),
                      std::nullopt};
  EXPECT_EQ(render(pool, base_url), json::parse(R"({
    "id":"794ccc2c-d751-44fe-b57f-8894c9f5c842","project_id":null,"name":"default","description":null,"attributes":{},
    "ns_records":[{"hostname":"ns1.example.","priority":1}],"primaries":[{"address":"127.0.0.1","port":5300}],
    "threshold":null,"unknown_zones":"delete","is_default":true,
    "catalogs":[{"family":"knot","name":"catalog.example.","group":"fast",
                 "zone_id":"a86dba58-0043-4cc6-a1bb-69d5e86f3ca3","serial":7}],"version":1,
    "created_at":"2026-11-21T02:41:43.000001","updated_at":null,
    "links":{"self":"http://dns.example:9001/v2/pools/794ccc2c-d751-44fe-b57f-8894c9f5c842"}})"));
}

TEST(Render, ANameserverNeverShowsItsSecret) {
  const NameserverView nameserver{id<NameserverId>(id_a),
                                  id<PoolId>(id_b),
                                  "bind",
                                  *IpAddress::parse("127.0.0.1"),
                                  53,
                                  NameserverState::in_service,
                                  false,
                                  "default",
                                  id<TsigKeyId>(id_b),
                                  std::nullopt,
                                  false,
                                  BindSettings{},
                                  true,
                                  1,
                                  some_time(),
                                  std::nullopt};
  const json::object object = render(nameserver, base_url);
  EXPECT_FALSE(object.contains("secret"));
  EXPECT_EQ(object.at("has_secret"), true);
  EXPECT_EQ(object.at("driver"), "bind");
  EXPECT_EQ(object.at("settings"), json::parse(R"({"control_port":953,"control_algorithm":"hmac-sha256"})"));
  EXPECT_EQ(object.at("view"), "default");
  EXPECT_EQ(object.at("transfer_key_id"), id_b);
  EXPECT_TRUE(object.at("notify_key_id").is_null());
}

TEST(Render, ATsigKeyIsAsItWasGiven) {
  const TsigKeyView key{id<TsigKeyId>(id_a),
                        {"K1", name("K1.")},
                        tsig::Algorithm::hmac_sha256,
                        Secret(Bytes{0, 1, 2}),
                        ZoneId(*Uuid::parse(id_b)),
                        "internal",
                        some_time(),
                        std::nullopt};
  const json::object object = render(key, base_url);
  EXPECT_EQ(object.at("name"), "K1");
  EXPECT_EQ(object.at("algorithm"), "hmac-sha256");
  EXPECT_EQ(object.at("secret"), "AAEC");
  EXPECT_EQ(object.at("scope"), "ZONE");
  EXPECT_EQ(object.at("resource_id"), id_b);
  EXPECT_EQ(object.at("view"), "internal");
}

TEST(Render, AProblemHasDesignatesForm) {
  const Problem problem{ProblemType::invalid_object, {}, {{{"records", "0"}, "bad"}}};
  const Answer answer = render(problem, "req-1");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json::parse(answer.body), json::parse(R"({"code":400,"type":"invalid_object",
    "message":"Provided object does not match schema: records.0: bad","request_id":"req-1",
    "errors":{"errors":[{"path":["records","0"],"message":"bad"}]}})"));
}

TEST(Render, AMessageOfItsOwnIsLeftAlone) {
  const Answer answer = render(Problem{ProblemType::bad_request, "why", {{{"a"}, "b"}}}, "req-1");
  EXPECT_EQ(json::parse(answer.body).at("message"), "why");
}

TEST(Render, OneErrorIsToldInTheMessageAndTheRestAreCounted) {
  const Answer answer =
      render(Problem{ProblemType::invalid_object, {}, {{{}, "not an object"}, {{"b"}, "c"}}}, "req-1");
  EXPECT_EQ(json::parse(answer.body).at("message"),
            "Provided object does not match schema: not an object (and 1 more)");
}

TEST(Render, AProblemWithoutWordsHasNoMessage) {
  const Answer answer = render(Problem{ProblemType::forbidden}, "req-1");
  EXPECT_EQ(json::parse(answer.body), json::parse(R"({"code":403,"type":"forbidden","request_id":"req-1"})"));
}

TEST(Render, AMissingTokenIsToldInKeystonesForm) {
  const Answer answer = render(Problem{ProblemType::unauthorized}, "req-1");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(json::parse(answer.body).at("error").at("title"), "Unauthorized");
  ASSERT_EQ(answer.fields.size(), 1U);
  EXPECT_EQ(answer.fields[0].name, "WWW-Authenticate");
}

TEST(Render, WhatMayBeTriedAgainSaysWhen) {
  const auto retry_after = [](const Problem& problem) {
    const Answer answer = render(problem, "req-1");
    return answer.fields.empty() ? std::string() : answer.fields.front().value;
  };
  EXPECT_EQ(retry_after({ProblemType::overloaded}), "1");
  EXPECT_EQ(retry_after({ProblemType::unavailable}), "5");
  EXPECT_EQ(retry_after({ProblemType::unavailable, {}, {}, 30s}), "30");
  EXPECT_EQ(retry_after({ProblemType::commit_in_doubt}), "");
}

TEST(Problems, HaveTheirOwnStatusAndType) {
  EXPECT_EQ(traits_of(ProblemType::commit_in_doubt).status, 504);
  EXPECT_EQ(traits_of(ProblemType::commit_in_doubt).type, "commit_in_doubt");
  EXPECT_EQ(traits_of(ProblemType::unavailable).status, 503);
  EXPECT_EQ(traits_of(ProblemType::over_quota).status, 413);
  EXPECT_EQ(traits_of(ProblemType::duplicate_zone).message, "Duplicate Zone");
}

}  // namespace
}  // namespace minidns::api
