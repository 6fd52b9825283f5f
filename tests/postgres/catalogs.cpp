// Catalog zones on a real PostgreSQL: what a pool's catalogs have, and what it takes to bring them up to date.
#include "storage/postgres/catalogs.hpp"

#include "central/catalog_keeper.hpp"
#include "central/version_policy.hpp"
#include "dns/catalog.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/feed_reader.hpp"
#include "storage/postgres/pools.hpp"
#include "storage/postgres/zone_content.hpp"
#include "tests/harness/wait.hpp"
#include "tests/postgres/storage_support.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unistd.h>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;
using Kind = Catalogs::Step::Kind;

const dns::Name catalog_name = dns::Name::from_text("catalog.invalid.").value();

class CatalogsTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool();
    desk_.emplace(conninfo());
    pools_.emplace(desk_->pool(), central::version_policy());
    catalogs_.emplace(desk_->pool(), central::version_policy());
    content_.emplace(std::make_shared<ConnectionPool>(settings(conninfo()), 2, 5s));
  }

  [[nodiscard]] static PoolId pool() { return *PoolId::parse("00000000-0000-7000-8000-0000000000aa"); }

  ZoneId set_catalog(CatalogFamily family = CatalogFamily::bind, const std::optional<std::string>& group = {},
                     const dns::Name& name = catalog_name) {
    const auto record = pools_->update(pool(), [&](PoolFields& fields, const PoolUse& /*use*/) {
      fields.catalogs = {{family, name, group}};
      return true;
    });
    return record->catalogs.at(0).zone;
  }

  /// Numbers, and steps until there is nothing to do; how many versions that made.
  int advance(const ZoneId& catalog) {
    desk_->number();
    int versions = 0;
    for (bool has_more = true; has_more;) {
      const auto step = catalogs_->advance(catalog);
      EXPECT_NE(step.kind, Kind::busy);
      versions += step.kind == Kind::made ? 1 : 0;
      has_more = step.has_more;
    }
    // Our own version is in the feed too.
    desk_->number();
    EXPECT_NE(catalogs_->advance(catalog).kind, Kind::made);
    return versions;
  }

  /// Owner and text of all records but the SOA, as mdns reads them.
  [[nodiscard]] std::multimap<std::string, std::string> records(const ZoneId& catalog) {
    std::multimap<std::string, std::string> found;
    const bool is_there = content_->read_zone(
        catalog, default_view, [](const ZoneHead& /*head*/) {},
        [&](const dns::RRset& set) {
          for (const auto& rdata : set.rdata) {
            found.emplace(set.owner.to_text(), text_of(set.type, rdata));
          }
        });
    EXPECT_TRUE(is_there);
    return found;
  }

  /// Labels by member.
  [[nodiscard]] std::multimap<std::string, std::string> members(const ZoneId& catalog) {
    std::multimap<std::string, std::string> found;
    for (const auto& [owner, text] : records(catalog)) {
      if (owner.ends_with(".zones.catalog.invalid.") && !owner.starts_with("group.")) {
        found.emplace(text, owner.substr(0, owner.find('.')));
      }
    }
    return found;
  }

  [[nodiscard]] std::set<std::string> member_names(const ZoneId& catalog) {
    std::set<std::string> names;
    for (const auto& [name, label] : members(catalog)) {
      EXPECT_TRUE(names.insert(name).second) << name << " is a member twice";
    }
    return names;
  }

  static std::string text_of(dns::RRType type, const dns::Rdata& rdata) {
    if (type == dns::RRType::ptr || type == dns::RRType::ns) {
      return dns::Name::from_wire(rdata.octets()).value().to_text();
    }
    return std::string(as_text(rdata.octets().subspan(type == dns::RRType::txt ? 1 : 0)));
  }

  void remove_zone(const api::ZoneView& zone) { (void)desk_->zones().remove(Desk::scope(), zone.id).value(); }

  std::optional<Desk> desk_;
  std::optional<PostgresPools> pools_;
  std::optional<PostgresCatalogs> catalogs_;
  std::optional<PostgresZoneContent> content_;
};

TEST_F(CatalogsTest, ANewCatalogIsAZoneWithoutMembersThatHasThePoolsZonesAfterOneVersion) {
  const auto a = desk_->create_zone("a.example.org.");
  const auto b = desk_->create_zone("B.example.org.");
  const auto catalog = set_catalog();
  EXPECT_EQ(records(catalog), (std::multimap<std::string, std::string>{{"catalog.invalid.", "invalid."},
                                                                       {"version.catalog.invalid.", "2"}}));
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(members(catalog),
            (std::multimap<std::string, std::string>{{"a.example.org.", dns::catalog_label(a.id.uuid())},
                                                     {"b.example.org.", dns::catalog_label(b.id.uuid())}}));
}

TEST_F(CatalogsTest, ManyZonesShareAVersionAndOtherChangesMakeNone) {
  const auto catalog = set_catalog();
  EXPECT_EQ(advance(catalog), 0);
  const auto first = desk_->create_zone("z0.example.org.");
  for (int n = 1; n < 20; ++n) {
    (void)desk_->create_zone("z" + std::to_string(n) + ".example.org.");
  }
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(member_names(catalog).size(), 20U);
  (void)desk_->create_recordset(first.id, "www.z0.example.org.", dns::RRType::a, {"192.0.2.1"});
  EXPECT_EQ(advance(catalog), 0);
}

TEST_F(CatalogsTest, ANameThatComesBackHasANewLabelAndNeverTwo) {
  const auto catalog = set_catalog();
  const auto old = desk_->create_zone("back.example.org.");
  EXPECT_EQ(advance(catalog), 1);
  remove_zone(old);
  const auto again = desk_->create_zone("back.example.org.");
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(members(catalog),
            (std::multimap<std::string, std::string>{{"back.example.org.", dns::catalog_label(again.id.uuid())}}));
  remove_zone(again);
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_TRUE(members(catalog).empty());
}

TEST_F(CatalogsTest, AnOldIncarnationGoesWithTheNewOnesComingEvenIfItsDeletionIsNotRead) {
  const auto catalog = set_catalog();
  const auto old = desk_->create_zone("back.example.org.");
  EXPECT_EQ(advance(catalog), 1);
  remove_zone(old);
  desk_->number();
  const auto again = desk_->create_zone("back.example.org.");
  desk_->number();
  // As if a comparison, which reads no feed, had come to the new zone first.
  sql("update catalogs set compare_after = '" + old.id.to_string() + "'");
  const auto step = catalogs_->advance(catalog);
  EXPECT_EQ(step.added, 1U);
  EXPECT_EQ(step.removed, 1U);
  EXPECT_EQ(members(catalog),
            (std::multimap<std::string, std::string>{{"back.example.org.", dns::catalog_label(again.id.uuid())}}));
}

TEST_F(CatalogsTest, ADifferenceHasOnlyTheMembersThatChanged) {
  const auto catalog = set_catalog();
  sql("insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial, epoch)"
      " select gen_random_uuid(), 'm' || n || '.', convert_to('m' || n, 'UTF8') || '\\x00', 'p', id, 'h@x', 0, 1, 1, 1"
      " from pools, generate_series(1, 10000) n");
  sql("update catalogs set feed_seq = null");
  EXPECT_EQ(advance(catalog), 3) << "5000 zones a version, and the catalog itself is one";
  const auto before = sql("select serial from zones where type = 'CATALOG'");
  const auto zone = desk_->create_zone("one.example.org.");
  EXPECT_EQ(advance(catalog), 1);
  const auto version = std::stoll(sql("select version from zones where type = 'CATALOG'"));
  const auto delta =
      content_->read_difference(catalog, default_view, dns::Serial(static_cast<std::uint32_t>(std::stoul(before))),
                                dns::Version(version), 1'000'000);
  ASSERT_TRUE(delta);
  ASSERT_EQ(delta->content.changes.size(), 1U);
  EXPECT_EQ(delta->content.changes[0].after.at(0).owner.to_text(),
            dns::catalog_label(zone.id.uuid()) + ".zones.catalog.invalid.");
}

TEST_F(CatalogsTest, AComparisonFindsWhatIsMissingAndWhatIsTooMuch) {
  const auto catalog = set_catalog();
  (void)desk_->create_zone("kept.example.org.");
  const auto lost = desk_->create_zone("lost.example.org.");
  const auto gone = desk_->create_zone("gone.example.org.");
  EXPECT_EQ(advance(catalog), 1);
  const auto label = [](const api::ZoneView& zone) { return "catalog_member_owner('" + zone.id.to_string() + "')"; };
  sql("delete from rrsets where owner = " + label(lost));
  sql("update zones set deleted_at = now() where id = '" + gone.id.to_string() + "'");
  EXPECT_EQ(advance(catalog), 0) << "nobody has told";
  sql("update feed_head set pruned_through = seq; update catalogs set feed_seq = feed_seq - 1");
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(member_names(catalog), (std::set<std::string>{"kept.example.org.", "lost.example.org."}));
}

TEST_F(CatalogsTest, ANewEpochComparesAndSkipsSerials) {
  const auto catalog = set_catalog();
  EXPECT_EQ(advance(catalog), 0);
  const auto before = std::stoll(sql("select version from zones where type = 'CATALOG'"));
  (void)desk_->create_zone("a.example.org.");
  sql("select open_epoch(true)");
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(std::stoll(sql("select version from zones where type = 'CATALOG'")) - before, central::epoch_skip);
  EXPECT_EQ(member_names(catalog).size(), 1U);
}

TEST_F(CatalogsTest, AGroupIsOfEveryMemberAndMayChange) {
  const auto catalog = set_catalog(CatalogFamily::knot, "slow");
  const auto zone = desk_->create_zone("a.example.org.");
  EXPECT_EQ(advance(catalog), 1);
  const auto group = "group." + dns::catalog_label(zone.id.uuid()) + ".zones.catalog.invalid.";
  EXPECT_EQ(records(catalog).find(group)->second, "slow");
  EXPECT_EQ(set_catalog(CatalogFamily::knot, "fast"), catalog) << "it stays the zone that it was";
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(records(catalog).find(group)->second, "fast");
  (void)set_catalog(CatalogFamily::knot);
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(records(catalog).count(group), 0U);
  EXPECT_EQ(member_names(catalog).size(), 1U);
}

TEST_F(CatalogsTest, PrimariesStandInBindsCatalogOnlyWithPort53AndOneKey) {
  const auto catalog = set_catalog();
  EXPECT_EQ(advance(catalog), 0);
  sql("insert into tsig_keys (id, name, name_key, algorithm, secret_sealed, scope, resource_id) select"
      " '00000000-0000-7000-8000-0000000000cc', 'key.', 'key', 'hmac-sha256', '', 'POOL', id from pools;"
      "insert into nameservers (id, pool_id, name, driver, address, settings, transfer_key_id) select"
      " gen_random_uuid(), id, 'c', 'catalog', '127.0.0.1', '{\"family\": \"bind\"}',"
      " '00000000-0000-7000-8000-0000000000cc' from pools");
  const auto set_port = [&](std::uint16_t port) {
    (void)pools_->update(pool(), [&](PoolFields& fields, const PoolUse& use) {
      EXPECT_EQ(use.consumers, std::vector{CatalogFamily::bind});
      fields.primaries = {{"192.0.2.1", port}, {"2001:db8::1", port}};
      return true;
    });
  };
  set_port(53);
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(records(catalog).count("p1.primaries.ext.catalog.invalid."), 2U) << "address and key";
  EXPECT_EQ(records(catalog).count("p2.primaries.ext.catalog.invalid."), 2U);
  set_port(5300);
  EXPECT_EQ(advance(catalog), 1);
  EXPECT_EQ(records(catalog).size(), 2U);
}

TEST_F(CatalogsTest, OneStepAtATimeWorksOnACatalog) {
  const auto catalog = set_catalog();
  (void)desk_->create_zone("a.example.org.");
  desk_->number();
  {
    const auto connection = desk_->pool().acquire();
    Transaction transaction(*connection);
    connection->execute("select 1 from catalogs for update");
    EXPECT_EQ(catalogs_->advance(catalog).kind, Kind::busy);
  }
  EXPECT_EQ(catalogs_->advance(catalog).kind, Kind::made);
}

TEST_F(CatalogsTest, NoTenantSeesOrTouchesACatalogOrIsInItsWay) {
  const auto catalog = set_catalog(CatalogFamily::bind, {}, dns::Name::from_text("catalog.example.org.").value());
  const auto scope = Desk::scope();
  EXPECT_FALSE(desk_->zones().get(scope, catalog));
  EXPECT_FALSE(desk_->zones().remove(scope, catalog));
  api::Scope admin = scope;
  admin.all_projects = true;
  EXPECT_FALSE(desk_->zones().get(admin, catalog));
  EXPECT_TRUE(desk_->zones().list(admin, {}, {.limit = 10}).value().items.empty());
  EXPECT_FALSE(desk_->editor().edit(Reach{}, catalog));
  (void)desk_->create_zone("example.org.");
  (void)desk_->create_zone("below.catalog.example.org.");
  EXPECT_EQ(desk_->zones()
                .create(scope, {.name = dns::Name::from_text("catalog.example.org.").value(), .email = "a@example.org"})
                .error()
                .type,
            api::ProblemType::duplicate_zone);
}

TEST_F(CatalogsTest, ACatalogThatIsRenamedIsAnotherZoneAndTheOldOneIsDeleted) {
  const auto old = set_catalog();
  const auto fresh = set_catalog(CatalogFamily::bind, {}, dns::Name::from_text("other.invalid.").value());
  EXPECT_NE(old, fresh);
  EXPECT_EQ(sql("select count(*) from catalogs"), "1");
  EXPECT_EQ(content_->deleted_of({old, fresh}), std::vector{old});
  EXPECT_EQ(catalogs_->advance(old).kind, Kind::busy);
  const auto back = set_catalog();
  EXPECT_NE(back, old);
  EXPECT_EQ(sql("select count(*) from zones a join zones b on a.name_key = b.name_key and a.deleted_at is not null"
                " and b.deleted_at is null and b.serial > a.serial"),
            "1")
      << "a name that comes back goes on with its serial";
}

TEST_F(CatalogsTest, KeepersBesideEachOtherMissNothing) {
  const auto catalog = set_catalog();
  const Logger log("test", LogLevel::error, STDERR_FILENO);
  Metrics metrics, other_metrics;
  PostgresFeedReader hints(settings(conninfo()), {channel_feed}, {});
  PostgresFeedReader other_hints(settings(conninfo()), {channel_feed}, {});
  const central::CatalogKeeper keeper(*catalogs_, hints, desk_->announcer(), log, metrics);
  const central::CatalogKeeper other(*catalogs_, other_hints, desk_->announcer(), log, other_metrics);
  std::vector<api::ZoneView> zones;
  for (int n = 0; n < 40; ++n) {
    zones.push_back(desk_->create_zone("z" + std::to_string(n) + ".example.org."));
    if (n % 4 == 3) {
      remove_zone(zones[zones.size() - 2]);
    }
    desk_->number();
  }
  EXPECT_TRUE(harness::eventually([&] {
    desk_->number();
    return members(catalog).size() == 30;
  }));
  EXPECT_EQ(member_names(catalog).size(), 30U);
  EXPECT_EQ(sql("select count(*) - count(distinct serial) from versions where zone_id = '" + catalog.to_string() + "'"),
            "0")
      << "no serial twice";
}

}  // namespace
}  // namespace minidns::storage::postgres
