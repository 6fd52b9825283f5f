#include "storage/postgres/dnssec_policies.hpp"
#include "storage/postgres/key_columns.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_edit.hpp"
#include "storage/postgres/zone_reader.hpp"
#include "storage/postgres/zone_records.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <algorithm>
#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

// A new zone waits for one being made above or below it, but not for its siblings: shared locks on the names above,
// from the top, then its own. Two names with one hash only wait needlessly.
constexpr const char* lock_names_above =
    "select pg_advisory_xact_lock_shared(hash) from (select hashtextextended(encode(key, 'hex'), 0) as hash"
    " from unnest($1::bytea[]) with ordinality as above (key, position) order by position) as locks";
constexpr const char* lock_own_name = "select pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))";

// Until the end of this transaction the pool keeps its NS names: changing them locks its row for update.
constexpr const char* lock_pool =
    "select id from pools where case when $1::uuid is null then is_default else id = $1 end for key share";

constexpr const char* select_place =
    "select exists (select from zones where name_key = $1 and deleted_at is null),"
    " coalesce((select project_id <> $4 from zones where name_key = any($2) and deleted_at is null"
    "   and type <> 'CATALOG' order by name_key desc limit 1), false),"
    " exists (select from zones where name_key > $1 and name_key < $3 and deleted_at is null and project_id <> $4"
    "   and type <> 'CATALOG'),"
    " (select epoch from feed_head), now()";

constexpr const char* select_floor = "select serial, epoch from tombstones where name_key = $1";

// A project's default goes before its pool's.
constexpr const char* select_default_policy =
    "select policy_id from dnssec_defaults where (scope = 'PROJECT' and subject = $2) or (scope = 'POOL' and subject ="
    "   (select id::text from pools where case when $1::uuid is null then is_default else id = $1 end))"
    " order by scope desc limit 1";

constexpr const char* insert_zone =
    "insert into zones (id, name, name_key, project_id, pool_id, type, email, description, ttl, attributes, masters,"
    "   version, serial, epoch)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, jsonb_object($10::text[], $11::text[]), $12, $13, $14,"
    "   (select epoch from feed_head))";

constexpr const char* insert_inbound =
    "insert into inbound_zones (zone_id, key_name, key_algorithm, key_secret_sealed) values ($1, $2, $3, $4)";

class Creation final : public ZoneCreation {
 public:
  Creation(ConnectionPool::Lease lease, const dns::Name& name, const ProjectId& project,
           const std::optional<PoolId>& pool)
      : lease_(std::move(lease)), transaction_(*lease_), name_(name), project_(project), place_(read_place(pool)) {}

  [[nodiscard]] const ZonePlace& place() const override { return place_; }

  ZoneRecord commit(const NewZoneWrite& zone) override;

 private:
  [[nodiscard]] ZonePlace read_place(const std::optional<PoolId>& pool);

  ConnectionPool::Lease lease_;
  Transaction transaction_;
  dns::Name name_;
  ProjectId project_;
  ZonePlace place_;
};

ZonePlace Creation::read_place(const std::optional<PoolId>& pool) {
  std::vector<Bytes> above;
  for (auto name = name_; !name.is_root();) {
    name = name.parent();
    above.push_back(name_key_of(name));
  }
  std::ranges::reverse(above);
  const auto key = name_key_of(name_);
  auto end = key;
  end.back() = 1;  // the keys below begin with `key`, whose last octet closes a label with 0
  const auto wanted = pool ? Param(pool->uuid()) : Param(nullptr);
  const auto results = lease_->execute_all({{lock_epoch, {}},
                                            {lock_names_above, {above}},
                                            {lock_own_name, {ByteView(key)}},
                                            {lock_pool, {wanted}},
                                            {select_place, {ByteView(key), above, ByteView(end), project_.text()}},
                                            {select_floor, {ByteView(key)}},
                                            {select_default_policy, {wanted, project_.text()}}});
  const auto& around = results[4];
  ZonePlace place{.pool = {},
                  .name_is_taken = around.boolean(0, 0),
                  .parent_is_foreign = around.boolean(0, 1),
                  .child_is_foreign = around.boolean(0, 2),
                  .floor = {},
                  .dnssec_policy = {},
                  .current_epoch = around.integer(0, 3),
                  .now = around.timestamp(0, 4)};
  if (!results[3].empty()) {
    const PoolId id(results[3].uuid(0, 0));
    place.pool = {id, ns_names_of(lease_->execute(select_ns_names, {id.uuid()}))};
  }
  if (!results[6].empty()) {
    place.dnssec_policy = read_policy(*lease_, DnssecPolicyId(results[6].uuid(0, 0)));
  }
  if (!results[5].empty()) {
    place.floor = {serial_column(results[5], 0, 0), results[5].integer(0, 1)};
  }
  return place;
}

ZoneRecord Creation::commit(const NewZoneWrite& zone) {
  if (!place_.pool) {
    throw std::logic_error("a zone needs a pool");
  }
  static const std::string select_zone =
      std::string("select ") + zone_columns + " from zones z" + zone_details + " where z.id = $1";
  std::vector<std::string> keys;
  std::vector<std::string> values;
  for (const auto& [key, value] : zone.fields.attributes) {
    keys.push_back(key);
    values.push_back(value);
  }
  const auto key = name_key_of(name_);
  const auto& fields = zone.fields;
  Statements statements;
  statements.push_back(
      {insert_zone,
       {zone.id.uuid(), name_.to_text(), ByteView(key), project_.text(), place_.pool->id.uuid(), to_column(fields.kind),
        fields.email, fields.description, std::int64_t{fields.ttl.seconds()}, keys, values, fields.masters,
        zone.stamp.version.value(), std::int64_t{zone.stamp.serial.value()}}});
  if (fields.kind == ZoneKind::secondary) {
    const auto& key_in = zone.inbound_key;
    statements.push_back({insert_inbound,
                          {zone.id.uuid(), key_in ? Param(key_in->name) : Param(nullptr),
                           key_in ? Param(key_in->algorithm) : Param(nullptr),
                           key_in ? Param(ByteView(key_in->secret_sealed)) : Param(nullptr)}});
  }
  add_put(statements, zone.id, name_, std::nullopt, zone.stamp.version, zone.content);
  for (const auto& recordset : zone.recordsets) {
    add_recordset(statements, zone.id, name_, zone.stamp.version, recordset);
  }
  if (zone.signing) {
    add_signing(statements, zone.id, *zone.signing);
  }
  add_version(statements, zone.id, zone.stamp, VersionKind::create, zone.author);
  statements.push_back({select_zone.c_str(), {zone.id.uuid()}});
  auto record = zone_record_of(lease_->execute_all(statements).back(), 0);
  transaction_.commit();
  return record;
}

}  // namespace

std::unique_ptr<ZoneCreation> PostgresZoneEditor::create(const dns::Name& name, const ProjectId& project,
                                                         const std::optional<PoolId>& pool) {
  return std::make_unique<Creation>(pool_.acquire(), name, project, pool);
}

}  // namespace minidns::storage::postgres
