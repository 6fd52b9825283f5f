// Waiting for versions and the sync matrix, without sockets.
#include "api/service.hpp"
#include "tests/unit/api_fakes.hpp"
#include "tests/unit/api_support.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace minidns::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::FakePorts;
using test::FakeSync;

Result<std::optional<WaitRequest>> parse(const std::string& query) {
  return parse_wait_request(parse_target("/v2/zones/x?" + query).value().query);
}

TEST(WaitRequest, IsMadeOfThreeParameters) {
  const auto all = parse("wait=visible&timeout=7&version=9223372036854775807");
  ASSERT_TRUE(all && *all);
  EXPECT_EQ((*all)->timeout, 7s);
  EXPECT_EQ((*all)->version, dns::Version(9223372036854775807));
  const auto bare = parse("wait=visible");
  ASSERT_TRUE(bare && *bare);
  EXPECT_EQ((*bare)->timeout, visibility_wait_default);
  EXPECT_FALSE((*bare)->version);
}

TEST(WaitRequest, IsNotMadeOfOthers) {
  const auto none = parse("all_projects=true&something=else");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST(WaitRequest, NamesWhatIsWrong) {
  const struct {
    const char* query;
    const char* field;
    const char* words;
  } rows[] = {
      {"wait=served", "wait", "not visible"},
      {"wait=", "wait", "not visible"},
      {"wait=visible&timeout=61", "timeout", "from 0 to 60"},
      {"wait=visible&timeout=-1", "timeout", "from 0 to 60"},
      {"wait=visible&timeout=1.5", "timeout", "from 0 to 60"},
      {"wait=visible&timeout=", "timeout", "from 0 to 60"},
      {"wait=visible&version=0", "version", "not the version"},
      {"wait=visible&version=9223372036854775808", "version", "not the version"},
      {"wait=visible&version=7x", "version", "not the version"},
      {"timeout=5", "timeout", "goes with wait"},
      {"version=5", "version", "goes with wait"},
      {"wait=visible&wait=visible", "wait", "more than once"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.query);
    test::expect_field_error(parse(row.query), row.field, row.words, ProblemType::bad_request);
  }
}

TEST(Visibility, IsThereWhenEnoughServeItAndFailsWhenTooFewAreLeft) {
  const struct {
    std::int64_t served, failed, needed, nameservers;
    bool is_visible, has_failed;
    const char* why;
  } rows[] = {
      {2, 0, 2, 2, true, false, "all of them"},
      {1, 0, 2, 2, false, false, "one is missing"},
      {1, 1, 2, 2, false, true, "one is missing, and failed"},
      {1, 1, 1, 2, true, false, "one is enough"},
      {0, 1, 1, 2, false, false, "the other may still come"},
      {0, 0, 0, 0, false, false, "there is nobody to serve it"},
  };
  for (const auto& row : rows) {
    const VisibilityView view{dns::Version(1), row.served, row.failed, row.needed, row.nameservers};
    EXPECT_EQ(view.is_visible(), row.is_visible) << row.why;
    EXPECT_EQ(view.has_failed(), row.has_failed) << row.why;
  }
}

class VisibilityService : public testing::Test {
 protected:
  ~VisibilityService() override { ::close(log_fd_); }

  GuardedCall call(const std::string& target, const std::string& token = FakePorts::member_token) {
    HttpRequest request{Method::get, target, false, true, {{"Host", "dns.example"}, {"X-Auth-Token", token}}, {}};
    return std::get<GuardedCall>(service_.prepare(std::move(request), "req-1").outcome);
  }
  std::variant<Answer, VersionWait> begin(const std::string& target) { return service_.begin(call(target)); }
  Answer answer(const std::string& target, const std::string& token = FakePorts::member_token) {
    return service_.run(call(target, token));
  }
  static json::value visible_of(const Answer& answer) { return json::parse(answer.body).at("visible"); }

  int log_fd_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger log_{"test", LogLevel::debug, log_fd_};
  FakePorts fakes_;
  const Service service_{fakes_.ports(), log_, {}};
  const ZoneView zone_ = fakes_.add_zone("example.org.", "p1");
  const RecordsetView recordset_ = fakes_.add_recordset(zone_, "www.example.org.", {"192.0.2.1"});
  const std::string zone_path_ = "/v2/zones/" + zone_.id.to_string();
  const std::string recordset_path_ = zone_path_ + "/recordsets/" + recordset_.id.to_string();
};

TEST_F(VisibilityService, ReadingTellsHowFarTheNewestVersionIs) {
  fakes_.set_visibility(1);
  const auto outcome = begin(zone_path_);
  ASSERT_TRUE(std::holds_alternative<Answer>(outcome)) << "nobody asked to wait";
  const auto body = json::parse(std::get<Answer>(outcome).body);
  EXPECT_EQ(body.at("zone_version"), 7);
  EXPECT_EQ(body.at("version"), 1) << "Designate's is the revision";
  EXPECT_EQ(body.at("visible"), json::parse(R"({"version":7,"served":1,"failed":0,"needed":2,"nameservers":2,
                                                "is_visible":false})"));
}

TEST_F(VisibilityService, AZoneIsWaitedForByItsNewestVersionAndARecordsetByItsLastChange) {
  fakes_.set_visibility(1);
  const auto zone = std::get<VersionWait>(begin(zone_path_ + "?wait=visible"));
  EXPECT_EQ(zone.zone, zone_.id);
  EXPECT_EQ(zone.version, dns::Version(7));
  EXPECT_EQ(zone.time, visibility_wait_default);
  const auto recordset = std::get<VersionWait>(begin(recordset_path_ + "?wait=visible&timeout=3"));
  EXPECT_EQ(recordset.zone, zone_.id);
  EXPECT_EQ(recordset.version, dns::Version(5));
  EXPECT_EQ(recordset.time, 3s);
  EXPECT_EQ(std::get<VersionWait>(begin(zone_path_ + "?wait=visible&version=6")).version, dns::Version(6));
}

TEST_F(VisibilityService, WhatIsDecidedIsAnsweredAtOnce) {
  const struct {
    std::int64_t served, failed;
    const char* parameters;
    bool is_visible;
    const char* why;
  } rows[] = {
      {2, 0, "wait=visible", true, "it is visible"},
      {1, 1, "wait=visible", false, "it has failed"},
      {0, 0, "wait=visible&timeout=0", false, "there is no time to wait"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.why);
    fakes_.set_visibility(row.served, row.failed);
    for (const auto& path : {zone_path_, recordset_path_}) {
      const auto outcome = begin(path + "?version=3&" + row.parameters);
      ASSERT_TRUE(std::holds_alternative<Answer>(outcome));
      const auto& answer = std::get<Answer>(outcome);
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(visible_of(answer).at("version"), 3) << "the version that was asked for";
      EXPECT_EQ(visible_of(answer).at("is_visible"), row.is_visible);
    }
  }
}

TEST_F(VisibilityService, AfterTheWaitTheAnswerIsAboutTheVersionThatWasWaitedFor) {
  fakes_.set_visibility(1);
  const auto guarded = call(zone_path_ + "?wait=visible&version=6");
  const auto wait = std::get<VersionWait>(service_.begin(guarded));
  fakes_.set_visibility(2);
  const auto answer = service_.run(after_wait(guarded, wait));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(visible_of(answer).at("version"), 6);
  EXPECT_EQ(visible_of(answer).at("is_visible"), true);
}

TEST_F(VisibilityService, WaitingGivesNoAccess) {
  fakes_.set_visibility(1);
  const auto of_another = service_.begin(call(zone_path_ + "?wait=visible", FakePorts::other_token));
  EXPECT_EQ(std::get<Answer>(of_another).status, 404);
  const auto of_nobody = service_.begin(call(zone_path_ + "?wait=visible", "wrong"));
  EXPECT_EQ(std::get<Answer>(of_nobody).status, 401);
  EXPECT_EQ(std::get<Answer>(begin(zone_path_ + "?wait=never")).status, 400);
}

TEST_F(VisibilityService, AZonesMatrixSaysWhoLagsAndWhy) {
  const auto answered = answer(zone_path_ + "/sync");
  ASSERT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(json::parse(answered.body), json::parse(R"({
    "zone_id":")" + zone_.id.to_string() + R"(","name":"example.org.","zone_version":7,"serial":1795000007,
    "visible":{"version":7,"served":1,"failed":1,"needed":2,"nameservers":2,"is_visible":false},
    "nameservers":[{"id":"00000000-0000-7000-8000-000000000001","name":"ns1","state":"in_service","counts":true,
      "status":"EXPIRING","is_visible":false,"reason":"an RRSIG ends in an hour",
      "task":{"action":"UPDATE","status":"ERROR","zone_version":7,"serial":1795000007,"attempts":12,
              "reason":"the nameserver shows serial 1795000006","created_at":"2026-11-21T02:41:43.000123",
              "next_try_at":"2026-11-21T02:42:43.000123"},
      "faults":[{"kind":"EXPIRING","serial":1795000006,"detail":"an RRSIG ends in an hour",
                 "created_at":"2026-11-21T02:41:43.000123","seen_at":"2026-11-21T02:41:48.000123"}]}],
    "links":{"self":"http://dns.example/v2/zones/)" +
                                                    zone_.id.to_string() + R"(/sync"}})"));
  EXPECT_EQ(answer(zone_path_ + "/sync", FakePorts::other_token).status, 404);
}

TEST_F(VisibilityService, ANameserversMatrixIsForAdmins) {
  const std::string path = std::string("/v2/nameservers/") + FakeSync::nameserver_id + "/sync";
  EXPECT_EQ(answer(path).status, 403);
  const auto answered = answer(path, FakePorts::admin_token);
  ASSERT_EQ(answered.status, 200) << answered.body;
  const auto body = json::parse(answered.body);
  EXPECT_EQ(body.at("status"), "LAGGING");
  EXPECT_EQ(body.at("feed"), json::parse(R"({"head":1000,"visible_through":990,"lag":10})"));
  EXPECT_EQ(body.at("tasks"), json::parse(R"({"pending":3,"error":1})"));
  EXPECT_EQ(body.at("faults"), json::parse(R"({"diverged":0,"expiring":2})"));
  EXPECT_EQ(body.at("zones"), 100'000);
  EXPECT_EQ(body.at("lease").at("holder_id"), FakeSync::nameserver_id);
  EXPECT_EQ(answer("/v2/nameservers/" + zone_.id.to_string() + "/sync", FakePorts::admin_token).status, 404);
}

TEST_F(VisibilityService, ExceptionsAreAListLikeOthers) {
  const std::string path = std::string("/v2/nameservers/") + FakeSync::nameserver_id + "/exceptions";
  EXPECT_EQ(answer(path).status, 403);
  const auto answered = answer(path + "?name=*.org.&status=DIVERGED&task_status=ERROR&limit=1", FakePorts::admin_token);
  ASSERT_EQ(answered.status, 200) << answered.body;
  const auto body = json::parse(answered.body);
  EXPECT_EQ(body.at("exceptions").at(0).at("zone_id"), FakeSync::nameserver_id);
  EXPECT_EQ(body.at("exceptions").at(0).at("task").at("attempts"), 12);
  EXPECT_EQ(body.at("metadata").at("total_count"), 2);
  EXPECT_NE(std::string(body.at("links").at("next").as_string()).find(std::string("marker=") + FakeSync::nameserver_id),
            std::string::npos);
  const auto filter = fakes_.sync().last_filter();
  EXPECT_EQ(filter.name, TextPattern{"*.org."});
  EXPECT_EQ(filter.status, SyncStatus::diverged);
  EXPECT_EQ(filter.task_status, Status::error);
  for (const char* wrong : {"?status=OK", "?task_status=ACTIVE", "?sort_key=serial", "?limit=0", "?colour=red"}) {
    EXPECT_EQ(answer(path + wrong, FakePorts::admin_token).status, 400) << wrong;
  }
}

}  // namespace
}  // namespace minidns::api
