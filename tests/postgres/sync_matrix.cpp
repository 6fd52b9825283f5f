// The sync matrix on a real PostgreSQL.
#include "storage/postgres/sync_matrix.hpp"

#include "central/sync_port.hpp"
#include "storage/postgres/nameservers.hpp"
#include "storage/postgres/version_watch.hpp"
#include "tests/postgres/storage_support.hpp"

namespace minidns::storage::postgres {
namespace {

using api::SyncStatus;

constexpr const char* manager = "'00000000-0000-7000-8000-00000000eeee'";

NameserverId nameserver(int number) {
  return *NameserverId::parse("00000000-0000-7000-8000-00000000000" + std::to_string(number));
}

class SyncMatrixTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    add_pool(4);
    desk_.emplace(conninfo(), 2);
    stored_.emplace(desk_->pool());
    nameservers_.emplace(desk_->pool());
    sync_.emplace(*stored_, *nameservers_);
  }

  /// A manager works for the nameserver, which can be reached.
  void work_for(int number, std::int64_t visible_through) const {
    confirm(number, visible_through);
    sql("update nameserver_progress set holder = " + std::string(manager) +
        ", lease_until = now() + interval '1 hour', reachable = true, swept_at = now() where nameserver_id = '" +
        nameserver(number).to_string() + "'");
  }
  void add_task(int number, const ZoneId& zone, const std::string& state) const {
    sql("insert into tasks (nameserver_id, name_key, zone_name, zone_id, action, since_seq, seq, version, serial,"
        " attempts, state, reason, next_try_at) select '" +
        nameserver(number).to_string() +
        "', z.name_key, z.name, z.id, 'update', c.seq, c.seq, z.version, z.serial, 3, '" + state +
        "', 'it shows serial 1', now() + interval '1 min' from zones z"
        " join changes c on c.zone_id = z.id and c.version = z.version where z.id = '" +
        zone.to_string() + "'");
  }
  void add_fault(int number, const ZoneId& zone, const std::string& fault) const {
    sql("insert into content_faults (nameserver_id, zone_id, zone_name, fault, serial, detail) select '" +
        nameserver(number).to_string() + "', id, name, '" + fault + "', 1, 'it is " + fault +
        "' from zones where id = '" + zone.to_string() + "'");
  }
  [[nodiscard]] std::vector<std::string> exceptions(const api::ZoneExceptionFilter& filter,
                                                    const api::ZoneExceptionPageRequest& page) {
    std::vector<std::string> names;
    for (const auto& item : sync_->exceptions(Desk::scope(), nameserver(1), filter, page).value().items) {
      names.push_back(item.name.to_text());
    }
    return names;
  }

  std::optional<Desk> desk_;
  std::optional<PostgresSyncMatrix> stored_;
  std::optional<PostgresNameservers> nameservers_;
  std::optional<central::SyncPort> sync_;
};

TEST_F(SyncMatrixTest, HasEveryNameserverOfAZonesPoolWithTheReason) {
  const auto zone = desk_->create_zone("example.org.");
  const auto head = desk_->number();
  work_for(1, head);
  work_for(2, head);
  add_task(2, zone.id, "error");
  work_for(3, head);
  add_fault(3, zone.id, "expiring");
  add_fault(3, zone.id, "diverged");
  sql("update nameservers set state = 'maintenance' where name = 'ns4'");

  const auto matrix = sync_->zone(Desk::scope(), zone.id).value();
  EXPECT_EQ(matrix.serial, zone.serial);
  EXPECT_EQ(matrix.visibility.version, zone.zone_version);
  EXPECT_EQ(matrix.visibility.served, 2);
  EXPECT_EQ(matrix.visibility.failed, 1);
  EXPECT_EQ(matrix.visibility.nameservers, 3);
  ASSERT_EQ(matrix.nameservers.size(), 4U);
  EXPECT_EQ(matrix.nameservers[0].status, SyncStatus::ok);
  EXPECT_TRUE(matrix.nameservers[0].is_visible);
  const auto& lagging = matrix.nameservers[1];
  EXPECT_EQ(lagging.status, SyncStatus::lagging);
  EXPECT_FALSE(lagging.is_visible);
  EXPECT_EQ(lagging.reason, "it shows serial 1");
  ASSERT_TRUE(lagging.task);
  EXPECT_EQ(lagging.task->status, api::Status::error);
  EXPECT_EQ(lagging.task->attempts, 3);
  EXPECT_EQ(lagging.task->version, zone.zone_version);
  EXPECT_GT(lagging.task->next_try_at, lagging.task->noticed_at);
  EXPECT_EQ(matrix.nameservers[2].status, SyncStatus::diverged);
  EXPECT_EQ(matrix.nameservers[2].faults.size(), 2U);
  EXPECT_TRUE(matrix.nameservers[2].is_visible) << "the serial is right";
  EXPECT_EQ(matrix.nameservers[3].status, SyncStatus::not_worked_for);
  EXPECT_FALSE(matrix.nameservers[3].counts);

  EXPECT_EQ(sync_->zone(Desk::scope("bob"), zone.id).error().type, api::ProblemType::zone_not_found);
}

TEST_F(SyncMatrixTest, ALeaseThatEndedIsNobodysWork) {
  const auto zone = desk_->create_zone("example.org.");
  work_for(1, desk_->number());
  sql("update nameserver_progress set lease_until = now() - interval '1 s'");
  EXPECT_EQ(sync_->zone(Desk::scope(), zone.id)->nameservers.at(0).status, SyncStatus::not_worked_for);
  EXPECT_FALSE(sync_->nameserver(Desk::scope(), nameserver(1))->lease->is_valid);
}

TEST_F(SyncMatrixTest, ADeletedZoneIsThereUntilItIsGoneEverywhere) {
  const auto zone = desk_->create_zone("example.org.");
  ASSERT_TRUE(desk_->zones().remove(Desk::scope(), zone.id));
  const auto head = desk_->number();
  work_for(1, head);
  work_for(2, head - 1);
  EXPECT_EQ(sync_->zone(Desk::scope(), zone.id)->nameservers.at(1).status, SyncStatus::lagging);
  for (const int number : {2, 3, 4}) {
    work_for(number, head);
  }
  EXPECT_EQ(sync_->zone(Desk::scope(), zone.id).error().type, api::ProblemType::zone_not_found);
}

TEST_F(SyncMatrixTest, ANameserverIsShownInNumbers) {
  const auto one = desk_->create_zone("one.test.");
  const auto two = desk_->create_zone("two.test.");
  const auto gone = desk_->create_zone("gone.test.");
  ASSERT_TRUE(desk_->zones().remove(Desk::scope(), gone.id));
  const auto head = desk_->number();
  work_for(1, head - 2);
  add_task(1, one.id, "error");
  add_task(1, two.id, "pending");
  add_fault(1, two.id, "expiring");
  add_task(2, one.id, "error");

  const auto shown = sync_->nameserver(Desk::scope(), nameserver(1)).value();
  EXPECT_EQ(shown.feed_head, head);
  EXPECT_EQ(shown.visible_through, head - 2);
  EXPECT_EQ(shown.tasks_error, 1);
  EXPECT_EQ(shown.tasks_pending, 1);
  EXPECT_EQ(shown.faults_expiring, 1);
  EXPECT_EQ(shown.faults_diverged, 0);
  EXPECT_EQ(shown.zones, 2);
  EXPECT_EQ(shown.status, SyncStatus::expiring);
  ASSERT_TRUE(shown.lease);
  EXPECT_TRUE(shown.lease->is_valid);
  const auto untouched = sync_->nameserver(Desk::scope(), nameserver(3)).value();
  EXPECT_FALSE(untouched.is_reachable);
  EXPECT_FALSE(untouched.lease);
  EXPECT_EQ(untouched.status, SyncStatus::not_worked_for);
  EXPECT_EQ(sync_->nameserver(Desk::scope(), nameserver(9)).error().type, api::ProblemType::nameserver_not_found);
}

TEST_F(SyncMatrixTest, ExceptionsAreListedByZoneFilteredAndInPages) {
  std::vector<api::ZoneView> zones;
  for (const char* name : {"d.test.", "c.test.", "b.example.", "a.test."}) {
    zones.push_back(desk_->create_zone(name));
  }
  (void)desk_->create_zone("fine.test.");
  desk_->number();
  add_task(1, zones[0].id, "error");
  add_task(1, zones[1].id, "pending");
  add_fault(1, zones[1].id, "diverged");
  add_fault(1, zones[2].id, "expiring");
  add_fault(1, zones[2].id, "diverged");
  add_task(1, zones[3].id, "pending");
  add_fault(2, zones[3].id, "expiring");

  using Names = std::vector<std::string>;
  const api::ZoneExceptionPageRequest by_name{.sort_key = api::ZoneExceptionSortKey::name};
  EXPECT_EQ(exceptions({}, by_name), (Names{"a.test.", "b.example.", "c.test.", "d.test."}));
  EXPECT_EQ(exceptions({.name = api::TextPattern{"*.test."}}, by_name), (Names{"a.test.", "c.test.", "d.test."}));
  EXPECT_EQ(exceptions({.status = SyncStatus::lagging}, by_name), (Names{"a.test.", "c.test.", "d.test."}));
  EXPECT_EQ(exceptions({.status = SyncStatus::diverged}, by_name), (Names{"b.example.", "c.test."}));
  EXPECT_EQ(exceptions({.status = SyncStatus::expiring}, by_name), (Names{"b.example."}));
  EXPECT_EQ(exceptions({.task_status = api::Status::error}, by_name), (Names{"d.test."}));
  EXPECT_EQ(exceptions({.task_status = api::Status::pending}, by_name), (Names{"a.test.", "c.test."}));

  for (const auto key : {api::ZoneExceptionSortKey::created_at, api::ZoneExceptionSortKey::id,
                         api::ZoneExceptionSortKey::name, api::ZoneExceptionSortKey::next_try_at}) {
    api::ZoneExceptionPageRequest page{.limit = 3, .sort_key = key, .count = true};
    const auto first = sync_->exceptions(Desk::scope(), nameserver(1), {}, page).value();
    EXPECT_EQ(first.items.size(), 3U);
    EXPECT_TRUE(first.more);
    EXPECT_EQ(first.total_count, 4U);
    page.marker = first.items.back().id;
    const auto second = sync_->exceptions(Desk::scope(), nameserver(1), {}, page).value();
    ASSERT_EQ(second.items.size(), 1U);
    EXPECT_FALSE(second.more);
  }
  const auto c = sync_->exceptions(Desk::scope(), nameserver(1), {.name = api::TextPattern{"c.test."}}, {}).value();
  ASSERT_EQ(c.items.size(), 1U);
  EXPECT_EQ(c.items[0].status, SyncStatus::diverged);
  ASSERT_TRUE(c.items[0].task);
  EXPECT_EQ(c.items[0].faults.at(0).detail, "it is diverged");
  api::ZoneExceptionPageRequest unknown;
  unknown.marker = ZoneId(Uuid::version7({}));
  EXPECT_EQ(sync_->exceptions(Desk::scope(), nameserver(1), {}, unknown).error().type,
            api::ProblemType::marker_not_found);
  EXPECT_EQ(sync_->exceptions(Desk::scope(), nameserver(9), {}, {}).error().type,
            api::ProblemType::nameserver_not_found);
}

TEST_F(SyncMatrixTest, OneZoneCostsAsManyRowsAsThePoolHasNameservers) {
  sql(R"(
    insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial, epoch)
      select gen_random_uuid(), 'z' || n || '.test.', convert_to('test', 'utf8') || '\x00' || convert_to('z' || n, 'utf8') || '\x00',
             'alice', p.id, 'a@b.example', 3600, 1, 1, 1
        from generate_series(1, 20000) n, pools p;
    insert into versions (zone_id, version, serial, kind) select id, 1, 1, 'create' from zones;
    select number_changes();
    insert into tasks (nameserver_id, name_key, zone_name, zone_id, action, since_seq, seq, version, serial)
      select n.id, z.name_key, z.name, z.id, 'create', 1, 1, 1, 1 from nameservers n, zones z where z.name < 'z2';
    insert into content_faults (nameserver_id, zone_id, zone_name, fault, serial, detail)
      select n.id, z.id, z.name, 'expiring', 1, 'soon' from nameservers n, zones z where z.name < 'z3';
    analyze;)");
  for (const int number : {1, 2, 3, 4}) {
    work_for(number, 20000);
  }
  const auto zones = desk_->zones().list(Desk::scope(), {}, {.limit = 200}).value().items;
  PostgresVersionWatch watch(settings(conninfo()), WriterCheck());
  const auto whole_reads = [&] {
    return sql(
        "select string_agg(relname || ' ' || seq_scan, ', ' order by relname) from pg_stat_user_tables"
        " where relname in ('zones', 'versions', 'changes', 'tasks', 'content_faults')");
  };
  const auto rows_read = [&] {
    return std::stoll(
        sql("select sum(idx_tup_fetch + seq_tup_read) from pg_stat_user_tables"
            " where relname in ('zones', 'versions', 'changes', 'tasks', 'content_faults', 'nameserver_progress')"));
  };
  desk_->pool().acquire()->execute("select pg_stat_force_next_flush()");
  const auto reads_before = whole_reads();
  const auto rows_before = rows_read();
  std::vector<ZoneId> ids;
  for (const auto& zone : zones) {
    ASSERT_EQ(sync_->zone(Desk::scope(), zone.id)->nameservers.size(), 4U);
    ASSERT_TRUE(desk_->zones().get(Desk::scope(), zone.id));
    ids.push_back(zone.id);
  }
  for (int n = 0; n < 12; ++n) {
    ASSERT_EQ(watch.look(ids).size(), ids.size());
  }
  watch.rest();
  for (int n = 0; n < 2; ++n) {  // both sessions of the desk
    desk_->pool().acquire()->execute("select pg_stat_force_next_flush()");
  }
  EXPECT_EQ(whole_reads(), reads_before);
  const auto per_zone = (rows_read() - rows_before) / static_cast<std::int64_t>(zones.size());
  EXPECT_GT(per_zone, 0);
  EXPECT_LT(per_zone, 14 * 4 * 12) << "rows for fourteen questions about four nameservers";
}

}  // namespace
}  // namespace minidns::storage::postgres
