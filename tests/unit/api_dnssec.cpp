#include "api/dnssec_request.hpp"
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
using test::expect_field_error;
using test::FakePorts;
using test::why;

TEST(DnssecPolicyRequest, EveryFieldIsRead) {
  const auto policy = parse_new_dnssec_policy(R"({"name":"strong","description":"d","algorithm":"ED25519",
    "key_model":"CSK","denial":"NSEC3_OPT_OUT","refresh_period":86400,"signature_lifetime":2592000,
    "inception_skew":3600,"dnskey_ttl":7200,"ksk_lifetime":null,"zsk_lifetime":7776000,"publish_cds":false,"zonemd":true})");
  ASSERT_TRUE(policy.has_value()) << why(policy);
  EXPECT_EQ(policy->name, "strong");
  const auto& fields = policy->fields;
  EXPECT_EQ(fields.description.value(), "d");
  EXPECT_EQ(fields.algorithm, dnssec::Algorithm::ed25519);
  EXPECT_EQ(fields.key_model, KeyModel::csk);
  EXPECT_EQ(fields.denial, Denial::nsec3_opt_out);
  EXPECT_EQ(fields.refresh_period, 86400);
  EXPECT_EQ(fields.signature_lifetime, 2592000);
  EXPECT_EQ(fields.inception_skew, 3600);
  EXPECT_EQ(fields.dnskey_ttl, 7200);
  EXPECT_TRUE(fields.ksk_lifetime.is_clear());
  EXPECT_EQ(fields.zsk_lifetime.value(), 7776000);
  EXPECT_EQ(fields.publish_cds, false);
  EXPECT_EQ(fields.zonemd, true);
}

TEST(DnssecPolicyRequest, EachErrorNamesItsFieldAndReason) {
  const struct {
    const char* body;
    const char* path;
    const char* words;
  } rows[] = {
      {R"({})", "name", "required"},
      {R"({"name":"Has Space"})", "name", ""},
      {R"({"name":"p","algorithm":"RSASHA1"})", "algorithm", "not RSASHA256, ECDSAP256SHA256"},
      {R"({"name":"p","algorithm":13})", "algorithm", "string"},
      {R"({"name":"p","key_model":"ZSK"})", "key_model", "KSK_ZSK or CSK"},
      {R"({"name":"p","denial":"NSEC5"})", "denial", "NSEC, NSEC3 or NSEC3_OPT_OUT"},
      {R"({"name":"p","refresh_period":0})", "refresh_period", "range"},
      {R"({"name":"p","signature_lifetime":99999999})", "signature_lifetime", "range"},
      {R"({"name":"p","salt":"00"})", "salt", "not valid"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    expect_field_error(parse_new_dnssec_policy(row.body), row.path, row.words);
  }
}

TEST(ZoneDnssecRequest, ThePolicyIsTheDefaultUnlessItIsNamed) {
  EXPECT_EQ(parse_zone_signing("{}").value().policy, "default");
  EXPECT_EQ(parse_zone_signing(R"({"policy":"strong"})").value().policy, "strong");
  expect_field_error(parse_zone_signing(R"({"policy":1})"), "policy", "string");
  const auto request = parse_zone_signing(R"({"keys":[{"role":"CSK","private_key":"Private-key-format: v1.3\n"}]})");
  ASSERT_TRUE(request.has_value()) << why(request);
  EXPECT_EQ(request->keys.at(0).role, KeyRole::csk);
  EXPECT_EQ(request->keys.at(0).private_key.reveal().size(), 25U);
  expect_field_error(parse_zone_signing(R"({"keys":[{"role":"CSK"}]})"), "keys/0/private_key", "required");
  expect_field_error(parse_zone_signing(R"({"keys":[{"role":"X","private_key":"a"}]})"), "keys/0/role", "KSK");
  expect_field_error(parse_zone_signing(R"({"keys":[{"role":"CSK","private_key":""}]})"), "keys/0/private_key", "1 to");
  expect_field_error(parse_ds_report("{}"), "at_parent", "required");
}

class DnssecServiceTest : public testing::Test {
 protected:
  ~DnssecServiceTest() override { ::close(log_fd_); }

  Answer ask(Method method, const std::string& target, const std::string& body = {},
             const std::string& token = FakePorts::member_token) {
    HttpRequest request{method, target, false, true, {}, body};
    request.fields = {{"Host", "dns.example:9001"}, {"X-Auth-Token", token}};
    if (!body.empty()) {
      request.fields.push_back({"Content-Type", "application/json"});
    }
    const Service service(fakes_.ports(), log_, settings_);
    Prepared prepared = service.prepare(std::move(request), "req-1");
    const auto* ready = std::get_if<Answer>(&prepared.outcome);
    return ready != nullptr ? *ready : service.run(std::get<GuardedCall>(prepared.outcome));
  }

  const std::string zone_ = "/v2/zones/794ccc2c-d751-44fe-b57f-8894c9f5c842/dnssec";
  int log_fd_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Logger log_{"test", LogLevel::debug, log_fd_};
  FakePorts fakes_;
  ServerSettings settings_;
};

TEST_F(DnssecServiceTest, AnUnsignedZoneSaysSo) {
  const auto zone = json::parse(ask(Method::get, zone_).body);
  EXPECT_EQ(zone.at("status"), "UNSIGNED");
  EXPECT_TRUE(zone.at("policy").is_null());
  EXPECT_TRUE(zone.at("keys").as_array().empty());
}

TEST_F(DnssecServiceTest, ASignedZoneShowsItsKeysAndDsSet) {
  const Answer answer = ask(Method::put, zone_, R"({"policy":"default"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto zone = json::parse(answer.body);
  EXPECT_EQ(zone.at("status"), "SIGNED");
  EXPECT_EQ(zone.at("signatures_valid_until_at_least"), "1970-01-15T00:00:00.000000");
  EXPECT_EQ(zone.at("keys").at(0).at("algorithm"), "ECDSAP256SHA256");
  EXPECT_EQ(zone.at("keys").at(0).at("ds"), "UNKNOWN");
  EXPECT_EQ(zone.at("ds").at(0).at("record"), "60485 13 2 AB");
  EXPECT_EQ(std::string(zone.at("links").at("self").as_string()), "http://dns.example:9001" + zone_);
}

TEST_F(DnssecServiceTest, SigningEndsOnlyWhenTheDsIsGoneOrByForce) {
  ASSERT_EQ(ask(Method::put, zone_, "{}").status, 200);
  EXPECT_EQ(ask(Method::remove, zone_).status, 400);
  EXPECT_EQ(ask(Method::remove, zone_ + "?force=yes").status, 400);
  EXPECT_EQ(ask(Method::remove, zone_ + "?force=true").status, 200);
  ASSERT_EQ(ask(Method::put, zone_, "{}").status, 200);
  const auto reported = json::parse(ask(Method::post, zone_ + "/ds", R"({"at_parent":false})").body);
  EXPECT_EQ(reported.at("keys").at(0).at("ds"), "ABSENT");
  EXPECT_EQ(ask(Method::remove, zone_).status, 200);
}

TEST_F(DnssecServiceTest, ARollIsShownWithItsPhase) {
  ASSERT_EQ(ask(Method::put, zone_, "{}").status, 200);
  const Answer answer = ask(Method::post, zone_ + "/roll", R"({"role":"ZSK"})");
  EXPECT_EQ(answer.status, 202) << answer.body;
  EXPECT_EQ(json::parse(answer.body).at("roll").at("phase"), "PUBLISHING");
  EXPECT_EQ(ask(Method::post, zone_ + "/roll", R"({"role":"XSK"})").status, 400);
  EXPECT_EQ(ask(Method::post, zone_ + "/roll", R"({})").status, 400);
  const auto paused = json::parse(ask(Method::patch, zone_ + "/roll", R"({"paused":true})").body);
  EXPECT_EQ(paused.at("roll").at("paused"), true);
  EXPECT_EQ(paused.at("roll").at("kind"), "ZSK");
  EXPECT_EQ(paused.at("roll").at("waits_for"), "a nameserver");
  EXPECT_EQ(ask(Method::patch, zone_ + "/roll", R"({"paused":1})").status, 400);
  EXPECT_EQ(ask(Method::remove, zone_ + "/roll").status, 202);
}

TEST_F(DnssecServiceTest, OtherProvidersKeysAreAListOfTexts) {
  ASSERT_EQ(ask(Method::put, zone_, "{}").status, 200);
  const auto zone = json::parse(ask(Method::put, zone_ + "/foreign_dnskeys", R"({"dnskeys":["257 3 13 AA=="]})").body);
  EXPECT_EQ(zone.at("foreign_dnskeys").at(0), "257 3 13 AA==");
  expect_field_error(parse_foreign_dnskeys(R"({"dnskeys":[1]})"), "dnskeys/0", "string");
  expect_field_error(parse_foreign_dnskeys(R"({"dnskeys":[""]})"), "dnskeys/0", "1 to");
  expect_field_error(parse_foreign_dnskeys(R"({})"), "dnskeys", "required");
  expect_field_error(parse_ds_report(R"({"at_parent":true,"ttl":-1})"), "ttl", "range");
  EXPECT_EQ(parse_ds_report(R"({"at_parent":true,"ttl":60})").value().ttl, 60);
}

TEST_F(DnssecServiceTest, PoliciesAreReadByMembersAndChangedByAdmins) {
  const auto policies = json::parse(ask(Method::get, "/v2/dnssec/policies").body);
  EXPECT_EQ(policies.at("policies").at(0).at("name"), "default");
  EXPECT_EQ(ask(Method::post, "/v2/dnssec/policies", R"({"name":"x"})").status, 403);
  const Answer made = ask(Method::post, "/v2/dnssec/policies", R"({"name":"x"})", FakePorts::admin_token);
  EXPECT_EQ(made.status, 201) << made.body;
  const Answer changed =
      ask(Method::patch, "/v2/dnssec/policies/x", R"({"zsk_lifetime":7776000})", FakePorts::admin_token);
  EXPECT_EQ(json::parse(changed.body).at("zsk_lifetime"), 7776000) << changed.body;
  EXPECT_EQ(ask(Method::remove, "/v2/dnssec/policies/x", {}, FakePorts::admin_token).status, 204);
  EXPECT_EQ(ask(Method::get, "/v2/dnssec/policies/x").status, 404);
}

TEST_F(DnssecServiceTest, APoolAndAProjectHaveDefaultsThatAdminsSet) {
  const std::string pool = "/v2/dnssec/defaults/pools/794ccc2c-d751-44fe-b57f-8894c9f5c842";
  const std::string project = "/v2/dnssec/defaults/projects/alice";
  const std::string body = R"({"policy":"default"})";
  EXPECT_EQ(ask(Method::put, pool, body).status, 403);
  EXPECT_EQ(ask(Method::put, pool, body, FakePorts::admin_token).status, 200);
  const auto set = json::parse(ask(Method::put, project, body, FakePorts::admin_token).body);
  EXPECT_EQ(set.at("scope"), "PROJECT");
  EXPECT_EQ(set.at("id"), "alice");
  EXPECT_EQ(ask(Method::put, project, R"({"policy":"nosuch"})", FakePorts::admin_token).status, 400);
  EXPECT_EQ(ask(Method::put, "/v2/dnssec/defaults/pools/x", body, FakePorts::admin_token).status, 400);
  const auto list = json::parse(ask(Method::get, "/v2/dnssec/defaults", {}, FakePorts::admin_token).body);
  EXPECT_EQ(list.at("defaults").as_array().size(), 2U);
  EXPECT_EQ(ask(Method::remove, pool, {}, FakePorts::admin_token).status, 204);
  EXPECT_EQ(ask(Method::remove, pool, {}, FakePorts::admin_token).status, 404);
}

TEST_F(DnssecServiceTest, AnUnknownPolicyIsAnErrorOfItsField) {
  const Answer answer = ask(Method::put, zone_, R"({"policy":"nosuch"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("policy"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("nosuch"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace minidns::api
