// Zones and recordsets on a real PostgreSQL: locks, versions, status, lists.
#include "tests/postgres/storage_support.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace minidns::storage::postgres {
namespace {

class ZonesTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool(2);
  }
};

TEST_F(ZonesTest, TwoWritersLeaveOneCurrentRowAndLoseNothing) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto shared = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
  constexpr int commits = 25;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < commits; ++n) {
          static_cast<void>(desk.set_records(shared, {"10.0." + std::to_string(i + 1) + "." + std::to_string(n)}));
        }
      });
    }
  }
  EXPECT_EQ(sql("select count(*) from rrsets where type = 1 and until is null"), "1");
  EXPECT_EQ(sql("select count(*) from rrsets where type = 1"), std::to_string(1 + 2 * commits)) << "each has its row";
  EXPECT_EQ(sql("select count(*) from rrsets a join rrsets b using (zone_id, owner, type) where a.until = b.since"
                " and a.type = 1"),
            std::to_string(2 * commits))
      << "each begins where the one before ends";
  EXPECT_EQ(sql("select version from zones"), std::to_string(2 + 2 * commits));
}

TEST_F(ZonesTest, TwoWhoMakeTheSameRecordsetAtOnce) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  std::atomic<int> made = 0;
  std::atomic<int> duplicates = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto result = desk.recordsets().create(Desk::scope(), zone.id,
                                                     {.name = dns::Name::from_text("www.example.org.").value(),
                                                      .type = dns::RRType::a,
                                                      .records = {"10.0.0.1"},
                                                      .ttl = {},
                                                      .description = {}});
        if (result) {
          ++made;
        } else if (result.error().type == api::ProblemType::duplicate_recordset) {
          ++duplicates;
        }
      });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(duplicates, 3);
}

TEST_F(ZonesTest, ParentAndChildOfDifferentProjectsMadeAtOnceDoNotBothPass) {
  Desk desk(conninfo());
  for (int round = 0; round < 10; ++round) {
    const auto parent = "p" + std::to_string(round) + ".example.";
    std::atomic<int> made = 0;
    {
      std::vector<std::jthread> threads;
      for (const auto& [name, project] : {std::pair(parent, "alice"), std::pair("sub." + parent, "bob")}) {
        threads.emplace_back([&, name = name, project = project] {
          made +=
              desk.zones()
                  .create(Desk::scope(project), {.name = dns::Name::from_text(name).value(), .email = "a@b.example"})
                  .has_value();
        });
      }
    }
    EXPECT_EQ(made, 1);
  }
}

TEST_F(ZonesTest, HundredCommitsInASecondHaveRisingSerials) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  auto recordset = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
  auto last = zone.serial;
  for (int n = 0; n < 100; ++n) {
    recordset = desk.set_records(recordset, {"10.0.1." + std::to_string(n)});
    const auto serial = desk.zones().get(Desk::scope(), zone.id)->serial;
    EXPECT_TRUE(serial.is_newer_than(last));
    last = serial;
  }
}

// The rows of the wrap itself are in the unit test of the version policy.
TEST_F(ZonesTest, SerialsAtTheEndOfTheRangeAreFollowedByNewerOnes) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  auto recordset = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
  for (const std::uint32_t serial : {4'294'967'294U, 4'294'967'295U, 0U, 1U}) {
    sql("update zones set serial = " + std::to_string(serial));
    recordset = desk.set_records(recordset, {"10.0.1." + std::to_string(serial % 250)});
    const auto next = desk.zones().get(Desk::scope(), zone.id)->serial;
    EXPECT_TRUE(next.is_newer_than(dns::Serial(serial))) << serial;
    EXPECT_NE(next.value(), 0U);
  }
}

TEST_F(ZonesTest, ZoneMadeAgainStartsAboveItsLastSerial) {
  Desk desk(conninfo());
  const auto first = desk.create_zone("Example.org.");
  sql("update zones set serial = serial + 1000");
  EXPECT_TRUE(desk.zones().remove(Desk::scope(), first.id));
  const auto second = desk.create_zone("example.ORG.");
  EXPECT_NE(second.id, first.id);
  EXPECT_TRUE(second.serial.is_newer_than(first.serial.advanced(1000)));
  EXPECT_TRUE(desk.zones().remove(Desk::scope(), second.id));
  EXPECT_TRUE(desk.create_zone("example.org.").serial.is_newer_than(second.serial));
  EXPECT_EQ(sql("select count(*) from tombstones"), "1");
}

TEST_F(ZonesTest, SameContentMakesNoVersion) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto recordset =
      desk.create_recordset(zone.id, "www.example.org.", dns::RRType::aaaa, {"2001:db8::1", "2001:db8::2"});
  EXPECT_EQ(desk.set_records(recordset, {"2001:db8::1", "2001:db8::2"}).revision, 1) << "nothing is written";
  const auto reordered = desk.set_records(recordset, {"2001:DB8::2", "2001:db8:0::1"});
  EXPECT_EQ(reordered.records.at(0), "2001:DB8::2") << "the text is kept as given";
  EXPECT_EQ(sql("select version from zones"), "2");
  EXPECT_EQ(sql("select count(*) from versions"), "2");
}

TEST_F(ZonesTest, RecordsetWithoutRecordsServesNothingAndIsActive) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto empty = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {});
  EXPECT_EQ(empty.status, api::Status::active);
  EXPECT_EQ(sql("select version from zones"), "1");
  EXPECT_EQ(desk.set_records(empty, {"10.0.0.1"}).status, api::Status::pending);
  static_cast<void>(desk.set_records(empty, {}));
  EXPECT_EQ(sql("select count(*) from rrsets where type = 1 and until is null"), "0");
}

TEST_F(ZonesTest, ZonesTtlReachesWhatHasNoneOfItsOwn) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  static_cast<void>(desk.create_recordset(zone.id, "a.example.org.", dns::RRType::a, {"10.0.0.1"}));
  api::NewRecordset own{.name = dns::Name::from_text("b.example.org.").value(),
                        .type = dns::RRType::a,
                        .records = {"10.0.0.1"},
                        .ttl = dns::Ttl::from_seconds(5).value(),
                        .description = {}};
  ASSERT_TRUE(desk.recordsets().create(Desk::scope(), zone.id, own));
  api::ZoneChange change;
  change.ttl = dns::Ttl::from_seconds(60).value();
  ASSERT_TRUE(desk.zones().update(Desk::scope(), zone.id, change));
  EXPECT_EQ(sql("select string_agg(type || ':' || ttl, ' ' order by owner, type) from rrsets where until is null"),
            "2:60 6:60 1:60 1:5");
  EXPECT_EQ(sql("select count(*) from versions"), "4") << "one version for all of it";
}

TEST_F(ZonesTest, StatusFollowsWhatNameserversConfirmed) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto status = [&] {
    const auto view = desk.zones().get(Desk::scope(), zone.id).value();
    return std::pair(view.status, view.action);
  };
  using api::Action;
  using api::Status;
  EXPECT_EQ(status(), std::pair(Status::pending, Action::create)) << "not numbered yet";
  EXPECT_EQ(desk.number(), 1);
  confirm(1, 1);
  EXPECT_EQ(status(), std::pair(Status::pending, Action::create)) << "one of two";
  sql("update pools set threshold = 1");
  EXPECT_EQ(status(), std::pair(Status::active, Action::none)) << "one is enough for this pool";
  sql("update pools set threshold = null");
  confirm(2, 1);
  EXPECT_EQ(status(), std::pair(Status::active, Action::none));

  const auto recordset = desk.create_recordset(zone.id, "www.example.org.", dns::RRType::a, {"10.0.0.1"});
  EXPECT_EQ(desk.number(), 2);
  EXPECT_EQ(status(), std::pair(Status::pending, Action::update));
  confirm(1, 2);
  confirm(2, 2);
  sql("insert into tasks (nameserver_id, name_key, zone_name, zone_id, action, since_seq, seq, version, serial, state,"
      " reason) select n.id, z.name_key, z.name, z.id, 'update', 2, 2, z.version, z.serial, 'error', 'it refuses'"
      " from zones z, nameservers n where n.name = 'ns1'");
  EXPECT_EQ(status(), std::pair(Status::error, Action::update)) << "an exception counts against visible_through";
  EXPECT_EQ(desk.recordsets().get(Desk::scope(), zone.id, recordset.id)->status, Status::error);
  const auto soa = desk.recordsets().list(Desk::scope(), zone.id, {.type = dns::RRType::ns}, {}).value();
  EXPECT_EQ(soa.items.at(0).status, Status::active) << "what is older than the exception is served";
  sql("update nameservers set state = 'maintenance' where name = 'ns1'");
  EXPECT_EQ(status(), std::pair(Status::active, Action::none)) << "a nameserver that isn't in service doesn't count";
}

TEST_F(ZonesTest, DeletedZoneIsThereUntilNameserversHaveLetGo) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto removed = desk.zones().remove(Desk::scope(), zone.id).value();
  EXPECT_EQ(removed.status, api::Status::pending);
  EXPECT_EQ(removed.action, api::Action::remove);
  EXPECT_TRUE(desk.zones().get(Desk::scope(), zone.id));
  EXPECT_TRUE(desk.zones().remove(Desk::scope(), zone.id)) << "asked for again";
  EXPECT_EQ(
      desk.recordsets()
          .create(Desk::scope(), zone.id,
                  {.name = zone.name, .type = dns::RRType::a, .records = {"10.0.0.1"}, .ttl = {}, .description = {}})
          .error()
          .type,
      api::ProblemType::invalid_operation);
  EXPECT_EQ(desk.number(), 2);
  confirm(1, 2);
  confirm(2, 2);
  EXPECT_EQ(desk.zones().get(Desk::scope(), zone.id).error().type, api::ProblemType::zone_not_found);
  EXPECT_EQ(desk.zones().remove(Desk::scope(), zone.id).error().type, api::ProblemType::zone_not_found);
  EXPECT_TRUE(desk.zones().list(Desk::scope(), {}, {}).value().items.empty());
}

TEST_F(ZonesTest, OthersZonesAreNotThere) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.", "alice");
  const auto bob = Desk::scope("bob");
  EXPECT_EQ(desk.zones().get(bob, zone.id).error().type, api::ProblemType::zone_not_found);
  EXPECT_EQ(desk.zones().remove(bob, zone.id).error().type, api::ProblemType::zone_not_found);
  EXPECT_EQ(desk.recordsets().list(bob, zone.id, {}, {}).error().type, api::ProblemType::zone_not_found);
  EXPECT_TRUE(desk.zones().list(bob, {}, {}).value().items.empty());
  auto admin = bob;
  admin.all_projects = true;
  EXPECT_TRUE(desk.zones().get(admin, zone.id));
  EXPECT_EQ(desk.zones()
                .create(bob, {.name = dns::Name::from_text("sub.example.org.").value(), .email = "a@b.example"})
                .error()
                .type,
            api::ProblemType::illegal_child);
}

TEST_F(ZonesTest, ZoneWithSubZonesIsKept) {
  Desk desk(conninfo());
  const auto parent = desk.create_zone("example.org.");
  const auto child = desk.create_zone("a.b.example.org.");
  EXPECT_EQ(desk.zones().remove(Desk::scope(), parent.id).error().type, api::ProblemType::zone_has_sub_zone);
  EXPECT_TRUE(desk.zones().remove(Desk::scope(), child.id));
  EXPECT_TRUE(desk.zones().remove(Desk::scope(), parent.id));
}

TEST_F(ZonesTest, ListsArePagedInEveryOrder) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  std::set<std::string> all;
  for (int n = 0; n < 25; ++n) {
    all.insert(desk.create_recordset(zone.id, "w" + std::to_string(n % 7) + "-" + std::to_string(n) + ".example.org.",
                                     n % 2 == 0 ? dns::RRType::a : dns::RRType::txt, {n % 2 == 0 ? "10.0.0.1" : "x"})
                   .id.to_string());
  }
  using Key = api::RecordsetSortKey;
  for (const auto key :
       {Key::created_at, Key::id, Key::updated_at, Key::zone_id, Key::tenant_id, Key::name, Key::type, Key::ttl}) {
    for (const auto dir : {api::SortDir::ascending, api::SortDir::descending}) {
      api::RecordsetPageRequest request;
      request.limit = 4;
      request.sort_key = key;
      request.sort_dir = dir;
      request.count = true;
      std::set<std::string> seen;
      for (bool more = true; more;) {
        const auto page = desk.recordsets().list_all(Desk::scope(), {}, request).value();
        EXPECT_EQ(page.total_count, 27U);
        for (const auto& item : page.items) {
          EXPECT_TRUE(seen.insert(item.id.to_string()).second) << "twice";
        }
        more = page.more;
        request.marker = page.items.back().id;
      }
      EXPECT_EQ(seen.size(), 27U) << static_cast<int>(key);
    }
  }
  api::RecordsetPageRequest lost;
  lost.marker = RecordsetId(zone.id.uuid());
  EXPECT_EQ(desk.recordsets().list_all(Desk::scope(), {}, lost).error().type, api::ProblemType::marker_not_found);
}

TEST_F(ZonesTest, FiltersFindWhatTheySay) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  static_cast<void>(desk.create_zone("100%_sure.example."));
  static_cast<void>(desk.create_recordset(zone.id, "WWW.example.org.", dns::RRType::a, {"10.0.0.1", "10.0.0.2"}));
  static_cast<void>(desk.create_recordset(zone.id, "mail.example.org.", dns::RRType::a, {"10.0.0.3"}));
  const auto zones = [&](const std::string& name) {
    return desk.zones().list(Desk::scope(), {.name = api::TextPattern{name}}, {}).value().items.size();
  };
  EXPECT_EQ(zones("EXAMPLE.org."), 1U);
  EXPECT_EQ(zones("example"), 0U);
  EXPECT_EQ(zones("*ample.org."), 1U);
  EXPECT_EQ(zones("*%_s*"), 1U) << "% and _ stand for themselves";
  EXPECT_EQ(zones("%"), 0U);
  const auto recordsets = [&](api::RecordsetFilter filter) {
    return desk.recordsets().list_all(Desk::scope(), filter, {}).value().items.size();
  };
  EXPECT_EQ(recordsets({.name = api::TextPattern{"www.example.org."}}), 1U);
  EXPECT_EQ(recordsets({.name = api::TextPattern{"*.example.org."}}), 2U);
  EXPECT_EQ(recordsets({.data = api::TextPattern{"10.0.0.2"}}), 1U);
  EXPECT_EQ(recordsets({.data = api::TextPattern{"10.0.0.*"}}), 2U);
  EXPECT_EQ(recordsets({.type = dns::RRType::soa}), 2U);
  EXPECT_EQ(recordsets({.status = api::Status::active}), 0U);
}

TEST_F(ZonesTest, RulesSeeWhatIsThere) {
  Desk desk(conninfo());
  const auto zone = desk.create_zone("example.org.");
  const auto create = [&](const std::string& name, dns::RRType type, const std::string& record) {
    return desk.recordsets()
        .create(Desk::scope(), zone.id,
                {.name = dns::Name::from_text(name).value(),
                 .type = type,
                 .records = {record},
                 .ttl = {},
                 .description = {}})
        .has_value();
  };
  const std::string ds = "12345 13 2 " + std::string(64, 'a');
  EXPECT_FALSE(create("sub.example.org.", dns::RRType::ds, ds));
  EXPECT_TRUE(create("sub.example.org.", dns::RRType::ns, "ns.sub.example.org."));
  EXPECT_TRUE(create("SUB.example.org.", dns::RRType::ds, ds)) << "names are compared without case";
  EXPECT_TRUE(create("ns.sub.example.org.", dns::RRType::a, "10.0.0.1"));
  EXPECT_TRUE(create("alias.example.org.", dns::RRType::cname, "www.example.org."));
  EXPECT_FALSE(create("Alias.example.org.", dns::RRType::txt, "x"));
  EXPECT_TRUE(create("deep.tree.example.org.", dns::RRType::txt, "x"));
  EXPECT_FALSE(create("tree.example.org.", dns::RRType::dname, "other.example."));
  EXPECT_TRUE(create("leaf.example.org.", dns::RRType::dname, "other.example."));
  EXPECT_FALSE(create("a.b.leaf.example.org.", dns::RRType::txt, "x"));
  EXPECT_TRUE(create("leafy.example.org.", dns::RRType::txt, "x")) << "not below leaf";
  EXPECT_FALSE(create("example.org.", dns::RRType::ns, "ns9.example.")) << "managed";
  static_cast<void>(desk.create_zone("child.example.org."));
  EXPECT_FALSE(create("www.child.example.org.", dns::RRType::txt, "x"));
  EXPECT_TRUE(create("child.example.org.", dns::RRType::ns, "ns1.test."));
}

TEST_F(ZonesTest, DatabaseAwayIsUnavailableAndComesBack) {
  Desk desk(conninfo(), 2);
  const auto zone = desk.create_zone("example.org.");
  cluster().stop();
  EXPECT_EQ(desk.zones().get(Desk::scope(), zone.id).error().type, api::ProblemType::unavailable);
  cluster().start();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!desk.zones().get(Desk::scope(), zone.id)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
}

}  // namespace
}  // namespace minidns::storage::postgres
