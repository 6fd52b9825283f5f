// How a nameserver gets into service, and deletions that wait for a person, on a real PostgreSQL.
#include "storage/postgres/checked_connection.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/postgres/nameservers.hpp"
#include "tests/postgres/nameserver_work_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace minidns::storage::work_test {
namespace {

class NameserverServiceTest : public NameserverWorkTest {
 protected:
  /// One that is to enter service, with our lease.
  NameserverId entering() {
    const auto nameserver = add_nameserver(1, "bootstrapping");
    sql("update nameservers set enters_service = true");
    return nameserver;
  }

  bool save_progress(const Lease& mine, std::int64_t visible, std::optional<std::int64_t> target = {}) {
    ProgressUpdate update;
    update.visible_through = visible;
    update.catch_up_through = target;
    return work_->save(mine, update);
  }

  std::string state() { return sql("select state, enters_service, revision, updated_at is not null from nameservers"); }

  static UnknownOnNameserver unknown(int count, int from = 0) {
    UnknownOnNameserver found{{}, 500};
    for (int i = 0; i < count; ++i) {
      found.unknown.push_back(name("u" + std::to_string(from + i) + ".example."));
    }
    return found;
  }
};

TEST_F(NameserverServiceTest, EntersServiceOnceEverythingUpToTheTargetIsVisible) {
  const auto nameserver = entering();
  const auto mine = lease(manager(1), nameserver);
  EXPECT_FALSE(work_->has_caught_up(nameserver, 5)) << "never compared";
  EXPECT_EQ(work_->enter_service(mine, 5), Entry::behind);

  ASSERT_TRUE(save_progress(mine, 4, 5));
  EXPECT_FALSE(work_->has_caught_up(nameserver, 5));
  EXPECT_EQ(work_->enter_service(mine, 5), Entry::behind);

  ASSERT_TRUE(save_progress(mine, 9));
  ASSERT_TRUE(work_->save(mine, keep(task("old.", 5))));
  ASSERT_TRUE(work_->save(mine, keep(task("old.", 8)))) << "newer work for it, but it lacks the old one all the same";
  EXPECT_FALSE(work_->has_caught_up(nameserver, 5));
  EXPECT_EQ(work_->enter_service(mine, 5), Entry::behind);

  ASSERT_TRUE(work_->save(mine, confirm("old.", 8)));
  ASSERT_TRUE(work_->save(mine, keep(task("new.", 6)))) << "made meanwhile: it does not block";
  EXPECT_TRUE(work_->has_caught_up(nameserver, 5));
  EXPECT_EQ(work_->enter_service(mine, 4), Entry::behind) << "another target than was saved";
  EXPECT_EQ(state(), "bootstrapping|t|1|f");
  EXPECT_EQ(work_->enter_service(mine, 5), Entry::entered);
  EXPECT_EQ(state(), "in_service|f|2|t");
  EXPECT_EQ(sql("select kind, subject from events"), "nameserver|" + id_text(1)) << "others hear of it";
  EXPECT_EQ(work_->enter_service(mine, 5), Entry::unwanted);
}

TEST_F(NameserverServiceTest, OnlyTheLeasesHolderPutsItInService) {
  const auto nameserver = entering();
  const auto old = lease(manager(1), nameserver);
  ASSERT_TRUE(save_progress(old, 9, 5));
  sql("update nameserver_progress set lease_until = now() - interval '1 s'");
  const auto now = lease(manager(2), nameserver);
  EXPECT_EQ(work_->enter_service(old, 5), Entry::lease_lost);
  EXPECT_FALSE(work_->begin_catching_up(old, 10));
  EXPECT_EQ(state(), "bootstrapping|t|1|f");
  leases_->release(manager(2), {now});
  EXPECT_EQ(work_->enter_service(now, 5), Entry::lease_lost) << "given back";
}

TEST_F(NameserverServiceTest, AnOperatorsWishCounts) {
  const auto nameserver = entering();
  const auto mine = lease(manager(1), nameserver);
  ASSERT_TRUE(save_progress(mine, 9, 5));
  sql("update nameservers set enters_service = false");
  EXPECT_EQ(work_->enter_service(mine, 5), Entry::unwanted);
  sql("update nameservers set state = 'maintenance'");
  EXPECT_EQ(work_->enter_service(mine, 5), Entry::unwanted);
  EXPECT_EQ(sql("select count(*) from events"), "0");
}

TEST_F(NameserverServiceTest, ThePoolManagerMayDoThisAndNoMore) {
  const auto nameserver = entering();
  const auto mine = lease(manager(1), nameserver);
  postgres::ConnectionSettings settings;
  settings.conninfo = cluster->conninfo(database_);
  auto role = postgres::open_checked(
      settings, [](postgres::Connection& fresh) { fresh.execute_script("set role minidns_pool_manager"); });
  EXPECT_THROW(role.execute("update nameservers set state = 'in_service'"), postgres::StatementError);
  EXPECT_NO_THROW(role.execute("select enter_service($1, $2, $3)", {nameserver.uuid(), mine.fence, std::int64_t{1}}));
  auto central = postgres::open_checked(
      settings, [](postgres::Connection& fresh) { fresh.execute_script("set role minidns_central"); });
  EXPECT_THROW(central.execute("select enter_service($1, 1, 1)", {nameserver.uuid()}), postgres::StatementError);
  EXPECT_THROW(central.execute("update nameserver_progress set visible_through = 1"), postgres::StatementError);
  EXPECT_NO_THROW(central.execute("update nameserver_progress set catch_up_through = null"));
  EXPECT_THROW(central.execute("delete from refused_deletions"), postgres::StatementError);
}

TEST_F(NameserverServiceTest, TasksOfBeforeAreDueAndThoseThatNobodyWantsAreDropped) {
  commit(1, "kept.", "create", 1);
  commit(2, "purged.", "create", 1);
  commit(3, "reborn.", "create", 1);
  commit(4, "reborn-elsewhere.", "create", 1, other_pool_id);
  sql("delete from versions where zone_id = '" + id_text(2) + "'; delete from zones where id = '" + id_text(2) + "'");
  const auto mine = lease(manager(1), entering());
  ASSERT_TRUE(save_progress(mine, 9, 5));
  const auto keep_task = [&](const std::string& zone, int id, ZoneAction action) {
    Task one = task(zone, 1, 7);
    one.zone = *ZoneId::parse(id_text(id));
    one.action = action;
    one.is_error = true;
    ASSERT_TRUE(work_->save(mine, keep(one, 1h)));
  };
  keep_task("kept.", 1, ZoneAction::update);
  keep_task("purged.", 2, ZoneAction::update);
  keep_task("gone.", 9, ZoneAction::remove);
  keep_task("reborn.", 8, ZoneAction::remove);
  keep_task("reborn-elsewhere.", 7, ZoneAction::remove);

  EXPECT_EQ(work_->begin_catching_up(mine, 2), 2) << "in batches";
  EXPECT_EQ(work_->begin_catching_up(mine, 2), 1);
  EXPECT_EQ(sql("select zone_name, action, attempts, state, next_try_at <= now() from tasks order by zone_name"),
            "gone.|delete|0|pending|t\nkept.|update|0|pending|t\nreborn-elsewhere.|delete|0|pending|t");
  EXPECT_EQ(sql("select catch_up_through is null from nameserver_progress"), "t");
  EXPECT_EQ(work_->begin_catching_up(mine, 2), 0);
}

TEST_F(NameserverServiceTest, ZonesThatWereDeletedAreKnownByTheirTombstones) {
  const auto tombstone = [&](const std::string& zone, const std::string& pool, bool lost) {
    sql("insert into tombstones (name_key, zone_id, serial, pool_id, lost) values (" + hex_key(zone) + ", '" +
        id_text(1) + "', 1, " + (pool.empty() ? "null" : "'" + pool + "'") + ", " + (lost ? "true" : "false") + ")");
  };
  tombstone("ours.", pool_id, false);
  tombstone("of-the-other-pool.", other_pool_id, false);
  tombstone("lost.", pool_id, true);
  tombstone("of-whom.", "", false);
  const auto known = work_->deleted_of_pool(
      *PoolId::parse(pool_id),
      {name("ours."), name("of-the-other-pool."), name("lost."), name("of-whom."), name("never-heard.")});
  EXPECT_EQ(known, std::vector{name("ours.")});
}

TEST_F(NameserverServiceTest, ADeletionIsConfirmedForTheZonesThatWereShownOnceAndForAWhile) {
  const auto nameserver = add_nameserver(1);
  const auto mine = lease(manager(1), nameserver);
  postgres::PostgresNameservers central(*connections_);
  EXPECT_FALSE(central.confirm_deletion(nameserver, 12, 60s)) << "nothing is refused";
  EXPECT_FALSE(work_->take_confirmed_deletion(mine, unknown(12)));
  ASSERT_TRUE(work_->refuse_deletion(mine, unknown(12)));
  const auto shown = central.get(nameserver)->refused_deletion;
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->unknown, 12);
  EXPECT_EQ(shown->zones, 500);
  EXPECT_EQ(shown->names.size(), 10U);
  EXPECT_FALSE(shown->confirmed_until);
  EXPECT_FALSE(work_->read_settings(nameserver)->state.deletion_is_confirmed);

  EXPECT_FALSE(central.confirm_deletion(nameserver, 11, 60s)) << "not what is shown";
  ASSERT_TRUE(central.confirm_deletion(nameserver, 12, 60s));
  EXPECT_TRUE(central.get(nameserver)->refused_deletion->confirmed_until);
  EXPECT_TRUE(work_->read_settings(nameserver)->state.deletion_is_confirmed) << "its worker hears of it";
  EXPECT_FALSE(work_->take_confirmed_deletion(mine, unknown(13)));
  EXPECT_FALSE(work_->take_confirmed_deletion(mine, unknown(12, 1))) << "as many, but others";
  ASSERT_TRUE(work_->refuse_deletion(mine, unknown(12))) << "found again before it was begun";
  EXPECT_TRUE(work_->take_confirmed_deletion(mine, unknown(12)));
  EXPECT_FALSE(work_->take_confirmed_deletion(mine, unknown(12))) << "once";
  EXPECT_FALSE(central.get(nameserver)->refused_deletion);

  ASSERT_TRUE(work_->refuse_deletion(mine, unknown(12)));
  ASSERT_TRUE(central.confirm_deletion(nameserver, 12, 60s));
  sql("update refused_deletions set confirmed_until = now() - interval '1 s'");
  EXPECT_FALSE(work_->take_confirmed_deletion(mine, unknown(12))) << "too late";
  EXPECT_FALSE(central.get(nameserver)->refused_deletion->confirmed_until);
  ASSERT_TRUE(central.confirm_deletion(nameserver, 12, 60s));
  ASSERT_TRUE(work_->refuse_deletion(mine, unknown(13)));
  EXPECT_FALSE(central.get(nameserver)->refused_deletion->confirmed_until) << "others by now";
  ASSERT_TRUE(work_->forget_refused_deletion(mine));
  EXPECT_FALSE(central.get(nameserver)->refused_deletion);
}

TEST_F(NameserverServiceTest, AnOldHolderRefusesAndTakesNothing) {
  const auto nameserver = add_nameserver(1);
  const auto old = lease(manager(1), nameserver);
  ASSERT_TRUE(work_->refuse_deletion(old, unknown(12)));
  postgres::PostgresNameservers central(*connections_);
  ASSERT_TRUE(central.confirm_deletion(nameserver, 12, 60s));
  sql("update nameserver_progress set lease_until = now() - interval '1 s'");
  const auto now = lease(manager(2), nameserver);
  EXPECT_FALSE(work_->take_confirmed_deletion(old, unknown(12)));
  EXPECT_FALSE(work_->refuse_deletion(old, unknown(20)));
  EXPECT_FALSE(work_->forget_refused_deletion(old));
  EXPECT_TRUE(work_->take_confirmed_deletion(now, unknown(12)));
}

TEST_F(NameserverServiceTest, HowFarItHasComeIsShown) {
  commit(1, "a.", "create", 1);
  commit(1, "a.", "update", 2);
  commit(1, "a.", "update", 3);
  const auto nameserver = entering();
  postgres::PostgresNameservers central(*connections_);
  const auto shown = [&] { return central.get(nameserver)->catching_up; };
  ASSERT_TRUE(shown());
  EXPECT_FALSE(shown()->compared);
  EXPECT_EQ(shown()->changes, 3);
  const auto mine = lease(manager(1), nameserver);
  ASSERT_TRUE(work_->save(mine, keep(task("a.", 1))));
  ASSERT_TRUE(work_->save(mine, keep(task("b.", 3))));
  EXPECT_EQ(shown()->tasks, 2);
  ASSERT_TRUE(save_progress(mine, 2, 2));
  EXPECT_TRUE(shown()->compared);
  EXPECT_EQ(shown()->changes, 1);
  EXPECT_EQ(shown()->tasks, 1) << "what came meanwhile doesn't count";
  const auto send = [&](const char* state) {
    (void)central.update(nameserver, [&](NameserverRecord& row) {
      row.fields.state = state;
      row.fields.enters_service = false;
      return true;
    });
  };
  send("maintenance");
  EXPECT_FALSE(shown());
  send("bootstrapping");
  EXPECT_FALSE(shown()->compared) << "it begins anew";
}

}  // namespace
}  // namespace minidns::storage::work_test
