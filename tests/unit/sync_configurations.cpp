#include "pool-manager/sync/configuration.hpp"
#include "pool-manager/sync/seed_file.hpp"

#include <boost/asio/ip/address.hpp>
#include <gtest/gtest.h>

#include <sstream>

namespace minidns::pool::sync {
namespace {

dns::Name name(const std::string& text) {
  return dns::Name::from_text(text).value();
}

ConfigurationSource source() {
  return {.nameserver = "ns1",
          .address = "192.0.2.1",
          .port = 53,
          .upstream = {{{boost::asio::ip::make_address("192.0.2.53"), 5300},
                        {boost::asio::ip::make_address("2001:db8::53"), 53}},
                       name("transfer.key.")},
          .transfer_key = {name("transfer.key."), "hmac-sha256", std::nullopt},
          .notify_key = std::nullopt,
          .catalog = name("catalog.invalid.")};
}

std::string written(ConfigurationKind kind, const std::vector<std::string>& zones,
                    const ConfigurationSource& from = source()) {
  std::ostringstream out;
  OutputFiles files(out);
  const auto writer = make_configuration_writer(kind, from, files);
  writer->begin();
  for (const auto& zone : zones) writer->add_zone(name(zone));
  writer->end();
  return out.str();
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no " << part << " in\n" << text;
}

TEST(Configuration, OfBindHasAClauseForEachZone) {
  auto from = source();
  from.bind_zone_folder = "zones/";
  const auto text = written(ConfigurationKind::bind, {"example.org.", "0/25.2.0.192.in-addr.arpa."}, from);
  expect_in(text,
            "zone \"example.org.\" { type secondary; file \"zones/example.org.zone\"; primaries { 192.0.2.53 port 5300 "
            "key \"transfer.key.\"; 2001:db8::53 port 53 key \"transfer.key.\"; }; };\n");
  expect_in(text, ".hash\"");  // a slash leads out of the folder
  expect_in(text, "serial-query-rate 1000;");
  expect_in(text, "secret \"REPLACE-WITH-SECRET\"");
}

TEST(Configuration, OfPowerdnsEscapesAsItsDatabaseHasIt) {
  const auto text = written(ConfigurationKind::powerdns, {"Example.ORG.", "o'neil.example.", "a\\.b.example."});
  expect_in(text, "('example.org', '192.0.2.53:5300,[2001:db8::53]:53', 'SLAVE'),\n('o''neil.example', ");
  expect_in(text, "('a\\.b.example', ");
  expect_in(text, "ON CONFLICT DO NOTHING");
  expect_in(text, "'AXFR-MASTER-TSIG', 'transfer.key'");
  expect_in(written(ConfigurationKind::powerdns_mysql, {"a\\.b.example."}), "('a\\\\.b.example', ");
}

TEST(Configuration, OfPowerdnsBeginsANewStatementAfterManyRows) {
  std::vector<std::string> zones;
  for (int n = 0; n < 1001; ++n) zones.push_back("z" + std::to_string(n) + ".test.");
  const auto text = written(ConfigurationKind::powerdns, zones);
  std::size_t statements = 0;
  for (auto at = text.find("INTO domains "); at != std::string::npos; at = text.find("INTO domains ", at + 1)) {
    ++statements;
  }
  EXPECT_EQ(statements, 3U);
}

TEST(Configuration, OfKnotHasTheRemotesThatTheDriverMakes) {
  const auto text = written(ConfigurationKind::knot, {"example.org."});
  expect_in(text, "address: \"192.0.2.53@5300\"\n    key: \"transfer.key.\"");
  expect_in(text, "  - domain: \"example.org.\"\n    template: \"default\"\n    master: [\"minidns-remote-");
  expect_in(text, "acl: [\"minidns-notify-");
}

TEST(Configuration, OfNsdHasAPatternAndAList) {
  auto from = source();
  from.nsd_pattern = "pool-a";
  const auto text = written(ConfigurationKind::nsd, {"example.org."}, from);
  expect_in(text, "pattern:\n  name: \"pool-a\"");
  expect_in(text, "  request-xfr: 192.0.2.53@5300 transfer.key.\n");
  expect_in(text, "# NSD zone list\n# name pattern\nadd example.org. pool-a\n");
}

TEST(Configuration, OfACatalogHasOneZone) {
  expect_in(written(ConfigurationKind::bind_catalog, {}),
            "catalog-zones { zone \"catalog.invalid.\" default-primaries {");
  expect_in(written(ConfigurationKind::knot_catalog, {}), "catalog-role: interpret");
}

TEST(Configuration, HasKindsByName) {
  EXPECT_EQ(configuration_kind_from_text("knot-catalog"), ConfigurationKind::knot_catalog);
  EXPECT_EQ(configuration_kind_from_text("Knot"), std::nullopt);
}

TEST(SeedFile, HasTheNameUnderWhichTheServerLooks) {
  EXPECT_EQ(seed_file_name(storage::DriverKind::bind, name("Example.ORG.")), "example.org.zone");
  EXPECT_EQ(seed_file_name(storage::DriverKind::knot, name("0/25.example.")), "0_25.example.zone");
  EXPECT_EQ(seed_file_name(storage::DriverKind::nsd, name("example.org.")), "example.org..zone");
}

}  // namespace
}  // namespace minidns::pool::sync
