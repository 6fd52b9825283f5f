// The pool manager's questions to a real PostgreSQL: leases and their fences, the feed, tasks, the desired list.
#include "tests/harness/wait.hpp"
#include "tests/postgres/nameserver_work_fixture.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace minidns::storage::work_test {
namespace {

TEST_F(NameserverWorkTest, OnlyNameserversToBeWorkedForHaveLeases) {
  const auto working = add_nameserver(1);
  const auto starting = add_nameserver(2, "bootstrapping");
  add_nameserver(3, "maintenance");
  add_nameserver(4, "retired");
  const auto table = leases_->read(manager(1));
  ASSERT_EQ(table.leases.size(), 2U);
  EXPECT_EQ(table.leases[0].nameserver, working);
  EXPECT_EQ(table.leases[1].nameserver, starting);
  EXPECT_FALSE(table.leases[0].holder);
  EXPECT_EQ(table.managers, std::vector<InstanceId>{manager(1)});
  leases_->leave(manager(1));
  EXPECT_EQ(leases_->read(manager(2)).managers, std::vector<InstanceId>{manager(2)});
}

TEST_F(NameserverWorkTest, ALeaseHasOneHolderUntilItEnds) {
  const auto nameserver = add_nameserver(1);
  const auto mine = lease(manager(1), nameserver);
  EXPECT_TRUE(leases_->acquire(manager(2), {nameserver}, lease_time).empty());
  EXPECT_EQ(leases_->renew(manager(1), {mine}, lease_time), std::vector{mine});

  sql("update nameserver_progress set lease_until = now() - interval '1 s'");
  EXPECT_EQ(leases_->renew(manager(1), {mine}, lease_time), std::vector{mine}) << "nobody took it: it is still mine";
  sql("update nameserver_progress set lease_until = now() - interval '1 s'");
  const auto theirs = lease(manager(2), nameserver);
  EXPECT_GT(theirs.fence, mine.fence);
  EXPECT_TRUE(leases_->renew(manager(1), {mine}, lease_time).empty());
  leases_->release(manager(1), {mine});
  EXPECT_TRUE(leases_->acquire(manager(1), {nameserver}, lease_time).empty()) << "only its holder frees it";
  leases_->release(manager(2), {theirs});
  EXPECT_EQ(leases_->acquire(manager(1), {nameserver}, lease_time).size(), 1U);
}

TEST_F(NameserverWorkTest, ManagersThatGrabTogetherNeverHoldTogether) {
  std::vector<NameserverId> nameservers;
  for (int i = 1; i <= 20; ++i) {
    nameservers.push_back(add_nameserver(i));
  }
  (void)leases_->read(manager(1));
  std::vector<std::vector<Lease>> taken(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 10; ++round) {
          const auto leases = leases_->acquire(manager(static_cast<int>(i) + 1), nameservers, lease_time);
          if (round == 0) {
            taken[i] = leases;
          }
        }
      });
    }
  }
  // A manager may take its own lease again, with a new fence; each nameserver has one holder all the same.
  EXPECT_EQ(sql("select count(*), count(distinct nameserver_id) from nameserver_progress where holder is not null"),
            "20|20");
  std::set<NameserverId> seen;
  for (const auto& leases : taken) {
    for (const auto& one : leases) {
      EXPECT_TRUE(seen.insert(one.nameserver).second) << "taken by two";
    }
  }
}

TEST_F(NameserverWorkTest, EveryWriteOfAnOldHolderIsRefused) {
  const auto nameserver = add_nameserver(1);
  const auto old = lease(manager(1), nameserver);
  ASSERT_TRUE(work_->save(old, keep(task("kept.", 3))));
  sql("update nameserver_progress set lease_until = now() - interval '1 s'");
  const auto now = lease(manager(2), nameserver);

  auto update = keep(task("late.", 9));
  update.visible_through = 9;
  update.confirmed.push_back({name("kept."), 9});
  EXPECT_FALSE(work_->save(old, update));
  EXPECT_FALSE(work_->add_findings(old, {task("found.", 9)}));
  EXPECT_FALSE(work_->take_due_tasks(old, 10, 1s));
  EXPECT_FALSE(work_->mark_overdue(old, 0ms, "late", 10));
  EXPECT_EQ(sql("select zone_name, seq, state from tasks"), "kept.|3|pending");
  EXPECT_FALSE(work_->read_progress(nameserver).visible_through);

  update.visible_through = 9;
  EXPECT_TRUE(work_->save(now, update));
  EXPECT_EQ(work_->read_progress(nameserver).visible_through, 9);
  EXPECT_EQ(sql("select zone_name, seq, state from tasks"), "late.|9|pending");
}

TEST_F(NameserverWorkTest, ProgressSaysWhatIsKnownOfTheNameserver) {
  const auto nameserver = add_nameserver(1);
  const auto mine = lease(manager(1), nameserver);
  const auto state = [&] {
    return sql("select visible_through, reachable, last_error, swept_at is not null from nameserver_progress");
  };
  EXPECT_EQ(state(), "|||f");
  ProgressUpdate down;
  down.reachable = false;
  down.last_error = "no route";
  ASSERT_TRUE(work_->save(mine, down));
  EXPECT_EQ(state(), "|f|no route|f");
  ProgressUpdate up;
  up.visible_through = 12;
  up.reachable = true;
  up.last_error = "";
  up.swept = true;
  ASSERT_TRUE(work_->save(mine, up));
  ASSERT_TRUE(work_->save(mine, {}));
  EXPECT_EQ(state(), "12|t||t") << "what isn't told stays";
  ProgressUpdate back;
  back.visible_through = 0;
  ASSERT_TRUE(work_->save(mine, back));
  EXPECT_EQ(work_->read_progress(nameserver).visible_through, 0) << "a restored database takes it back";
}

TEST_F(NameserverWorkTest, NewerWorkOfANameSupersedesItsTask) {
  const auto mine = lease(manager(1), add_nameserver(1));
  const auto row = [&] { return sql("select zone_name, since_seq, seq, attempts, serial from tasks"); };
  ASSERT_TRUE(work_->save(mine, keep(task("Zone.example.", 5, 2))));
  EXPECT_EQ(row(), "Zone.example.|5|5|2|4000000000");
  ASSERT_TRUE(work_->save(mine, keep(task("zone.EXAMPLE.", 8))));
  EXPECT_EQ(row(), "zone.EXAMPLE.|5|8|0|4000000000") << "one row per name, whatever its case, from the oldest change";
  ASSERT_TRUE(work_->save(mine, keep(task("zone.example.", 6, 1))));
  EXPECT_EQ(row(), "zone.EXAMPLE.|5|8|0|4000000000") << "older work changes nothing";
  ASSERT_TRUE(work_->save(mine, keep(task("zone.example.", 8, 1))));
  EXPECT_EQ(row(), "zone.example.|5|8|1|4000000000") << "another try of the same";
  ASSERT_TRUE(work_->save(mine, confirm("zone.example.", 7)));
  EXPECT_EQ(row(), "zone.example.|5|8|1|4000000000") << "an older state was confirmed";
  ASSERT_TRUE(work_->save(mine, confirm("ZONE.example.", 8)));
  EXPECT_EQ(row(), "");
}

TEST_F(NameserverWorkTest, FindingsLeaveTasksOfTheSameChangeAlone) {
  const auto mine = lease(manager(1), add_nameserver(1));
  ASSERT_TRUE(work_->save(mine, keep(task("a.", 5, 3))));
  ASSERT_TRUE(work_->add_findings(mine, {task("a.", 5), task("b.", 5)}));
  EXPECT_EQ(sql("select zone_name, seq, attempts from tasks order by zone_name"), "a.|5|3\nb.|5|0");
  ASSERT_TRUE(work_->add_findings(mine, {task("a.", 6)}));
  EXPECT_EQ(sql("select zone_name, seq, attempts from tasks order by zone_name"), "a.|6|0\nb.|5|0");
}

TEST_F(NameserverWorkTest, DueTasksAreGivenOnceUntilTheirHoldEnds) {
  const auto mine = lease(manager(1), add_nameserver(1));
  ProgressUpdate update;
  update.exceptions.push_back({task("due1.", 1, 4), 0ms});
  update.exceptions.push_back({task("due2.", 2), 0ms});
  update.exceptions.push_back({task("later.", 3), 1h});
  update.exceptions[0].task.is_error = true;
  ASSERT_TRUE(work_->save(mine, update));
  std::set<std::string> given;
  for (int i = 0; i < 2; ++i) {
    const auto tasks = work_->take_due_tasks(mine, 1, 1h);
    ASSERT_TRUE(tasks);
    ASSERT_EQ(tasks->size(), 1U);
    given.insert(tasks->front().name.to_text());
    EXPECT_EQ(tasks->front().is_error, tasks->front().name == name("due1."));
    EXPECT_EQ(tasks->front().serial, dns::Serial(4'000'000'000));
  }
  EXPECT_EQ(given, (std::set<std::string>{"due1.", "due2."}));
  EXPECT_TRUE(work_->take_due_tasks(mine, 10, 1h)->empty());
  sql("update tasks set next_try_at = now()");
  EXPECT_EQ(work_->take_due_tasks(mine, 10, 1h)->size(), 3U);
}

TEST_F(NameserverWorkTest, OverdueTasksTurnIntoErrorsInBatches) {
  const auto nameserver = add_nameserver(1);
  const auto mine = lease(manager(1), nameserver);
  ASSERT_TRUE(work_->add_findings(mine, {task("a.", 1), task("b.", 2), task("c.", 3)}));
  sql("update tasks set created_at = now() - interval '5 s' where zone_name <> 'c.'");
  EXPECT_EQ(work_->mark_overdue(mine, 2s, "away", 1), 1);
  EXPECT_EQ(work_->mark_overdue(mine, 2s, "away", 10), 1);
  EXPECT_EQ(work_->mark_overdue(mine, 2s, "away", 10), 0);
  EXPECT_EQ(sql("select zone_name, state, reason from tasks order by zone_name"),
            "a.|error|away\nb.|error|away\nc.|pending|because");
  const auto counts = work_->count_tasks(nameserver);
  EXPECT_EQ(counts.pending, 1);
  EXPECT_EQ(counts.error, 2);
}

TEST_F(NameserverWorkTest, ThousandsOfTasksAreOneTransaction) {
  const auto mine = lease(manager(1), add_nameserver(1));
  ProgressUpdate kept;
  ProgressUpdate done;
  for (int i = 0; i < 4096; ++i) {
    const std::string zone = "z" + std::to_string(i) + ".example.";
    kept.exceptions.push_back({task(zone, i + 1), 0ms});
    done.confirmed.push_back({name(zone), i + 1});
  }
  ASSERT_TRUE(work_->save(mine, kept));
  EXPECT_EQ(work_->take_due_tasks(mine, 5000, 1h)->size(), 4096U);
  ASSERT_TRUE(work_->save(mine, done));
  EXPECT_EQ(sql("select count(*) from tasks"), "0");
}

TEST_F(NameserverWorkTest, TheFeedGivesThePoolsChangesAndPassesOverOthers) {
  commit(1, "Mixed.example.", "create", 1);
  commit(2, "other.example.", "create", 1, other_pool_id);
  commit(1, "mixed.example.", "update", 2);
  sql("insert into events (kind, subject) values ('key', '" + id_text(9) + "'); select number_changes()");
  const auto pool = *PoolId::parse(pool_id);
  const auto page = work_->read_feed(pool, 0, 100);
  ASSERT_EQ(page.changes.size(), 2U);
  EXPECT_EQ(page.changes[0].action, ZoneAction::create);
  EXPECT_EQ(page.changes[0].name.to_text(), "mixed.example.") << "lower case";
  EXPECT_EQ(page.changes[0].seq, 1);
  EXPECT_EQ(page.changes[1].action, ZoneAction::update);
  EXPECT_EQ(page.changes[1].seq, 3);
  EXPECT_EQ(page.changes[1].serial, dns::Serial(2));
  EXPECT_EQ(page.read_through, 4);
  EXPECT_EQ(page.head.seq, 4);
  EXPECT_TRUE(page.settings_changed);
  EXPECT_FALSE(page.zone_forgotten);

  const auto first = work_->read_feed(pool, 0, 2);
  EXPECT_EQ(first.read_through, 2);
  EXPECT_EQ(first.changes.size(), 1U);
  const auto none = work_->read_feed(pool, 4, 100);
  EXPECT_EQ(none.read_through, 4);
  EXPECT_TRUE(none.changes.empty());
}

TEST_F(NameserverWorkTest, AZoneThatIsDeletedByNowIsWantedNowhere) {
  commit(1, "a.example.", "create", 1);
  commit(1, "a.example.", "update", 2);
  commit(1, "a.example.", "delete", 3);
  commit(2, "a.example.", "create", 4);
  const auto page = work_->read_feed(*PoolId::parse(pool_id), 0, 100);
  ASSERT_EQ(page.changes.size(), 4U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(page.changes[static_cast<std::size_t>(i)].action, ZoneAction::remove) << i;
  }
  EXPECT_EQ(page.changes[3].action, ZoneAction::create);
  sql("delete from zones where id = '" + id_text(1) + "'");
  EXPECT_TRUE(work_->read_feed(*PoolId::parse(pool_id), 0, 100).zone_forgotten);
}

TEST_F(NameserverWorkTest, TheDesiredListIsCanonicalPagedAndHasEachNameOnce) {
  const std::vector<std::string> in_order{"example.",     "a.example.", "yljkjljk.a.example.",
                                          "z.a.example.", "z.example.", "other."};
  int id = 10;
  for (auto it = in_order.rbegin(); it != in_order.rend(); ++it) {
    commit(id++, *it, "create", 1);
  }
  commit(id++, "elsewhere.", "create", 1, other_pool_id);
  // An incarnation that was deleted, and one that lives; one that was deleted twice.
  commit(13, "a.example.", "update", 2);
  sql("update zones set deleted_at = now() - interval '1 h' where id = '" + id_text(14) + "'");
  commit(50, "a.example.", "create", 7);
  sql("update zones set deleted_at = now() where id in ('" + id_text(50) + "', '" + id_text(10) + "')");
  commit(51, "a.example.", "create", 9);

  const auto pool = *PoolId::parse(pool_id);
  for (const std::size_t limit : {1U, 2U, 3U, 100U}) {
    std::vector<DesiredZone> all;
    std::optional<dns::Name> after;
    for (std::vector<DesiredZone> page; (page = work_->read_desired(pool, after, limit)).size() == limit;) {
      after = page.back().name;
      all.insert(all.end(), page.begin(), page.end());
    }
    const auto rest = work_->read_desired(pool, after, limit);
    all.insert(all.end(), rest.begin(), rest.end());
    ASSERT_EQ(all.size(), in_order.size()) << limit;
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i].name, name(in_order[i])) << limit;
      EXPECT_EQ(all[i].deleted, in_order[i] == "other.") << in_order[i];
    }
    EXPECT_EQ(all[1].serial, dns::Serial(9)) << "the one that lives";
  }
}

TEST_F(NameserverWorkTest, ALookUpTellsThePresentAndItsNumber) {
  commit(1, "a.example.", "create", 1);
  commit(1, "a.example.", "delete", 2);
  commit(2, "b.example.", "create", 1);
  sql("update zones set version = 2, serial = 2 where id = '" + id_text(2) + "'");  // not numbered yet
  const auto states =
      work_->look_up(*PoolId::parse(pool_id), {name("b.example."), name("c.example."), name("A.example.")});
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].desired.name, name("a.example."));
  EXPECT_TRUE(states[0].desired.deleted);
  EXPECT_EQ(states[0].seq, 2);
  EXPECT_EQ(states[1].desired.version, dns::Version(2));
  EXPECT_FALSE(states[1].seq);
}

TEST_F(NameserverWorkTest, APageOfTheDesiredListReadsNoMoreRowsThanItHas) {
  sql("insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial, epoch) "
      "select gen_random_uuid(), 'z' || i || '.', convert_to('z' || i, 'UTF8') || '\\x00', 't', '" +
      std::string(pool_id) + "', 'h@x', 300, 1, 1, 1 from generate_series(1, 50000) i; analyze zones");
  const auto rows_read = [this] {
    connections_->acquire()->execute("select pg_stat_force_next_flush()");
    return std::stoll(
        sql("select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables where relname = 'zones'"));
  };
  const auto before = rows_read();
  std::optional<dns::Name> after;
  constexpr int pages = 20;  // more often than PostgreSQL plans a statement for its parameters
  constexpr std::size_t limit = 1000;
  for (int page = 0; page < pages; ++page) {
    const auto zones = work_->read_desired(*PoolId::parse(pool_id), after, limit);
    ASSERT_EQ(zones.size(), limit);
    after = zones.back().name;
  }
  EXPECT_LE(rows_read() - before, pages * static_cast<long long>(limit + 10));
}

TEST_F(NameserverWorkTest, SettingsComeWithKeyAndPrimaries) {
  const auto nameserver = add_nameserver(1);
  sql("insert into tsig_keys (id, name, name_key, algorithm, secret_sealed, scope, resource_id) values ('" +
      id_text(70) + "', 'Xfr.example.', '\\x01', 'hmac-sha256', '\\xabcd', 'POOL', '" + pool_id + "');" +
      "insert into pool_primaries values ('" + pool_id + "', '127.0.0.2', 5301, 2), ('" + pool_id +
      "', '2001:db8::1', 5302, 1);" + "update nameservers set transfer_key_id = '" + id_text(70) +
      "', driver = 'powerdns', settings = '{\"api_url\": \"http://127.0.0.1:8081\"}', secret_sealed = '\\x01', "
      "address = '192.0.2.7', port = 5300;" +
      "update pools set unknown_zones = 'warn'");
  const auto settings = work_->read_settings(nameserver);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->driver, DriverKind::powerdns);
  EXPECT_EQ(settings->address, "192.0.2.7");
  EXPECT_EQ(settings->port, 5300);
  EXPECT_EQ(settings->unknown_zones, UnknownZones::warn);
  EXPECT_EQ(settings->secret_sealed, Bytes{1});
  EXPECT_EQ(settings->primaries, (std::vector<PrimaryAddress>{{"2001:db8::1", 5302}, {"127.0.0.2", 5301}}));
  ASSERT_TRUE(settings->transfer_key);
  EXPECT_EQ(settings->transfer_key->name, name("xfr.example."));
  EXPECT_EQ(settings->transfer_key->secret_sealed, (Bytes{0xab, 0xcd}));
  EXPECT_EQ(work_->read_settings(nameserver), settings) << "equal as long as nothing changes";
  sql("delete from nameserver_progress; delete from nameservers");
  EXPECT_FALSE(work_->read_settings(nameserver));
}

TEST_F(NameserverWorkTest, WhatZonesWereTransferredAsIsKnownOnceItWasSaid) {
  const auto nameserver = add_nameserver(1);
  const auto mine = lease(manager(1), nameserver);
  EXPECT_FALSE(work_->read_progress(nameserver).content);
  ProgressUpdate update;
  const ContentMark mark{PoolId(*Uuid::parse(pool_id)), ViewId(1)};
  update.content = mark;
  ASSERT_TRUE(work_->save(mine, update));
  EXPECT_EQ(work_->read_progress(nameserver).content, mark);
  EXPECT_FALSE(work_->read_progress(nameserver).upstream);
  update.upstream = Bytes{1, 2};
  ASSERT_TRUE(work_->save(mine, update));
  ASSERT_TRUE(work_->save(mine, {}));
  EXPECT_EQ(work_->read_progress(nameserver).upstream, (Bytes{1, 2})) << "nothing new";
  EXPECT_EQ(work_->read_progress(nameserver).content, mark) << "nothing new";
}

TEST_F(NameserverWorkTest, OnlyInstancesThatLiveAreListedAndTheDeadAreForgotten) {
  sql("insert into instances (id, program, address, feed_seq, ready, heartbeated_at) values ('" + id_text(1) +
      "', 'mdns', '127.0.0.1:53', 17, true, now()), ('" + id_text(2) +
      "', 'mdns', '127.0.0.2:53', 3, true, now() - interval '1 min'), ('" + id_text(3) +
      "', 'central', null, 0, true, now())");
  const auto live = leases_->live_mdns();
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(live[0].feed_seq, 17);
  EXPECT_EQ(leases_->remove_dead_instances(3600s), 0);
  EXPECT_EQ(leases_->remove_dead_instances(30s), 1);
}

}  // namespace
}  // namespace minidns::storage::work_test
