#include "tests/postgres/storage_support.hpp"

#include "storage/postgres/feed_numbering.hpp"

#include <memory>
#include <stdexcept>

namespace minidns::storage::postgres {

using namespace std::chrono_literals;

namespace {

std::string words_of(const api::Problem& problem) {
  std::string text(api::traits_of(problem.type).type);
  text += ": " + problem.message;
  for (const auto& error : problem.errors) {
    text += "; " + error.message;
  }
  return text;
}

template <class T>
T required(const api::Result<T>& result) {
  if (!result) {
    throw std::runtime_error(words_of(result.error()));
  }
  return *result;
}

}  // namespace

void RecordingAnnouncer::committed(const ZoneId& zone, dns::Version version) {
  const std::scoped_lock lock(mutex_);
  versions_.emplace_back(zone, version.value());
}

std::vector<RecordingAnnouncer::Version> RecordingAnnouncer::versions() const {
  const std::scoped_lock lock(mutex_);
  return versions_;
}

Desk::Desk(const std::string& conninfo, std::size_t connections)
    : pool_({.conninfo = conninfo, .application_name = "test"}, connections, 10s, WriterCheck()),
      reader_(pool_),
      editor_(pool_),
      secrets_(*SecretBox::create(Secret(Bytes(32, 7)))),
      secondary_({}, secrets_),
      refresh_(pool_),
      ksk_secrets_(*SecretBox::create(Secret(Bytes(32, 9)))),
      vault_(secrets_, &ksk_secrets_),
      first_signing_(vault_, refresh_, clock_),
      zones_(reader_, editor_, secondary_, first_signing_, announcer_, clock_),
      recordsets_(reader_, editor_, announcer_, clock_) {}

api::Scope Desk::scope(const std::string& project) {
  return {.token = TokenId(Uuid::version7({})),
          .project = ProjectId(project),
          .role = api::Role::member,
          .request_id = "req-test"};
}

api::ZoneView Desk::create_zone(const std::string& name, const std::string& project) {
  api::NewZone zone{.name = dns::Name::from_text(name).value(), .email = "a@example.org"};
  return required(zones_.create(scope(project), zone));
}

api::RecordsetView Desk::create_recordset(const ZoneId& zone, const std::string& name, dns::RRType type,
                                          std::vector<std::string> records) {
  return required(recordsets_.create(scope(), zone,
                                     {.name = dns::Name::from_text(name).value(),
                                      .type = type,
                                      .records = std::move(records),
                                      .ttl = {},
                                      .description = {}}));
}

api::RecordsetView Desk::set_records(const api::RecordsetView& recordset, std::vector<std::string> records) {
  api::RecordsetChange change;
  change.records = std::move(records);
  return required(recordsets_.update(scope(), recordset.zone_id, recordset.id, change));
}

std::int64_t Desk::number() {
  return number_changes(*pool_.acquire());
}

harness::PostgresCluster& StorageTest::cluster() {
  static harness::PostgresCluster shared;
  return shared;
}

std::string StorageTest::new_database_name() {
  static int count = 0;
  return "storage" + std::to_string(++count);
}

void StorageTest::SetUp() {
  database_ = new_database_name();
  conninfo_ = cluster().create_database(database_);
}

ConnectionSettings StorageTest::settings(const std::string& conninfo) {
  ConnectionSettings settings;
  settings.conninfo = conninfo;
  settings.application_name = "test";
  return settings;
}

void StorageTest::add_pool(int nameservers) const {
  sql("insert into pools (id, name, is_default) values ('00000000-0000-7000-8000-0000000000aa', 'p', true);"
      "insert into pool_ns_records (pool_id, hostname, priority) select id, 'ns1.test.', 1 from pools;"
      "insert into pool_ns_records (pool_id, hostname, priority) select id, 'ns2.test.', 2 from pools;"
      "insert into nameservers (id, pool_id, name, driver, address)"
      " select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, p.id, 'ns' || n, 'none', '127.0.0.1'"
      " from pools p, generate_series(1, " +
      std::to_string(nameservers) + ") n");
}

void StorageTest::confirm(int number, std::int64_t seq) const {
  const auto id = "('00000000-0000-7000-8000-' || lpad('" + std::to_string(number) + "', 12, '0'))::uuid";
  sql("insert into nameserver_progress (nameserver_id, visible_through) values (" + id + ", " + std::to_string(seq) +
      ") on conflict (nameserver_id) do update set visible_through = excluded.visible_through");
}

void expect_sound_feed(const harness::PostgresCluster& cluster, const std::string& database) {
  EXPECT_EQ(cluster.sql(database, "select count(*) from changes"),
            cluster.sql(database, "select max(seq) from changes"))
      << "gaps in the feed";
  EXPECT_EQ(cluster.sql(database, "select max(seq) from changes"), cluster.sql(database, "select seq from feed_head"));
  EXPECT_EQ(cluster.sql(database,
                        "select count(*) from versions v where not exists"
                        " (select from changes c where c.zone_id = v.zone_id and c.version = v.version)"),
            "0")
      << "versions were skipped";
  EXPECT_EQ(cluster.sql(database, "select count(*) from versions"),
            cluster.sql(database, "select count(*) from changes where zone_id is not null"))
      << "versions are numbered twice, or none such was committed";
  EXPECT_EQ(cluster.sql(database,
                        "select count(*) from changes a join changes b on a.zone_id = b.zone_id"
                        " and a.seq < b.seq and a.version > b.version"),
            "0")
      << "a zone's versions are out of order";
}

}  // namespace minidns::storage::postgres
