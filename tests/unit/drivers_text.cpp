// What nameservers are sent and what they answer, as text.

#include "pool-manager/drivers/bind.hpp"
#include "pool-manager/drivers/http_client.hpp"
#include "pool-manager/drivers/one_by_one.hpp"
#include "pool-manager/drivers/powerdns.hpp"
#include "pool-manager/drivers/powerdns_json.hpp"
#include "pool-manager/drivers/zone_list.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace minidns::pool::test {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

DriverTask<void> count_one(int& done) {
  ++done;
  co_return DriverResult<void>();
}

DriverResult<std::vector<ListedZone>> parse(ZoneListFormat format, std::string_view text, std::size_t piece) {
  ZoneListParser parser(std::move(format));
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    if (auto error = parser.add(text.substr(0, piece))) return *error;
  }
  return std::move(parser).finish();
}

const ZoneListFormat bind{ZoneListFormat::Kind::bind, "_default"};
const ZoneListFormat powerdns{ZoneListFormat::Kind::powerdns, {}};

TEST(ZoneList, OfBindHasTheSecondaryZonesOfTheView) {
  const std::string text = R"({"boot-time":"x","views":{
    "other":{"zones":[{"name":"elsewhere.test","class":"IN","type":"secondary","serial":1}]},
    "_default":{"zones":[
      {"name":"z.test","class":"IN","serial":4294967295,"type":"secondary","loaded":"x"},
      {"name":"old.test","class":"IN","serial":3,"type":"slave"},
      {"name":"empty.test","class":"IN","type":"secondary"},
      {"name":"a\\.b.test","class":"IN","type":"secondary","serial":0},
      {"name":"ends-in-dot\\.","class":"IN","type":"secondary"},
      {"name":"ends-in-backslash\\\\","class":"IN","type":"secondary"},
      {"name":".","class":"IN","type":"secondary"},
      {"name":"made-here.test","class":"IN","serial":3,"type":"primary"},
      {"name":"id.server","class":"CH","serial":0,"type":"secondary"}]}}})";
  const std::vector<ListedZone> expected = {{name("."), {}},
                                            {name("ends-in-backslash\\\\."), {}},
                                            {name("ends-in-dot\\.."), {}},
                                            {name("a\\.b.test."), dns::Serial(0)},
                                            {name("empty.test."), {}},
                                            {name("old.test."), dns::Serial(3)},
                                            {name("z.test."), dns::Serial(4294967295)}};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
    EXPECT_EQ(parse(bind, text, piece).value(), expected) << piece;
  }
}

TEST(ZoneList, OfPowerdnsHasTheZonesOfKindSlave) {
  const std::string text = R"([
    {"name":"b.test.","kind":"Slave","serial":0,"masters":["192.0.2.1:53"]},
    {"name":"A.test.","kind":"Secondary","serial":7},
    {"name":"a.test.","kind":"Slave","serial":7},
    {"kind":"Master","name":"m.test.","serial":7},
    {"kind":"Native","name":"n.test."}])";
  EXPECT_EQ(parse(powerdns, text, 5).value(),
            (std::vector<ListedZone>{{name("a.test."), dns::Serial(7)}, {name("b.test."), {}}}));
}

TEST(ZoneList, WithoutZonesIsEmpty) {
  EXPECT_TRUE(parse(bind, R"({"views":{"_default":{}}})", 4).value().empty());
  EXPECT_TRUE(parse(powerdns, "[]\n", 1).value().empty());
}

TEST(ZoneList, ThatIsNoneIsAnErrorRatherThanEmpty) {
  struct Row {
    ZoneListFormat format;
    std::string text;
  };
  const Row rows[] = {
      {bind, ""},
      {bind, "{}"},
      {bind, "[]"},
      {bind, R"({"views":{"_bind":{"zones":[]}}})"},
      {bind, R"({"views":{"_default":[]}})"},
      {bind, R"({"views":{"_default":{"zones":[]}})"},
      {bind, R"({"views":{"_default":{}}} trailing)"},
      {bind, R"({"views":{"_default":{"zones":[{"name":"a..b","class":"IN","type":"secondary"}]}}})"},
      {powerdns, R"({"error":"no"})"},
      {powerdns, "\"text\""},
      {powerdns, "7"},
      {powerdns, "[] []"},
      {powerdns, R"([{"kind":"Slave","serial":1}])"},
      {powerdns, "[{\"name\":\"" + std::string(ZoneListParser::string_octets_max + 1, 'a') + "\"}]"},
      {powerdns, std::string(ZoneListParser::depth_max + 1, '[')},
  };
  for (const Row& row : rows) {
    for (const std::size_t piece : {std::size_t{1}, row.text.size() + 1}) {
      const auto zones = parse(row.format, row.text, piece);
      ASSERT_FALSE(zones.has_value()) << row.text.substr(0, 80);
      EXPECT_EQ(zones.error().code, DriverErrc::protocol);
    }
  }
}

TEST(BindDriver, KeepsAZoneInAFileThatNoOtherHas) {
  EXPECT_EQ(bind_zone_file(name("Example.org.")), "example.org.zone");
  EXPECT_EQ(bind_zone_file(name("_tcp.a-b.test.")), "_tcp.a-b.test.zone");
  // 64 hexadecimal digits: the root, and names that would lead out of the folder or say more than a name.
  for (const char* text : {".", "0/25.test.", "..\\/test.", "a\\.b.test.", "\\000.test.", "*.test."}) {
    const auto zone = dns::Name::from_text(text);
    if (!zone) continue;
    const std::string file = bind_zone_file(*zone);
    EXPECT_EQ(file.size(), 64U + 5U) << text;
    EXPECT_TRUE(file.ends_with(".hash")) << text;
  }
  EXPECT_EQ(bind_zone_file(name("*.TEST.")), bind_zone_file(name("*.test.")));
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(61, 'a') + ".";
  EXPECT_LE(bind_zone_file(name(longest)).size(), 205U);
}

TEST(BindDriver, TakesOnlyViewsAndFoldersThatCantEndTheCommand) {
  EXPECT_TRUE(is_bind_view("_default"));
  EXPECT_TRUE(is_bind_view("Internal-2.view"));
  for (const char* view : {"", "a b", "a\"", "a;", "{", "a\n"}) EXPECT_FALSE(is_bind_view(view)) << view;
  EXPECT_TRUE(is_bind_folder(""));
  EXPECT_TRUE(is_bind_folder("/var/cache/bind/my zones"));
  for (const char* folder : {"a\"; };", "a\\", "a\n", "\x7f"}) EXPECT_FALSE(is_bind_folder(folder)) << folder;
}

TEST(PowerdnsDriver, WritesZoneIdsAsItsApiDoes) {
  EXPECT_EQ(powerdns_zone_id(name("example.org.")), "example.org.");
  EXPECT_EQ(powerdns_zone_id(name("0/25.2.0.192.in-addr.arpa.")), "0=2F25.2.0.192.in-addr.arpa.");
  EXPECT_EQ(powerdns_zone_id(name("_tcp.test.")), "=5Ftcp.test.");
  EXPECT_EQ(powerdns_zone_id(name(".")), "=2E");
}

TEST(PowerdnsDriver, WritesZonesAndKeysAsJson) {
  const Upstream upstream{
      {{boost::asio::ip::make_address("192.0.2.1"), 53}, {boost::asio::ip::make_address("2001:db8::1"), 5302}},
      name("Key.")};
  EXPECT_EQ(powerdns_new_zone_json(name("z.test."), upstream),
            R"({"kind":"Slave","masters":["192.0.2.1:53","[2001:db8::1]:5302"],"slave_tsig_key_ids":["key."],)"
            R"("name":"z.test.","nameservers":[]})");
  const tsig::Key key{name("Key."), tsig::Algorithm::hmac_sha256, Secret(Bytes{1, 2, 3})};
  EXPECT_EQ(powerdns_key_json(key), R"({"name":"key.","algorithm":"hmac-sha256","key":"AQID"})");
}

TEST(PowerdnsDriver, KnowsAKeyByAlgorithmAndSecret) {
  const tsig::Key key{name("key."), tsig::Algorithm::hmac_sha256, Secret(Bytes{1, 2, 3})};
  EXPECT_TRUE(powerdns_is_key(R"({"algorithm":"hmac-sha256","key":"AQID","name":"key"})", key));
  for (const char* other :
       {R"({"algorithm":"hmac-sha512","key":"AQID"})", R"({"algorithm":"hmac-sha256","key":"AQIE"})",
        R"({"algorithm":"hmac-sha256"})", R"({"algorithm":7,"key":[]})", "[]", "", "{"}) {
    EXPECT_FALSE(powerdns_is_key(other, key)) << other;
  }
}

TEST(PowerdnsDriver, ReadsStatuses) {
  struct Row {
    unsigned status;
    std::optional<DriverErrc> code;
  };
  const Row rows[] = {{200, {}},
                      {201, {}},
                      {204, {}},
                      {301, DriverErrc::protocol},
                      {100, DriverErrc::protocol},
                      {400, DriverErrc::rejected},
                      {401, DriverErrc::refused},
                      {403, DriverErrc::refused},
                      {404, DriverErrc::no_such_zone},
                      {409, DriverErrc::already_exists},
                      {422, DriverErrc::rejected},
                      {500, DriverErrc::rejected},
                      {600, DriverErrc::protocol}};
  for (const Row& row : rows) {
    const DriverResult<void> result = powerdns_result({row.status, R"({"error":"why"})"});
    EXPECT_EQ(result.has_value(), !row.code) << row.status;
    if (!result && row.code) {
      EXPECT_EQ(result.error().code, *row.code) << row.status;
      EXPECT_EQ(result.error().detail, "why");
    }
  }
  EXPECT_EQ(powerdns_result({500, "oops"}).error().detail, "HTTP status 500");
  EXPECT_LE(powerdns_result({500, R"({"error":")" + std::string(5000, 'x') + "\"}"}).error().detail.size(),
            detail_octets_max);
}

TEST(HttpClient, TakesOnlyCredentialsThatFitAHeader) {
  EXPECT_TRUE(is_http_field_value(as_bytes("a-Key~!")));
  for (const char* value : {"", "a b", "a\r\nX: y", "\xc3\xa9"})
    EXPECT_FALSE(is_http_field_value(as_bytes(value))) << value;
}

TEST(HttpClient, EncodesQueriesByPercent) {
  EXPECT_EQ(percent_encoded("a-z_0.9~"), "a-z_0.9~");
  EXPECT_EQ(percent_encoded("a b/c?d&e=f\\\xff"), "a%20b%2Fc%3Fd%26e%3Df%5C%FF");
}

TEST(OneByOne, AsksForItsPermitBeforeEachZone) {
  // A manager that stood still in the middle: its lease ends while the second zone is being done.
  boost::asio::io_context io;
  int done = 0;
  const ZoneAction action = [&done](const dns::Name& /*zone*/) { return count_one(done); };
  const auto permit = [&done] { return done < 2; };
  std::optional<ZoneResults> results;
  boost::asio::co_spawn(
      io, one_by_one({name("a."), name("b."), name("c."), name("d.")}, action, permit),
      [&results](const std::exception_ptr& /*none*/, ZoneResults made) { results = std::move(made); });
  io.run();
  ASSERT_TRUE(results);
  EXPECT_EQ(done, 2);
  ASSERT_EQ(results->size(), 4U);
  EXPECT_TRUE((*results)[1].has_value());
  for (const std::size_t at : {2U, 3U}) {
    ASSERT_FALSE((*results)[at].has_value());
    EXPECT_EQ((*results)[at].error().code, DriverErrc::withheld);
  }
}

}  // namespace
}  // namespace minidns::pool::test
