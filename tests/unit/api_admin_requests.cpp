#include "api/nameserver_request.hpp"
#include "api/pool_request.hpp"
#include "api/tsig_key_request.hpp"
#include "tests/unit/api_support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::api {
namespace {

using test::expect_field_error;
using test::why;

constexpr const char* some_id = "794ccc2c-d751-44fe-b57f-8894c9f5c842";

TEST(PoolRequest, EveryFieldIsRead) {
  const auto pool = parse_new_pool(R"({"name":"p","description":"d","ns_records":[{"hostname":"ns1.a.","priority":2},
    {"hostname":"ns2.a."}],"primaries":[{"address":"127.0.0.1","port":5300},{"address":"::1","port":5300}],
    "threshold":2,"unknown_zones":"warn","is_default":true})");
  ASSERT_TRUE(pool.has_value()) << why(pool);
  ASSERT_EQ(pool->ns_records.size(), 2U);
  EXPECT_EQ(pool->ns_records[0].priority, 2);
  EXPECT_EQ(pool->ns_records[1].priority, 1);
  ASSERT_EQ(pool->primaries.size(), 2U);
  EXPECT_EQ(pool->primaries[1].to_text(), "[::1]:5300");
  EXPECT_EQ(pool->threshold, 2);
  EXPECT_EQ(pool->unknown_zones, UnknownZones::warn);
  EXPECT_TRUE(pool->is_default);
}

struct BadBody {
  std::string body;
  const char* path;
  const char* words;
};

TEST(PoolRequest, EachErrorNamesItsFieldAndReason) {
  const std::string ok = R"("name":"p","ns_records":[{"hostname":"ns1.a."}])";
  const BadBody rows[] = {
      {R"({"ns_records":[{"hostname":"ns1.a."}]})", "name", "required"},
      {R"({"name":"p"})", "ns_records", "required"},
      {R"({"name":"p","ns_records":[]})", "ns_records", "at least one"},
      {R"({"name":"p","ns_records":[{}]})", "ns_records/0/hostname", "required"},
      {R"({"name":"p","ns_records":[{"hostname":"a.","priority":-1}]})", "ns_records/0/priority", "range"},
      {R"({"name":"p","ns_records":[{"hostname":"a.","x":1}]})", "ns_records/0/x", "not valid for ns_record"},
      {R"({"name":"p","ns_records":[{"hostname":"a."},{"hostname":"A."}]})", "ns_records/1", "twice"},
      {"{" + ok + R"(,"primaries":[{"address":"x","port":53}]})", "primaries/0/address", "not an IP"},
      {"{" + ok + R"(,"primaries":[{"address":"::1","port":0}]})", "primaries/0/port", "range"},
      {"{" + ok + R"(,"primaries":[{"address":"::1","port":1},{"address":"0::1","port":1}]})", "primaries/1", "twice"},
      {"{" + ok + R"(,"threshold":0})", "threshold", "range"},
      {"{" + ok + R"(,"unknown_zones":"purge"})", "unknown_zones", "delete, warn or ignore"},
      {"{" + ok + R"(,"is_default":"yes"})", "is_default", "not true or false"},
      {"{" + ok + R"(,"attributes":{}})", "attributes", "not valid for pool"},
      {"{" + ok + R"(,"catalogs":[{"family":"nsd","name":"c."}]})", "catalogs/0/family", "bind or knot"},
      {"{" + ok + R"(,"catalogs":[{"family":"bind","name":"."}]})", "catalogs/0/name", "root"},
      {"{" + ok + R"(,"catalogs":[{"family":"bind","name":"c.","group":"g"}]})", "catalogs/0/group", "only Knot"},
      {"{" + ok + R"(,"catalogs":[{"family":"bind","name":"c."},{"family":"bind","name":"d."}]})", "catalogs/1",
       "twice"},
      {"{" + ok + R"(,"catalogs":[{"family":"bind","name":"c."},{"family":"knot","name":"C."}]})", "catalogs/1",
       "twice"},
      {"{" + ok + R"(,"catalogs":[{"family":"bind","name":")" + std::string(63, 'a') + "." + std::string(63, 'a') +
           "." + std::string(63, 'a') + "." + std::string(17, 'a') + R"(."}]})",
       "catalogs/0/name", "too long"},
  };
  for (const BadBody& row : rows) {
    SCOPED_TRACE(row.body);
    expect_field_error(parse_new_pool(row.body), row.path, row.words);
  }
}

TEST(PoolRequest, CatalogsHaveAFamilyANameAndForKnotAGroup) {
  const auto change = parse_pool_change(
      R"({"catalogs":[{"family":"knot","name":"k.","group":"fast"},{"family":"bind","name":"B.","group":null}]})");
  ASSERT_TRUE(change.has_value()) << why(change);
  ASSERT_TRUE(change->catalogs);
  EXPECT_EQ(*change->catalogs, (std::vector<Catalog>{{CatalogFamily::knot, dns::Name::from_text("k.").value(), "fast"},
                                                     {CatalogFamily::bind, dns::Name::from_text("b.").value(), {}}}));
}

TEST(PoolRequest, AThresholdCanBeCleared) {
  const auto change = parse_pool_change(R"({"threshold":null})");
  ASSERT_TRUE(change.has_value()) << why(change);
  EXPECT_TRUE(change->threshold.is_clear());
}

std::string nameserver_body(const std::string& rest) {
  return R"({"name":"n","pool_id":")" + std::string(some_id) + R"(","address":"192.0.2.1",)" + rest + "}";
}

TEST(NameserverRequest, ABindHasItsSettingsAndItsKeyInBase64) {
  const auto nameserver = parse_new_nameserver(nameserver_body(
      R"("driver":"bind","port":5353,"settings":{"control_port":9953,"statistics_url":"http://127.0.0.1:8053"},"secret":"AAEC","transfer_key_id":")" +
      std::string(some_id) + "\""));
  ASSERT_TRUE(nameserver.has_value()) << why(nameserver);
  const auto& settings = std::get<BindSettings>(nameserver->settings);
  EXPECT_EQ(settings.control_port, 9953);
  EXPECT_EQ(settings.statistics->to_text(), "127.0.0.1:8053");
  EXPECT_EQ(settings.control_algorithm, tsig::Algorithm::hmac_sha256);
  EXPECT_TRUE(nameserver->secret->equals(Secret(Bytes{0, 1, 2})));
  EXPECT_EQ(nameserver->transfer_key_id->to_string(), some_id);
  EXPECT_EQ(nameserver->state, NameserverState::in_service);
}

TEST(NameserverRequest, APowerdnsHasItsKeyAsText) {
  const auto nameserver = parse_new_nameserver(
      nameserver_body(R"("driver":"powerdns","settings":{"api_url":"http://[::1]:8081"},"secret":"key")"));
  ASSERT_TRUE(nameserver.has_value()) << why(nameserver);
  EXPECT_EQ(std::get<PowerdnsSettings>(nameserver->settings).api.to_text(), "[::1]:8081");
  EXPECT_TRUE(nameserver->secret->equals(Secret(Bytes{'k', 'e', 'y'})));
}

TEST(NameserverRequest, AKnotNeedsNoSettings) {
  const auto nameserver = parse_new_nameserver(nameserver_body(R"("driver":"knot")"));
  ASSERT_TRUE(nameserver.has_value()) << why(nameserver);
  EXPECT_EQ(std::get<KnotSettings>(nameserver->settings), KnotSettings{});
  EXPECT_FALSE(nameserver->secret.has_value());
}

/// Three blocks of PEM, as far as the API looks.
const std::string pem_secret = R"("secret":"-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n)"
                               R"(-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n)"
                               R"(-----BEGIN CERTIFICATE-----\nAB\n-----END CERTIFICATE-----\n")";

TEST(NameserverRequest, AnNsdHasItsKeyAndCertificatesAsPem) {
  const auto nameserver =
      parse_new_nameserver(nameserver_body(R"("driver":"nsd","settings":{"pattern":"minidns"},)" + pem_secret));
  ASSERT_TRUE(nameserver.has_value()) << why(nameserver);
  EXPECT_EQ(std::get<NsdSettings>(nameserver->settings), NsdSettings{"minidns"});
  EXPECT_TRUE(nameserver->secret.has_value());
}

TEST(NameserverRequest, WithoutADriverThereIsNothingToSet) {
  const auto nameserver = parse_new_nameserver(nameserver_body(R"("driver":"none")"));
  ASSERT_TRUE(nameserver.has_value()) << why(nameserver);
  EXPECT_TRUE(std::holds_alternative<NoSettings>(nameserver->settings));
  EXPECT_FALSE(nameserver->secret.has_value());
}

TEST(NameserverRequest, EachErrorNamesItsFieldAndReason) {
  const BadBody rows[] = {
      {nameserver_body(R"("driver":"yadifa")"), "driver", "bind, powerdns, knot, nsd, catalog or none"},
      {nameserver_body(R"("driver":"bind")"), "secret", "required"},
      {nameserver_body(R"("driver":"bind","secret":"not base64")"), "secret", "base64"},
      {nameserver_body(R"("driver":"none","secret":"x")"), "secret", "needs none"},
      {nameserver_body(R"("driver":"powerdns","secret":"x")"), "settings", "required"},
      {nameserver_body(R"("driver":"powerdns","secret":"x","settings":{})"), "settings/api_url", "required"},
      {nameserver_body(R"("driver":"powerdns","secret":"x","settings":{"api_url":"ftp://1.2.3.4:1"})"),
       "settings/api_url", "http://ADDRESS:PORT"},
      {nameserver_body(R"("driver":"powerdns","secret":"x","settings":{"api_url":"http://1.2.3.4"})"),
       "settings/api_url", "http://ADDRESS:PORT"},
      {nameserver_body(R"("driver":"powerdns","secret":"x","settings":{"api_url":"http://1.2.3.4:1/x"})"),
       "settings/api_url", "http://ADDRESS:PORT"},
      {nameserver_body(R"("driver":"bind","secret":"AAEC","settings":{"api_url":"http://1.2.3.4:1"})"),
       "settings/api_url", "not valid for settings of driver bind"},
      {nameserver_body(R"("driver":"catalog")"), "settings", "required"},
      {nameserver_body(R"("driver":"catalog","settings":{})"), "settings/family", "required"},
      {nameserver_body(R"("driver":"catalog","settings":{"family":"knot","statistics_url":"http://1.2.3.4:1"})"),
       "settings/statistics_url", "only BIND"},
      {nameserver_body(R"("driver":"catalog","settings":{"family":"bind"},"secret":"x")"), "secret", "needs none"},
      {nameserver_body(R"("driver":"knot","secret":"x")"), "secret", "needs none"},
      {nameserver_body(R"("driver":"knot","settings":{"control_socket":"knot.sock"})"), "settings/control_socket",
       "absolute"},
      {nameserver_body(R"("driver":"knot","settings":{"template":"two words"})"), "settings/template", "spaces"},
      {nameserver_body(R"("driver":"knot","settings":{"control_port":1})"), "settings/control_port", "not valid"},
      {nameserver_body(R"("driver":"nsd",)" + pem_secret), "settings", "required"},
      {nameserver_body(R"("driver":"nsd","settings":{},)" + pem_secret), "settings/pattern", "required"},
      {nameserver_body(R"("driver":"nsd","settings":{"pattern":"p"})"), "secret", "required"},
      {nameserver_body(R"("driver":"nsd","secret":"x","settings":{"pattern":"p"})"), "secret", "PEM"},
      {nameserver_body(R"("driver":"nsd","settings":{"pattern":"p"},"secret":")" + std::string(16385, 'x') + "\""),
       "secret", "16384"},
      {nameserver_body(R"("driver":"none","state":"asleep")"), "state", "not bootstrapping"},
      {nameserver_body(R"("driver":"none","enters_service":1)"), "enters_service", "not true or false"},
      {nameserver_body(R"("driver":"none","force":"yes")"), "force", "not true or false"},
      {nameserver_body(R"("driver":"none","notify_key_id":"x")"), "notify_key_id", "UUID"},
  };
  for (const BadBody& row : rows) {
    SCOPED_TRACE(row.body);
    expect_field_error(parse_new_nameserver(row.body), row.path, row.words);
  }
}

TEST(NameserverRequest, AStateCanBeAskedForAndForced) {
  const auto made =
      parse_new_nameserver(nameserver_body(R"("driver":"none","state":"bootstrapping","enters_service":true)"));
  ASSERT_TRUE(made.has_value()) << why(made);
  EXPECT_EQ(made->state, NameserverState::bootstrapping);
  EXPECT_EQ(made->enters_service, true);
  EXPECT_FALSE(made->force);
  const auto change = parse_nameserver_change(R"({"state":"in_service","force":true})");
  ASSERT_TRUE(change.has_value()) << why(change);
  EXPECT_EQ(change->state, NameserverState::in_service);
  EXPECT_FALSE(change->enters_service.has_value());
  EXPECT_TRUE(change->force);
}

TEST(NameserverRequest, AConfirmationHasANumberOfZones) {
  EXPECT_EQ(parse_deletion_confirmation(R"({"zones":1234})").value(), 1234);
  expect_field_error(parse_deletion_confirmation("{}"), "zones", "required");
  expect_field_error(parse_deletion_confirmation(R"({"zones":"all"})"), "zones", "integer");
  expect_field_error(parse_deletion_confirmation(R"({"zones":0})"), "zones", "1");
  expect_field_error(parse_deletion_confirmation(R"({"zones":1,"names":[]})"), "names", "not valid");
}

TEST(NameserverRequest, SettingsAndSecretAreChangedTogetherWithTheDriversName) {
  expect_field_error(parse_nameserver_change(R"({"secret":"AAEC"})"), "driver", "must be given");
  const auto change = parse_nameserver_change(R"({"driver":"bind","secret":"AAEC","notify_key_id":null})");
  ASSERT_TRUE(change.has_value()) << why(change);
  EXPECT_TRUE(change->notify_key_id.is_clear());
  EXPECT_TRUE(change->transfer_key_id.is_keep());
}

TEST(DriverSettings, ReadBackWhatWasWritten) {
  const auto address = SocketAddress::parse("[2001:db8::1]:8053", 1);
  const DriverSettings rows[] = {
      NoSettings{},
      BindSettings{},
      BindSettings{IpAddress::parse("192.0.2.7"), 1953, tsig::Algorithm::hmac_sha512, address, "internal", "zones"},
      PowerdnsSettings{*address, "other"},
      KnotSettings{},
      NsdSettings{"minidns"},
      NsdSettings{"minidns", IpAddress::parse("192.0.2.7"), 1953},
      KnotSettings{"/run/other.sock", "minidns", "transfer"},
      CatalogSettings{CatalogFamily::knot},
      CatalogSettings{CatalogFamily::bind, address, "internal"}};
  for (const DriverSettings& settings : rows) {
    const auto again = driver_settings_from_json(driver_of(settings), to_json_text(settings));
    ASSERT_TRUE(again.has_value()) << why(again);
    EXPECT_EQ(*again, settings);
  }
}

TEST(TsigKeyRequest, ANameNeedsNoTrailingDot) {
  const std::string rest =
      R"("algorithm":"hmac-sha256","secret":"AAEC","scope":"POOL","resource_id":")" + std::string(some_id) + "\"}";
  const auto key = parse_new_tsig_key(R"({"name":"K1",)" + rest);
  ASSERT_TRUE(key.has_value()) << why(key);
  EXPECT_EQ(key->name.text, "K1");
  EXPECT_EQ(key->name.name.to_text(), "K1.");
  EXPECT_TRUE(key->secret.equals(Secret(Bytes{0, 1, 2})));
  EXPECT_TRUE(std::holds_alternative<PoolId>(key->scope));
}

TEST(TsigKeyRequest, EachErrorNamesItsFieldAndReason) {
  const std::string id = R"("resource_id":")" + std::string(some_id) + "\"";
  const BadBody rows[] = {
      {R"({"name":"k.","algorithm":"hmac-sha256","scope":"POOL",)" + id + "}", "secret", "required"},
      {R"({"name":"k.","algorithm":"hmac-sha256","secret":"AAE","scope":"POOL",)" + id + "}", "secret", "base64"},
      {R"({"name":"k.","algorithm":"hmac-sha1","secret":"AAEC","scope":"POOL",)" + id + "}", "algorithm",
       "hmac-sha224, hmac-sha256"},
      {R"({"name":"k..","algorithm":"hmac-sha256","secret":"AAEC","scope":"POOL",)" + id + "}", "name",
       "not a domain name"},
      {R"({"name":".","algorithm":"hmac-sha256","secret":"AAEC","scope":"POOL",)" + id + "}", "name", "root"},
      {R"({"name":"k.","algorithm":"hmac-sha256","secret":"AAEC","scope":"GLOBAL",)" + id + "}", "scope",
       "POOL or ZONE"},
      {R"({"name":"k.","algorithm":"hmac-sha256","secret":"AAEC","scope":"ZONE","resource_id":"1"})", "resource_id",
       "UUID"},
  };
  for (const BadBody& row : rows) {
    SCOPED_TRACE(row.body);
    expect_field_error(parse_new_tsig_key(row.body), row.path, row.words);
  }
}

}  // namespace
}  // namespace minidns::api
