#include "api/service.hpp"
#include "tests/unit/api_fakes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace minidns::api {
namespace {

namespace json = boost::json;
using test::FakePorts;

constexpr const char* absent_id = "00000000-0000-7000-8000-000000000000";

/// A service on fake ports, without sockets and threads.
class ServiceTest : public testing::Test {
 protected:
  ~ServiceTest() override { ::close(log_fd_); }

  Answer ask(Method method, const std::string& target, const std::string& body = {},
             const std::string& token = FakePorts::member_token, std::vector<HttpField> more = {}) {
    HttpRequest request{method, target, false, true, std::move(more), body};
    request.fields.push_back({"Host", "dns.example:9001"});
    if (!token.empty()) {
      request.fields.push_back({"X-Auth-Token", token});
    }
    if (!body.empty()) {
      request.fields.push_back({"Content-Type", "application/json"});
    }
    return answer(std::move(request));
  }

  Answer answer(HttpRequest request) {
    const Service service(fakes_.ports(), log_, settings_);
    Prepared prepared = service.prepare(std::move(request), "req-1");
    const auto* ready = std::get_if<Answer>(&prepared.outcome);
    return ready != nullptr ? *ready : service.run(std::get<GuardedCall>(prepared.outcome));
  }

  static std::string field(const Answer& answer, std::string_view name) {
    for (const HttpField& field : answer.fields) {
      if (is_same_field_name(field.name, name)) {
        return field.value;
      }
    }
    return {};
  }

  static std::string type_of(const Answer& answer) {
    return std::string(json::parse(answer.body).at("type").as_string());
  }

  int log_fd_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger log_{"test", LogLevel::debug, log_fd_};
  FakePorts fakes_;
  ServerSettings settings_;
};

TEST_F(ServiceTest, TheVersionsDocumentNeedsNoToken) {
  const Answer answer = ask(Method::get, "/", {}, {});
  EXPECT_EQ(answer.status, 200);
  const json::value body = json::parse(answer.body);
  int current = 0;
  for (const json::value& version : body.at("versions").as_array()) {
    current += version.at("status") == "CURRENT" ? 1 : 0;
    EXPECT_EQ(version.at("links").at(0).at("href"), "http://dns.example:9001/v2");
  }
  EXPECT_EQ(current, 1);
}

TEST_F(ServiceTest, TheHealthCheckNeedsNoToken) {
  const Answer answer = ask(Method::get, "/healthcheck", {}, {});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "OK");
}

TEST_F(ServiceTest, TheBareVersionIsNotFound) {
  EXPECT_EQ(ask(Method::get, "/v2").status, 404);
  EXPECT_EQ(type_of(ask(Method::get, "/v2/")), "not_found");
}

TEST_F(ServiceTest, WithoutAGoodTokenNothingIsDone) {
  for (const char* token : {"", "wrong"}) {
    const Answer answer = ask(Method::get, "/v2/zones", {}, token);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(json::parse(answer.body).at("error").at("code"), 401);
    EXPECT_EQ(ask(Method::post, "/v2/zones", "{}", token).status, 401);
  }
  EXPECT_FALSE(fakes_.last_scope().has_value());
}

TEST_F(ServiceTest, AZoneIsCreatedWithItsLocation) {
  const Answer answer = ask(Method::post, "/v2/zones", R"({"name":"Example.org.","email":"a@b.org"})");
  ASSERT_EQ(answer.status, 202) << answer.body;
  const json::value zone = json::parse(answer.body);
  EXPECT_EQ(zone.at("project_id"), "p1");
  EXPECT_EQ(zone.at("status"), "PENDING");
  EXPECT_EQ(field(answer, "Location"), zone.at("links").at("self").as_string());
  EXPECT_EQ(ask(Method::get, "/v2/zones/" + std::string(zone.at("id").as_string())).status, 200);
}

TEST_F(ServiceTest, AnotherTenantsZoneIsNotThere) {
  const std::string path = "/v2/zones/" + fakes_.add_zone("a.org.", "p1").id.to_string();
  EXPECT_EQ(ask(Method::get, path).status, 200);
  for (const char* token : {FakePorts::other_token, FakePorts::admin_token}) {
    const Answer other = ask(Method::get, path, {}, token);
    EXPECT_EQ(other.status, 404);
    EXPECT_EQ(type_of(other), "zone_not_found");
    EXPECT_EQ(other.body, ask(Method::get, "/v2/zones/" + std::string(absent_id), {}, token).body);
  }
  EXPECT_EQ(ask(Method::get, path, {}, FakePorts::admin_token, {{"X-Auth-All-Projects", "true"}}).status, 200);
  EXPECT_EQ(ask(Method::get, path, {}, FakePorts::admin_token, {{"X-Auth-Sudo-Project-ID", "p1"}}).status, 200);
}

TEST_F(ServiceTest, AnAdminsReachIsRefusedWithoutABody) {
  const Answer answer = ask(Method::get, "/v2/zones", {}, FakePorts::member_token, {{"X-Auth-All-Projects", "True"}});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "");
  EXPECT_FALSE(fakes_.last_scope().has_value());
}

TEST_F(ServiceTest, AnAdminsCollectionIsForbiddenToOthers) {
  for (const char* path : {"/v2/pools", "/v2/nameservers", "/v2/tsigkeys", "/v2/service_statuses"}) {
    const Answer answer = ask(Method::get, path);
    EXPECT_EQ(answer.status, 403) << path;
    EXPECT_EQ(type_of(answer), "forbidden") << path;
    EXPECT_EQ(ask(Method::get, path, {}, FakePorts::admin_token).status, 200) << path;
  }
}

TEST_F(ServiceTest, IdsMustBeUuids) {
  const Answer answer = ask(Method::get, "/v2/zones/example.org.");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(type_of(answer), "invalid_uuid");
}

TEST_F(ServiceTest, AListIsWalkedByItsNextLinksAndEndsWithoutAnEmptyPage) {
  for (int i = 0; i < 4; ++i) {
    fakes_.add_zone("z" + std::to_string(i) + ".org.", "p1");
  }
  std::string target = "/v2/zones?limit=2&sort_dir=asc";
  std::vector<std::string> names;
  int pages = 0;
  while (!target.empty()) {
    const Answer answer = ask(Method::get, target);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const json::value page = json::parse(answer.body);
    EXPECT_EQ(page.at("metadata").at("total_count"), 4);
    EXPECT_EQ(page.at("links").at("self").as_string(), "http://dns.example:9001" + target);
    for (const json::value& zone : page.at("zones").as_array()) {
      names.emplace_back(zone.at("name").as_string());
    }
    const json::value* next = page.at("links").as_object().if_contains("next");
    target =
        next == nullptr ? "" : std::string(next->as_string()).substr(std::string("http://dns.example:9001").size());
    ++pages;
  }
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(names, (std::vector<std::string>{"z0.org.", "z1.org.", "z2.org.", "z3.org."}));
}

TEST_F(ServiceTest, ANextLinkKeepsFiltersAndReplacesTheMarker) {
  fakes_.add_zone("a.org.", "p1");
  const std::string marker = fakes_.add_zone("b.org.", "p1").id.to_string();
  fakes_.add_zone("c.org.", "p1");
  fakes_.add_zone("d.org.", "p1");
  const Answer answer = ask(Method::get, "/v2/zones?marker=" + marker + "&limit=1&sort_dir=asc");
  const json::value page = json::parse(answer.body);
  const std::string last = std::string(page.at("zones").at(0).at("id").as_string());
  EXPECT_EQ(page.at("links").at("next").as_string(),
            "http://dns.example:9001/v2/zones?limit=1&sort_dir=asc&marker=" + last);
}

TEST_F(ServiceTest, APageOfLargeRecordsetsEndsEarlyAndGoesOn) {
  const ZoneView zone = fakes_.add_zone("a.org.", "p1");
  constexpr int count = 100;
  for (int i = 0; i < count; ++i) {
    fakes_.add_recordset(zone, "a.org.", {std::string(100'000, 'x')});
  }
  std::string target = "/v2/recordsets?limit=1000";
  std::size_t seen = 0;
  int pages = 0;
  while (!target.empty()) {
    const Answer answer = ask(Method::get, target);
    EXPECT_LT(answer.body.size(), 10'000'000U);
    const json::value page = json::parse(answer.body);
    seen += page.at("recordsets").as_array().size();
    const json::value* next = page.at("links").as_object().if_contains("next");
    target =
        next == nullptr ? "" : std::string(next->as_string()).substr(std::string("http://dns.example:9001").size());
    ++pages;
  }
  EXPECT_EQ(seen, count);
  EXPECT_EQ(pages, 2);
}

TEST_F(ServiceTest, CountsCanBeHidden) {
  fakes_.add_zone("a.org.", "p1");
  const Answer answer =
      ask(Method::get, "/v2/zones", {}, FakePorts::member_token, {{"OpenStack-DNS-Hide-Counts", "True"}});
  EXPECT_EQ(json::parse(answer.body).at("metadata"), json::parse("{}"));
}

TEST_F(ServiceTest, ListsWithoutCountsHaveNoMetadata) {
  const Answer answer = ask(Method::get, "/v2/pools", {}, FakePorts::admin_token);
  EXPECT_FALSE(json::parse(answer.body).as_object().contains("metadata"));
}

TEST_F(ServiceTest, AnUnknownMarkerIsSaid) {
  const Answer answer = ask(Method::get, "/v2/zones?marker=" + std::string(absent_id));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(type_of(answer), "marker_not_found");
}

TEST_F(ServiceTest, ARecordsetWithoutRecordsIsDoneAtOnce) {
  const std::string path = "/v2/zones/" + fakes_.add_zone("a.org.", "p1").id.to_string() + "/recordsets";
  EXPECT_EQ(ask(Method::post, path, R"({"name":"a.org.","type":"A","records":[]})").status, 201);
  EXPECT_EQ(ask(Method::post, path, R"({"name":"a.org.","type":"A","records":["192.0.2.1"]})").status, 202);
}

TEST_F(ServiceTest, RecordsetsAreChangedByPutOnly) {
  const ZoneView zone = fakes_.add_zone("a.org.", "p1");
  const std::string path = "/v2/zones/" + zone.id.to_string() + "/recordsets/" +
                           fakes_.add_recordset(zone, "a.org.", {"192.0.2.1"}).id.to_string();
  EXPECT_EQ(ask(Method::put, path, R"({"ttl":60})").status, 202);
  const Answer patch = ask(Method::patch, path, R"({"ttl":60})");
  EXPECT_EQ(patch.status, 405);
  EXPECT_EQ(type_of(patch), "method_not_allowed");
  EXPECT_EQ(field(patch, "Allow"), "GET, HEAD, PUT, DELETE, OPTIONS");
  const Answer removed = ask(Method::remove, path);
  EXPECT_EQ(removed.status, 202);
  EXPECT_NE(removed.body, "");
}

TEST_F(ServiceTest, ARecordsetAloneIsRedirectedBelowItsZone) {
  const ZoneView zone = fakes_.add_zone("a.org.", "p1");
  const std::string id = fakes_.add_recordset(zone, "a.org.", {"192.0.2.1"}).id.to_string();
  const Answer answer = ask(Method::get, "/v2/recordsets/" + id);
  EXPECT_EQ(answer.status, 301);
  EXPECT_EQ(field(answer, "Location"), "http://dns.example:9001/v2/zones/" + zone.id.to_string() + "/recordsets/" + id);
}

TEST_F(ServiceTest, AdminsThingsHaveTheStatusesOfDesignate) {
  const auto admin = [this](Method method, const std::string& target, const std::string& body = {}) {
    return ask(method, target, body, FakePorts::admin_token);
  };
  const std::pair<const char*, const char*> rows[] = {
      {"/v2/pools", R"({"name":"p","ns_records":[{"hostname":"ns1.a."}]})"},
      {"/v2/nameservers",
       R"({"name":"n","pool_id":"794ccc2c-d751-44fe-b57f-8894c9f5c842","driver":"none","address":"::1"})"},
      {"/v2/tsigkeys", R"({"name":"k","algorithm":"hmac-sha256","secret":"AAEC","scope":"POOL",
        "resource_id":"794ccc2c-d751-44fe-b57f-8894c9f5c842"})"},
  };
  for (const auto& [collection, body] : rows) {
    const Answer created = admin(Method::post, collection, body);
    ASSERT_EQ(created.status, 201) << created.body;
    const std::string path =
        std::string(collection) + "/" + std::string(json::parse(created.body).at("id").as_string());
    EXPECT_EQ(field(created, "Location"), "http://dns.example:9001" + path);
    EXPECT_EQ(admin(Method::get, path).status, 200);
    EXPECT_EQ(admin(Method::patch, path, "{}").status, std::string(collection) == "/v2/pools" ? 202 : 200);
    const Answer removed = admin(Method::remove, path);
    EXPECT_EQ(removed.status, 204);
    EXPECT_EQ(removed.body, "");
    EXPECT_EQ(admin(Method::get, path).status, 404);
  }
}

TEST_F(ServiceTest, ARefusedDeletionIsConfirmedByItsNumber) {
  const Answer created =
      ask(Method::post, "/v2/nameservers",
          R"({"name":"n","pool_id":"794ccc2c-d751-44fe-b57f-8894c9f5c842","driver":"none","address":"::1"})",
          FakePorts::admin_token);
  const std::string path = "/v2/nameservers/" + std::string(json::parse(created.body).at("id").as_string());
  const auto confirm = [&](const std::string& body, const char* token) {
    return ask(Method::post, path + "/tasks/confirm_deletion", body, token).status;
  };
  EXPECT_EQ(confirm(R"({"zones":12})", FakePorts::admin_token), 200);
  EXPECT_EQ(confirm(R"({"zones":11})", FakePorts::admin_token), 400);
  EXPECT_EQ(confirm("{}", FakePorts::admin_token), 400);
  EXPECT_EQ(ask(Method::post, path + "/tasks/confirm_deletion", R"({"zones":12})").status, 403) << "not a member's";
}

TEST_F(ServiceTest, ServiceStatusesHaveTwoSpellings) {
  for (const char* path : {"/v2/service_statuses", "/v2/service_status"}) {
    const Answer answer = ask(Method::get, path, {}, FakePorts::admin_token);
    EXPECT_EQ(json::parse(answer.body).at("service_statuses").at(0).at("status"), "UP");
  }
}

TEST_F(ServiceTest, LimitsAreTold) {
  settings_.limits.zones_max = 7;
  const json::value limits = json::parse(ask(Method::get, "/v2/limits").body);
  EXPECT_EQ(limits.as_object().size(), 8U);
  EXPECT_EQ(limits.at("max_zones"), 7);
  EXPECT_EQ(limits.at("max_page_limit"), 1000);
}

TEST_F(ServiceTest, OptionsSaysWhatIsAllowed) {
  const Answer answer = ask(Method::options, "/v2/zones", {}, {});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(field(answer, "Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(ask(Method::options, "*", {}, {}).status, 200);
}

TEST_F(ServiceTest, OnlyJsonGoesInAndOut) {
  EXPECT_EQ(ask(Method::get, "/v2/zones", {}, FakePorts::member_token, {{"Accept", "text/html"}}).status, 406);
  HttpRequest request{Method::post, "/v2/zones", false, true, {}, "{}"};
  request.fields = {{"Host", "a"}, {"X-Auth-Token", FakePorts::member_token}, {"Content-Type", "text/dns"}};
  const Answer refused = answer(std::move(request));
  EXPECT_EQ(refused.status, 415);
  EXPECT_EQ(type_of(refused), "unsupported_content_type");
}

TEST_F(ServiceTest, AnEmptyBodyIsSaid) {
  const Answer answer = ask(Method::post, "/v2/zones", " ");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(type_of(answer), "empty_request_body");
}

TEST_F(ServiceTest, APortsProblemIsRendered) {
  fakes_.fail_with(Problem{ProblemType::unavailable});
  const Answer unavailable = ask(Method::get, "/v2/zones");
  EXPECT_EQ(unavailable.status, 503);
  EXPECT_EQ(type_of(unavailable), "unavailable");
  EXPECT_EQ(field(unavailable, "Retry-After"), "5");

  fakes_.fail_with(Problem{ProblemType::commit_in_doubt});
  const Answer doubt = ask(Method::post, "/v2/zones", R"({"name":"a.org.","email":"a@b.org"})");
  EXPECT_EQ(doubt.status, 504);
  EXPECT_EQ(type_of(doubt), "commit_in_doubt");
}

TEST_F(ServiceTest, AnExceptionIsOneRequestsFailureAndTellsNothing) {
  fakes_.run_in_ports([] { throw std::runtime_error("secret detail"); });
  const Answer answer = ask(Method::get, "/v2/zones");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(type_of(answer), "unknown");
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

TEST_F(ServiceTest, TheHostMustBeOneAndAHost) {
  const std::tuple<std::vector<HttpField>, bool, int> rows[] = {
      {{{"Host", "dns.example"}}, false, 200},
      {{{"Host", "[::1]:9001"}}, false, 200},
      {{}, false, 400},
      {{}, true, 200},
      {{{"Host", "a"}, {"Host", "b"}}, false, 400},
      {{{"Host", "a/b"}}, false, 400},
      {{{"Host", "user@a"}}, false, 400},
      {{{"Host", ""}}, false, 400},
  };
  for (const auto& [fields, is_http_1_0, status] : rows) {
    EXPECT_EQ(answer({Method::get, "/", is_http_1_0, false, fields, {}}).status, status);
  }
}

TEST_F(ServiceTest, LinksCanBeginWithAFixedUrl) {
  settings_.base_url = "https://dns.example.org";
  const json::value body = json::parse(ask(Method::get, "/").body);
  EXPECT_EQ(body.at("versions").at(0).at("links").at(0).at("href"), "https://dns.example.org/v2");
}

}  // namespace
}  // namespace minidns::api
