#include "storage/postgres/zone_import.hpp"

#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_lock.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <optional>
#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* create_stage =
    "drop table if exists staged_records, staged_sets;"
    "create temporary table staged_records (n bigint not null, id uuid not null, owner bytea not null,"
    " owner_case bytea, name text not null, type integer not null, ttl integer not null, rdata bytea not null,"
    " canonical bytea not null, line text not null)";

constexpr const char* copy_stage =
    "copy staged_records (n, id, owner, owner_case, name, type, ttl, rdata, canonical, line) from stdin"
    " (format binary)";
constexpr int stage_columns = 10;

// dns::pack_rdata: a 2-octet length before each record.
constexpr const char* create_sets =
    "set work_mem = '256MB';"
    "create temporary table staged_sets as"
    " select owner, type, (array_agg(id order by n))[1] as id, (array_agg(owner_case order by n))[1] as owner_case,"
    "  (array_agg(name order by n))[1] as name, min(ttl) as ttl, count(*) as size,"
    "  string_agg(substring(int4send(length(rdata)) from 3) || rdata, ''::bytea order by n) as rdata,"
    "  array_agg(line order by n) as records"
    " from (select distinct on (owner, type, canonical) * from staged_records order by owner, type, canonical, n) as r"
    " group by owner, type;"
    "create unique index on staged_sets (owner, type);"
    "analyze staged_sets;"
    "drop table staged_records;"
    "reset work_mem";

constexpr const char* count_sets = "select coalesce(sum(size), 0)::bigint, count(*) from staged_sets";

// A subtree's keys begin with its key, whose last octet 0 closes a label.
constexpr const char* select_faults =
    "with own as materialized (select owner, type, view, name from recordsets"
    "  where zone_id = $3 and view is not null and cardinality(records) > 0)"
    "select name, conflict from ("
    " select owner, name, 0 as conflict from staged_sets s where type = 5"
    "  and (owner = '' or exists (select from staged_sets o where o.owner = s.owner and o.type <> 5))"
    " union all select owner, name, 1 from staged_sets where type in (5, 39) and size > 1"
    " union all select owner, name, 2 from staged_sets s where type = 39"
    "  and exists (select from staged_sets o where o.owner > s.owner"
    "   and (s.owner = '' or o.owner < set_byte(s.owner, greatest(length(s.owner) - 1, 0), 1)))"
    " union all select owner, name, 3 from staged_sets s where type = 43"
    "  and (owner = '' or not exists (select from staged_sets o where o.owner = s.owner and o.type = 2))"
    " union all select owner, name, 4 from staged_sets where size > $1"
    "  and exists (select from zones z join nameservers n on n.pool_id = z.pool_id"
    "   where z.id = $3 and 'bind' in (n.driver, n.settings ->> 'family') and n.state <> 'retired')"
    " union all select s.owner, s.name, 5 from staged_sets s join own o on o.owner = s.owner"
    "   where o.type = s.type or o.type = 5 or s.type = 5"
    "    or (s.owner <> '' and ((o.type = 2 and s.type = 39) or (o.type = 39 and s.type = 2)))"
    " union all select s.owner, s.name, 5 from staged_sets s join own o on s.type = 39 and o.owner > s.owner"
    "   and (s.owner = '' or o.owner < set_byte(s.owner, greatest(length(s.owner) - 1, 0), 1))"
    " union all select s.owner, s.name, 5 from staged_sets s join own o on o.type = 39 and s.owner > o.owner"
    "   and (o.owner = '' or s.owner < set_byte(o.owner, greatest(length(o.owner) - 1, 0), 1))"
    " union all select o.owner, o.name, 5 from own o where o.type = 43"
    "   and not exists (select from staged_sets s where s.owner = o.owner and s.type = 2)"
    "   and not exists (select from own n where n.owner = o.owner and n.type = 2 and n.view = o.view)"
    ") as faults order by owner, conflict limit $2";

constexpr const char* close_changed =
    "update rrsets r set until = $2 where zone_id = $1 and until is null and view = 0"
    " and not (owner = '' and type in (2, 6))"
    " and not exists (select from staged_sets s where s.owner = r.owner and s.type = r.type and s.ttl = r.ttl"
    "  and s.rdata = r.rdata and s.owner_case is not distinct from r.owner_case)";

constexpr const char* insert_changed =
    "insert into rrsets (zone_id, owner, type, view, ttl, since, owner_case, rdata)"
    " select $1, owner, type, 0, ttl, $2, owner_case, rdata from staged_sets s"
    " where not exists (select from rrsets r where r.zone_id = $1 and r.owner = s.owner and r.type = s.type"
    "  and r.view = 0 and r.until is null)"
    " order by owner, type";

constexpr const char* delete_recordsets =
    "delete from recordsets r where zone_id = $1 and not managed and view is null"
    " and not exists (select from staged_sets s where s.owner = r.owner and s.type = r.type)";

constexpr const char* update_recordsets =
    "update recordsets r set records = s.records, ttl = s.ttl, changed_in = $2, revision = revision + 1,"
    " updated_at = now() from staged_sets s"
    " where r.zone_id = $1 and r.owner = s.owner and r.type = s.type and r.view is null and not r.managed"
    " and (r.records, r.ttl) is distinct from (s.records, s.ttl)";

constexpr const char* insert_recordsets =
    "insert into recordsets (id, zone_id, owner, type, name, ttl, records, changed_in)"
    " select id, $1, owner, type, name, ttl, records, $2 from staged_sets s"
    " where not exists (select from recordsets r where r.zone_id = $1 and r.owner = s.owner and r.type = s.type"
    "  and r.view is null)";

constexpr const char* update_head =
    "update zones set version = $2, serial = $3, epoch = (select epoch from feed_head), revision = revision + 1,"
    " updated_at = now() where id = $1";

constexpr const char* drop_sets = "drop table if exists staged_records, staged_sets";

class Import final : public ZoneImport {
 public:
  Import(ConnectionPool::Lease lease, const ZoneId& zone, dns::Name apex)
      : lease_(std::move(lease)), zone_(zone), apex_(std::move(apex)) {
    lease_->execute_script(create_stage);
    copy_.emplace(lease_->copy_in(copy_stage));
  }

  ~Import() override {
    copy_.reset();
    if (!lease_->is_idle()) {
      return;  // the pool throws such a session away, and the tables go with it
    }
    try {
      lease_->execute_script(drop_sets);
    } catch (const Unavailable&) {
      return;  // likewise
    }
  }

  void add(const ImportRecord& record) override;
  ImportCounts finish_upload() override;
  [[nodiscard]] std::vector<ImportFault> faults(std::size_t bind_records_per_type_max, std::size_t limit) override;
  [[nodiscard]] std::optional<Imported> publish(const std::string& author,
                                                const std::function<VersionStamp(const LockedZone&)>& next) override;

 private:
  ConnectionPool::Lease lease_;
  ZoneId zone_;
  dns::Name apex_;
  std::int64_t count_ = 0;
  std::optional<Connection::CopyIn> copy_;
};

void Import::add(const ImportRecord& record) {
  auto& row = *copy_;
  row.begin_row(stage_columns);
  row.add_int8(count_++);
  row.add_uuid(record.id.uuid());
  row.add_bytea(owner_key_of(record.owner, apex_));
  if (const auto letter_case = owner_case_of(record.owner, apex_)) {
    row.add_bytea(*letter_case);
  } else {
    row.add_null();
  }
  row.add_text(record.owner.to_text());
  row.add_int4(record.type.value());
  row.add_int4(static_cast<std::int32_t>(record.ttl.seconds()));
  row.add_bytea(record.rdata.octets());
  row.add_bytea(record.canonical);
  row.add_text(record.text);
}

ImportCounts Import::finish_upload() {
  copy_->finish();
  copy_.reset();
  lease_->execute_script(create_sets);
  const auto rows = lease_->execute_unprepared(count_sets, {});
  return {rows.integer(0, 0), rows.integer(0, 1)};
}

std::vector<ImportFault> Import::faults(std::size_t bind_records_per_type_max, std::size_t limit) {
  const auto rows = lease_->execute_unprepared(select_faults, {static_cast<std::int64_t>(bind_records_per_type_max),
                                                               static_cast<std::int64_t>(limit), zone_.uuid()});
  std::vector<ImportFault> faults;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    faults.push_back({zone_name_of(rows.text(row, 0)), static_cast<ImportConflict>(rows.integer(row, 1))});
  }
  return faults;
}

std::optional<Imported> Import::publish(const std::string& author,
                                        const std::function<VersionStamp(const LockedZone&)>& next) {
  Transaction transaction(*lease_);
  const auto zone = lock_zone(*lease_, Reach{}, zone_);
  if (!zone || zone->deleted) {
    return std::nullopt;
  }
  const auto stamp = next(*zone);
  const std::vector<Param> at{zone_.uuid(), stamp.version.value()};
  std::int64_t changes = 0;
  // Unprepared: the tables that they join are this session's own, with statistics of their own.
  for (const auto* sql : {close_changed, insert_changed, update_recordsets, insert_recordsets}) {
    changes += lease_->execute_unprepared(sql, at).affected();
  }
  changes += lease_->execute_unprepared(delete_recordsets, {zone_.uuid()}).affected();
  if (changes == 0) {
    return Imported{.changed = false, .head = zone->head};
  }
  Statements statements;
  add_version(statements, zone_, stamp, VersionKind::update, author);
  statements.push_back({update_head, {zone_.uuid(), stamp.version.value(), std::int64_t{stamp.serial.value()}}});
  lease_->execute_all(statements);
  transaction.commit();
  return Imported{.changed = true, .head = stamp};
}

}  // namespace

std::unique_ptr<ZoneImport> PostgresZoneImports::begin(const ZoneId& zone, const dns::Name& apex) {
  return std::make_unique<Import>(pool_.acquire(), zone, apex);
}

}  // namespace minidns::storage::postgres
