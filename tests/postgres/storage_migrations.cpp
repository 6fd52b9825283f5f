#include "storage/postgres/migrations.hpp"
#include "tests/postgres/storage_support.hpp"

#include <array>
#include <thread>

namespace minidns::storage::postgres {
namespace {

class MigrationsTest : public StorageTest {
 protected:
  void SetUp() override {
    name_ = new_database_name();
    empty_ = cluster().create_empty_database(name_);
  }
  [[nodiscard]] const std::string& empty() const { return empty_; }

  static int apply(Connection& connection, std::span<const Migration> steps) {
    int count = 0;
    migrate(connection, steps, [&](const Migration&) { ++count; });
    return count;
  }

 private:
  std::string name_;
  std::string empty_;
};

constexpr std::array steps{Migration{1, "one", "create table one (n integer)"},
                           Migration{2, "two", "create table two (n integer)"}};
constexpr std::array changed_steps{Migration{1, "one", "create table one (n bigint)"}, steps[1]};
constexpr std::array broken_steps{steps[0], Migration{2, "two", "create table two (n integer); select 1/0"}};

TEST_F(MigrationsTest, EachIsAppliedOnceInOrder) {
  Connection connection(settings(empty()));
  EXPECT_EQ(apply(connection, std::span(steps).first(1)), 1);
  EXPECT_EQ(apply(connection, steps), 1);
  EXPECT_EQ(apply(connection, steps), 0);
}

TEST_F(MigrationsTest, UnknownOrChangedOnesAreRefused) {
  Connection connection(settings(empty()));
  apply(connection, steps);
  EXPECT_THROW(apply(connection, std::span(steps).first(1)), SchemaMismatch) << "a newer program was here";
  EXPECT_THROW(apply(connection, changed_steps), SchemaMismatch);
}

TEST_F(MigrationsTest, OneThatFailsLeavesTheSchemaAsItWas) {
  Connection connection(settings(empty()));
  EXPECT_THROW(apply(connection, broken_steps), StatementError);
  EXPECT_TRUE(connection.execute("select to_regclass('two') is null").boolean(0, 0));
  EXPECT_EQ(apply(connection, steps), 1);
}

TEST_F(MigrationsTest, TwoAtOnceDoNotMeet) {
  std::array<int, 2> counts{};
  {
    std::vector<std::jthread> threads;
    for (auto& count : counts) {
      threads.emplace_back([&] {
        Connection connection(settings(empty()));
        migrate(connection, [&](const Migration&) { ++count; });
      });
    }
  }
  EXPECT_GE(counts[0] + counts[1], static_cast<int>(migrations().size()));
  Connection connection(settings(empty()));
  check_schema(connection);
}

TEST_F(MigrationsTest, ProgramRefusesASchemaThatItDoesNotKnow) {
  Connection connection(settings(empty()));
  EXPECT_THROW(check_schema(connection), SchemaMismatch) << "nothing is there";
  migrate(connection, [](const Migration&) {});
  check_schema(connection);
  connection.execute_script(
      "insert into schema_migrations (version, name, sha256) values (1000, 'from_the_future', '\\x00')");
  EXPECT_THROW(check_schema(connection), SchemaMismatch);
  ConnectionPool pool(settings(empty()), 1, std::chrono::seconds(1), WriterCheck());
  EXPECT_THROW(static_cast<void>(pool.acquire()), SchemaMismatch) << "on every new session";
}

TEST_F(MigrationsTest, ProgramsRolesSufficeForTheirWork) {
  Connection owner(settings(empty()));
  migrate(owner, [](const Migration&) {});
  Connection central(settings(empty()));
  central.execute_script("set role minidns_central");
  EXPECT_EQ(central.execute("select open_epoch()").integer(0, 0), 1);
  EXPECT_EQ(central.execute("select number_changes()").integer(0, 0), 0);
  EXPECT_THROW(central.execute("delete from versions"), StatementError) << "versions are immutable";
  EXPECT_THROW(central.execute("update rrsets set rdata = ''"), StatementError);
  Connection mdns(settings(empty()));
  mdns.execute_script("set role minidns_mdns");
  EXPECT_EQ(mdns.execute("select count(*) from rrsets").integer(0, 0), 0);
  EXPECT_THROW(mdns.execute("select * from tokens"), StatementError);
  EXPECT_EQ(mdns.execute("select number_changes()").integer(0, 0), 0) << "for versions that were transferred in";
  EXPECT_THROW(mdns.execute("delete from rrsets"), StatementError) << "it writes by functions, SECONDARY zones only";
  EXPECT_THROW(mdns.execute("update zones set serial = 1"), StatementError);
  EXPECT_THROW(mdns.execute("select open_epoch()"), StatementError);
}

}  // namespace
}  // namespace minidns::storage::postgres
