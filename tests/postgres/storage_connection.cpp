// The connection itself: binary values, pipelines, COPY, deadlines, and what a lost session means.
#include "tests/harness/wait.hpp"
#include "tests/postgres/storage_support.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

class ConnectionTest : public StorageTest {};

TEST_F(ConnectionTest, ValuesComeBackAsTheyWent) {
  Connection connection(settings(conninfo()));
  const auto uuid = Uuid::version7(std::chrono::system_clock::now());
  const WallTime now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const Bytes octets{0, 1, 255};
  const std::vector<std::string> texts{"a", "", "ä \"quoted\""};
  const auto rows = connection.execute(
      "select $1::bigint, $2::integer, $3::boolean, $4::text, $5::uuid, $6::bytea, $7::timestamptz, $8::text[],"
      " null::text, $9::text[]",
      {std::int64_t{-5'000'000'000}, std::int32_t{-7}, true, "text", uuid, ByteView(octets), now, texts,
       std::vector<std::string>{}});
  EXPECT_EQ(rows.integer(0, 0), -5'000'000'000);
  EXPECT_EQ(rows.integer(0, 1), -7);
  EXPECT_TRUE(rows.boolean(0, 2));
  EXPECT_EQ(rows.text(0, 3), "text");
  EXPECT_EQ(rows.uuid(0, 4), uuid);
  EXPECT_TRUE(std::ranges::equal(rows.bytea(0, 5), octets));
  EXPECT_EQ(rows.timestamp(0, 6), now);
  EXPECT_EQ(rows.texts(0, 7), texts);
  EXPECT_EQ(rows.optional_text(0, 8), std::nullopt);
  EXPECT_TRUE(rows.texts(0, 9).empty());
  EXPECT_THROW(static_cast<void>(rows.text(0, 8)), std::logic_error);
  EXPECT_THROW(static_cast<void>(rows.text(1, 0)), std::logic_error);
}

TEST_F(ConnectionTest, NullAndValueOfOneParameterAreDifferentStatements) {
  Connection connection(settings(conninfo()));
  constexpr const char* sql = "select $1::bigint is null";
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(connection.execute(sql, {nullptr}).boolean(0, 0));
    EXPECT_FALSE(connection.execute(sql, {std::int64_t{1}}).boolean(0, 0));
  }
}

TEST_F(ConnectionTest, TextAtAnAddressUsedBeforeIsAnotherStatement) {
  Connection connection(settings(conninfo()));
  std::string sql = "select 1";
  EXPECT_EQ(connection.execute(sql.c_str()).integer(0, 0), 1);
  sql = "select 2";
  EXPECT_EQ(connection.execute(sql.c_str()).integer(0, 0), 2);
}

TEST_F(ConnectionTest, SessionsPlanWithoutJitAndParallelWorkers) {
  Connection connection(settings(conninfo()));
  EXPECT_EQ(connection.execute("select current_setting('jit')").text(0, 0), "off");
  EXPECT_EQ(connection.execute("select current_setting('max_parallel_workers_per_gather')").text(0, 0), "0");
}

TEST_F(ConnectionTest, PipelineRunsAllInOrderOrNothing) {
  Connection connection(settings(conninfo()));
  connection.execute_script("create table t (n bigint primary key)");
  constexpr const char* insert = "insert into t values ($1)";
  const auto results = connection.execute_all(
      {{insert, {std::int64_t{1}}}, {insert, {std::int64_t{2}}}, {"select count(*) from t", {}}});
  EXPECT_EQ(results.at(2).integer(0, 0), 2);
  try {
    connection.execute_all({{insert, {std::int64_t{3}}}, {insert, {std::int64_t{1}}}, {insert, {std::int64_t{4}}}});
    FAIL() << "the duplicate was taken";
  } catch (const StatementError& error) {
    EXPECT_TRUE(error.is_unique_violation());
    EXPECT_EQ(error.constraint(), "t_pkey");
  }
  EXPECT_EQ(connection.execute("select count(*) from t").integer(0, 0), 2);
}

TEST_F(ConnectionTest, CommitOfAFailedTransactionIsAnError) {
  Connection connection(settings(conninfo()));
  Transaction transaction(connection);
  EXPECT_THROW(connection.execute("select 1/0"), StatementError);
  EXPECT_THROW(transaction.commit(), StatementError) << "PostgreSQL itself answers ROLLBACK, and no error";
}

TEST_F(ConnectionTest, CopyStreamsBothWays) {
  Connection connection(settings(conninfo()));
  connection.execute_script("create table t (n bigint, b bytea)");
  constexpr std::int64_t count = 50'000;
  {
    auto copy = connection.copy_in("copy t from stdin (format binary)");
    for (std::int64_t i = 0; i < count; ++i) {
      copy.begin_row(2);
      copy.add_int8(i);
      if (i % 2 == 0) {
        copy.add_null();
      } else {
        copy.add_bytea(Bytes(static_cast<std::size_t>(i % 100), 'x'));
      }
    }
    EXPECT_EQ(copy.finish(), count);
  }
  std::int64_t rows = 0;
  std::int64_t octets = 0;
  connection.copy_out("copy (select n, b from t order by n) to stdout (format binary)", [&](auto fields) {
    EXPECT_EQ(binary::integer(*fields[0]), rows);
    ++rows;
    octets += fields[1] ? static_cast<std::int64_t>(fields[1]->size()) : 0;
  });
  EXPECT_EQ(rows, count);
  EXPECT_EQ(octets, connection.execute("select sum(length(b)) from t").integer(0, 0));
}

TEST_F(ConnectionTest, AbandonedCopyLeavesNothingAndTheSessionUsable) {
  Connection connection(settings(conninfo()));
  connection.execute_script("create table t (n bigint)");
  {
    auto copy = connection.copy_in("copy t from stdin (format binary)");
    copy.begin_row(1);
    copy.add_int8(1);
  }
  EXPECT_EQ(connection.execute("select count(*) from t").integer(0, 0), 0);
}

TEST_F(ConnectionTest, RefusedCopyNamesTheConstraint) {
  Connection connection(settings(conninfo()));
  connection.execute_script("create table t (n bigint primary key)");
  auto copy = connection.copy_in("copy t from stdin (format binary)");
  for (int i = 0; i < 100'000; ++i) {
    copy.begin_row(1);
    copy.add_int8(1);
  }
  EXPECT_THROW(copy.finish(), StatementError);
}

TEST_F(ConnectionTest, StatementThatTakesTooLongLosesTheSession) {
  auto impatient = settings(conninfo());
  impatient.statement_timeout = 200ms;
  Connection connection(impatient);
  EXPECT_THROW(connection.execute("select pg_sleep(30)"), Unavailable);
  EXPECT_FALSE(connection.is_usable());
}

TEST_F(ConnectionTest, CommitWithoutAnAnswerIsInDoubt) {
  auto impatient = settings(conninfo());
  impatient.statement_timeout = 1000ms;
  Connection connection(impatient);
  connection.execute_script("create table t (n bigint)");
  Transaction transaction(connection);
  connection.execute("insert into t values (1)");
  cluster().freeze();
  EXPECT_THROW(transaction.commit(), CommitInDoubt);
  cluster().thaw();
}

TEST_F(ConnectionTest, SessionEndedDuringATransactionIsInDoubtOnlyAtCommit) {
  Connection victim(settings(conninfo()));
  Connection other(settings(conninfo()));
  const auto pid = victim.execute("select pg_backend_pid()").integer(0, 0);
  Transaction transaction(victim);
  other.execute("select pg_terminate_backend($1::integer)", {pid});
  EXPECT_TRUE(harness::eventually([&] { return !victim.is_usable(); }));
  EXPECT_THROW(victim.execute("select 1"), Unavailable);
  EXPECT_THROW(transaction.commit(), Unavailable) << "nothing can have been committed";
}

// DESIGN.md §3: PostgreSQL calls this a success, with a warning.
TEST_F(ConnectionTest, CommitThatNoSynchronousStandbyConfirmedIsInDoubt) {
  Connection waiter(settings(conninfo()));
  Connection other(settings(conninfo()));
  other.execute_script("create table t (n bigint)");
  other.execute_script("alter system set synchronous_standby_names = 'nobody'");
  other.execute_script("select pg_reload_conf()");
  const auto pid = waiter.execute("select pg_backend_pid()").integer(0, 0);
  ASSERT_TRUE(harness::eventually(
      [&] { return waiter.execute("select current_setting('synchronous_standby_names')").text(0, 0) == "nobody"; }));
  std::atomic<bool> in_doubt = false;
  std::thread canceller([&] {
    EXPECT_TRUE(harness::eventually([&] {
      other.execute("select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and wait_event = 'SyncRep'",
                    {pid});
      return in_doubt.load();
    }));
  });
  // The checkpointer makes the setting known to commits, a moment later: until then they wait for nobody.
  EXPECT_TRUE(harness::eventually([&] {
    try {
      Transaction transaction(waiter);
      waiter.execute("insert into t values (1)");
      transaction.commit();
    } catch (const CommitInDoubt&) {
      in_doubt = true;
    }
    return in_doubt.load();
  }));
  canceller.join();
  other.execute_script("alter system reset synchronous_standby_names");
  other.execute_script("select pg_reload_conf()");
}

TEST_F(ConnectionTest, NotificationsArriveAndWaitingEnds) {
  Connection listener(settings(conninfo()));
  Connection sender(settings(conninfo()));
  listener.execute_script("listen channel");
  EXPECT_TRUE(listener.wait_notifications(10ms).empty());
  sender.notify("channel", "one");
  const auto received = listener.wait_notifications(10s);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].payload, "one");
}

TEST_F(ConnectionTest, PoolHasALimitAndReplacesBrokenSessions) {
  ConnectionPool pool(settings(conninfo()), 2, 100ms);
  {
    const auto first = pool.acquire();
    const auto second = pool.acquire();
    EXPECT_THROW(static_cast<void>(pool.acquire()), Unavailable);
  }
  sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test' and pid <> "
      "pg_backend_pid()");
  EXPECT_EQ(pool.acquire()->execute("select 1").integer(0, 0), 1);
}

TEST_F(ConnectionTest, PoolSpacesAttemptsWhileTheDatabaseIsAway) {
  int attempts = 0;
  ConnectionPool pool(settings(conninfo()), 2, 100ms, [&](Connection&) {
    ++attempts;
    throw Unavailable("not now");
  });
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THROW(static_cast<void>(pool.acquire()), Unavailable);
  }
  EXPECT_LT(attempts, 20);
}

TEST_F(ConnectionTest, LeaseWithAnOpenTransactionIsNotGivenOut) {
  ConnectionPool pool(settings(conninfo()), 1, 100ms);
  { pool.acquire()->execute_script("begin; create table t (n bigint)"); }
  EXPECT_TRUE(pool.acquire()->execute("select to_regclass('t') is null").boolean(0, 0));
}

}  // namespace
}  // namespace minidns::storage::postgres
