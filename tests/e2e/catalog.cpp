// Catalog zones from end to end: zones that are made by REST come to a real BIND and a real Knot which were told
// nothing but where the catalog is.

#include "tests/e2e/served.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>
#include <string_view>

namespace minidns::e2e {
namespace {

using harness::BindServer;
using harness::KnotServer;
using harness::run;

constexpr const char* bind_catalog = "catalog.bind.invalid.";
constexpr const char* knot_catalog = "catalog.knot.invalid.";
constexpr int zones_many = 200;
constexpr auto long_wait = std::chrono::seconds(120);

std::string zone_name(int number) {
  return "z" + std::to_string(number) + ".catalog.example.";
}

class CatalogZones : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    platform_ = std::make_unique<Platform>(harness::PlatformOptions{.bind = false, .powerdns = false});
    auto admin = platform_->rest("operator", "admin");
    Platform::created(admin.patch("/v2/pools/" + platform_->pool_id(),
                                  json::object{{"catalogs", json::array{catalog("bind", bind_catalog, nullptr),
                                                                        catalog("knot", knot_catalog, "pooled")}}}));
    start_bind();
    start_knot();
    add_nameserver(
        admin, "bind", *bind_,
        {{"family", "bind"}, {"statistics_url", "http://127.0.0.1:" + std::to_string(bind_->statistics_port())}});
    add_nameserver(admin, "knot", *knot_, {{"family", "knot"}});
    platform_->wait_until_in_service();
  }
  static void TearDownTestSuite() {
    platform_.reset();
    bind_.reset();
    knot_.reset();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs() << bind_->log() << knot_->log();
  }

  static json::object catalog(const char* family, const std::string& name, const json::value& group) {
    return {{"family", family}, {"name", name}, {"group", group}};
  }

  static std::vector<harness::Primary> primaries() {
    return {{"127.0.0.1", platform_->mdns_port(), platform_->transfer_key().name},
            {"127.0.0.2", platform_->mdns_port(), platform_->transfer_key().name}};
  }

  static void start_bind() {
    bind_ = std::make_unique<BindServer>(std::vector{platform_->transfer_key()});
    bind_->consume_catalog(bind_catalog, primaries());
  }

  /// Two templates: the group of the catalog picks the second.
  static void start_knot() {
    knot_ = std::make_unique<KnotServer>(std::vector{platform_->transfer_key()});
    const auto remotes = knot_->add_remotes(primaries());
    std::vector<std::vector<std::string>> settings;
    for (const std::string name : {"plain", "pooled"}) {
      std::filesystem::create_directories(knot_->folder() + "/" + name);
      settings.insert(settings.end(), {{"template[" + name + "]"},
                                       {"template[" + name + "].storage", knot_->folder() + "/" + name},
                                       {"template[" + name + "].acl", "notify", "signed-notify", "transfer"},
                                       {"template[" + name + "].master", remotes[0], remotes[1]}});
    }
    const auto zone = std::string("zone[") + knot_catalog + "]";
    settings.insert(settings.end(), {{zone},
                                     {zone + ".master", remotes[0], remotes[1]},
                                     {zone + ".catalog-role", "interpret"},
                                     {zone + ".catalog-template", "plain", "pooled"}});
    knot_->configure(settings);
  }

  template <class Server>
  static void add_nameserver(RestClient& admin, const std::string& name, const Server& server,
                             const json::object& settings) {
    Platform::created(admin.post("/v2/nameservers", json::object{{"name", name},
                                                                 {"pool_id", platform_->pool_id()},
                                                                 {"driver", "catalog"},
                                                                 {"address", server.address()},
                                                                 {"port", server.port()},
                                                                 {"transfer_key_id", key_id(admin)},
                                                                 {"settings", settings}}));
  }

  static std::string key_id(RestClient& admin) {
    return id_of(admin.get("/v2/tsigkeys").body.at("tsigkeys").as_array().at(0));
  }

  static bool on_both(const std::string& zone, std::uint32_t serial) {
    return serves(*bind_, zone, serial, long_wait) && serves(*knot_, zone, serial, long_wait);
  }

  /// dig with the pool's key, at the first mdns.
  static std::string transfer(const std::string& zone, const std::string& type) {
    const auto& key = platform_->transfer_key();
    const auto result =
        run({"dig", "@127.0.0.1", "-p", std::to_string(platform_->mdns_port()), "-y",
             key.algorithm + ":" + key.name + ":" + key.secret, "+noall", "+answer", "+onesoa", zone, type});
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  }

  static std::size_t lines_with(const std::string& text, std::string_view type) {
    std::istringstream lines(text);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string owner, ttl, klass, word;
      words >> owner >> ttl >> klass >> word;
      count += word == type ? 1U : 0U;
    }
    return count;
  }

  static std::uint32_t catalog_serial(RestClient& admin, const std::string& pool, std::size_t index) {
    const auto body = admin.get("/v2/pools/" + pool).body;
    return static_cast<std::uint32_t>(body.at("catalogs").as_array().at(index).at("serial").to_number<std::int64_t>());
  }

  static std::unique_ptr<Platform> platform_;
  static std::unique_ptr<BindServer> bind_;
  static std::unique_ptr<KnotServer> knot_;
};

std::unique_ptr<Platform> CatalogZones::platform_;
std::unique_ptr<BindServer> CatalogZones::bind_;
std::unique_ptr<KnotServer> CatalogZones::knot_;

TEST_F(CatalogZones, TwoHundredZonesComeToBindAndKnot) {
  auto rest = platform_->rest("tenant");
  std::vector<std::string> ids;
  for (int n = 0; n < zones_many; ++n) {
    ids.push_back(create_zone(rest, zone_name(n)));
  }
  for (int n = 0; n < zones_many; ++n) {
    ASSERT_TRUE(on_both(zone_name(n), serial_of(rest, ids[static_cast<std::size_t>(n)]))) << zone_name(n);
  }
  for (const auto& id : ids) {
    ASSERT_TRUE(zone_has_status(rest, id, "ACTIVE", long_wait));
  }
  auto admin = platform_->rest("operator", "admin");
  EXPECT_LT(platform_->central().metric("minidns_central_catalog_versions_total"), 2.0 * zones_many);
  // Catalogs are nobody's zones.
  const auto listed = rest.get("/v2/zones?limit=max&name=" + std::string("catalog*")).body.at("zones").as_array();
  EXPECT_TRUE(listed.empty());
}

TEST_F(CatalogZones, KnotPicksTheTemplateOfTheGroup) {
  auto rest = platform_->rest("tenant");
  const auto id = create_zone(rest, "grouped.example.");
  ASSERT_TRUE(on_both("grouped.example.", serial_of(rest, id)));
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(knot_->folder() + "/pooled/grouped.example.zone"); }));
}

TEST_F(CatalogZones, AChangeOfAMemberComesAsOfAnyZone) {
  auto rest = platform_->rest("tenant");
  const auto id = create_zone(rest, "changed.example.");
  create_recordset(rest, id, recordset_body("www.changed.example.", "A", {"192.0.2.7"}));
  ASSERT_TRUE(on_both("changed.example.", serial_of(rest, id)));
  EXPECT_EQ(dig(*bind_, "www.changed.example.", "A").size(), 1U);
  EXPECT_EQ(dig(*knot_, "www.changed.example.", "A").size(), 1U);
}

TEST_F(CatalogZones, ADeletedZoneGoesFromBoth) {
  auto rest = platform_->rest("tenant");
  const auto id = create_zone(rest, "going.example.");
  ASSERT_TRUE(on_both("going.example.", serial_of(rest, id)));
  ASSERT_TRUE(zone_has_status(rest, id, "ACTIVE"));
  EXPECT_EQ(rest.del("/v2/zones/" + id).status, 202);
  EXPECT_TRUE(is_gone(*bind_, "going.example.", long_wait));
  EXPECT_TRUE(is_gone(*knot_, "going.example.", long_wait));
  EXPECT_TRUE(eventually([&] { return rest.get("/v2/zones/" + id).status == 404; }, long_wait));
}

TEST_F(CatalogZones, ANameThatCameBackWhileTheConsumersWereDownIsTheNewZone) {
  auto rest = platform_->rest("tenant");
  const auto old = create_zone(rest, "back.example.");
  create_recordset(rest, old, recordset_body("old.back.example.", "A", {"192.0.2.1"}));
  ASSERT_TRUE(on_both("back.example.", serial_of(rest, old)));
  bind_->stop();
  knot_->stop();
  EXPECT_EQ(rest.del("/v2/zones/" + old).status, 202);
  const auto id = create_zone(rest, "back.example.");
  create_recordset(rest, id, recordset_body("new.back.example.", "A", {"192.0.2.2"}));
  bind_->start();
  knot_->start();
  ASSERT_TRUE(on_both("back.example.", serial_of(rest, id)));
  // Each may have the new content under the old member first, and fetches it again when the catalog says that this one
  // is gone: without the zone for a moment.
  const auto has_new = [](const auto& server) {
    return eventually([&] { return dig(server, "new.back.example.", "A").size() == 1; });
  };
  EXPECT_TRUE(has_new(*bind_));
  EXPECT_TRUE(has_new(*knot_));
  EXPECT_TRUE(dig(*bind_, "old.back.example.", "A").empty());
  EXPECT_TRUE(dig(*knot_, "old.back.example.", "A").empty());
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE", long_wait));
}

TEST_F(CatalogZones, AConsumerThatHeardNothingIsToldAgain) {
  auto rest = platform_->rest("tenant");
  bind_->freeze();
  const auto id = create_zone(rest, "unheard.example.");
  ASSERT_TRUE(serves(*knot_, "unheard.example.", serial_of(rest, id), long_wait));
  // Longer than NOTIFY is tried, or its queue in BIND's socket would do.
  EXPECT_TRUE(eventually(
      [&] { return platform_->postgres().sql("minidns", "select count(*) from tasks where attempts > 0") != "0"; },
      long_wait));
  bind_->kill();
  bind_->start();
  EXPECT_TRUE(serves(*bind_, "unheard.example.", serial_of(rest, id), long_wait));
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE", long_wait));
}

TEST_F(CatalogZones, ADifferenceOfACatalogHasWhatChangedOnly) {
  auto rest = platform_->rest("tenant");
  auto admin = platform_->rest("operator", "admin");
  const auto before = catalog_serial(admin, platform_->pool_id(), 0);
  const auto id = create_zone(rest, "difference.example.");
  ASSERT_TRUE(on_both("difference.example.", serial_of(rest, id)));
  const auto difference = transfer(bind_catalog, "IXFR=" + std::to_string(before));
  EXPECT_EQ(lines_with(difference, "PTR"), 1U) << difference;
  EXPECT_EQ(lines_with(transfer(knot_catalog, "AXFR"), "PTR"), lines_with(transfer(bind_catalog, "AXFR"), "PTR"));
}

TEST_F(CatalogZones, ACatalogPassesBindsCheck) {
  const harness::TempDir folder("catalog-check");
  for (const std::string zone : {bind_catalog, knot_catalog}) {
    harness::write_file(folder / "zone", transfer(zone, "AXFR"));
    const auto result = run({"named-checkzone", "-i", "none", zone, folder / "zone"});
    EXPECT_EQ(result.status, 0) << result.out;
  }
}

TEST_F(CatalogZones, OneChangeAmongTenThousandMembersIsASmallDifference) {
  auto admin = platform_->rest("operator", "admin");
  const auto pool = Platform::created(admin.post(
      "/v2/pools", json::object{{"name", "large"},
                                {"ns_records", json::array{json::object{{"hostname", "ns.example."}}}},
                                {"catalogs", json::array{catalog("knot", "catalog.large.invalid.", nullptr)}}}));
  const auto id = id_of(pool);
  // Without content: a catalog doesn't look into its members.
  platform_->postgres().sql("minidns",
                            "with made as (insert into zones (id, name, name_key, project_id, pool_id, email, ttl,"
                            "   version, serial, epoch)"
                            "  select gen_random_uuid(), 'm' || n || '.large.', convert_to('large', 'UTF8') || '\\x00'"
                            "   || convert_to('m' || n, 'UTF8') || '\\x00', 'p', '" +
                                id +
                                "', 'h@x', 0, 1, 1, 1 from generate_series(1, 10000) n returning id)"
                                " insert into versions (zone_id, version, serial, kind) select id, 1, 1, 'create'"
                                "  from made");
  const auto& key = platform_->transfer_key();
  Platform::created(admin.post("/v2/tsigkeys", json::object{{"name", "large.test."},
                                                            {"algorithm", key.algorithm},
                                                            {"secret", key.secret},
                                                            {"scope", "POOL"},
                                                            {"resource_id", id}}));
  const auto transferred = [&](const std::string& type) {
    return run({"kdig", "@127.0.0.1", "-p", std::to_string(platform_->mdns_port()), "-y",
                key.algorithm + ":large.test.:" + key.secret, "+noall", "+answer", "catalog.large.invalid.", type})
        .out;
  };
  ASSERT_TRUE(eventually([&] { return lines_with(transferred("AXFR"), "PTR") == 10'000; }, long_wait));
  const auto before = catalog_serial(admin, id, 0);
  const auto made = admin.post(
      "/v2/zones",
      json::object{{"name", "one.more."}, {"email", "a@example.org"}, {"attributes", json::object{{"pool_id", id}}}});
  Platform::created(made);
  ASSERT_TRUE(eventually([&] { return catalog_serial(admin, id, 0) != before; }));
  EXPECT_TRUE(eventually([&] {
    const auto difference = transferred("IXFR=" + std::to_string(before));
    return lines_with(difference, "PTR") == 1 && lines_with(difference, "SOA") == 4;
  }));
}

}  // namespace
}  // namespace minidns::e2e
