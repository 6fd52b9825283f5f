#include "storage/postgres/zone_edit.hpp"

#include "storage/postgres/dnssec_policies.hpp"
#include "storage/postgres/key_columns.hpp"
#include "storage/postgres/key_rolls.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_lock.hpp"
#include "storage/postgres/zone_reader.hpp"
#include "storage/postgres/zone_records.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_writes.hpp"
#include "storage/zone_content.hpp"

#include <algorithm>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// What is at the owner, and what above it cuts it off; in view $4, or (0) in any.
constexpr const char* select_around =
    "select r.owner, r.type, r.ttl, r.owner_case is not null, r.rdata, w.id, w.name from rrsets r"
    " left join views w on w.id = r.view"
    " where r.zone_id = $1 and r.owner = any($2) and ($4 = 0 or r.view = 0 or r.view = $4) and r.until is null"
    " and (r.owner = $3 or r.type in (2, 39))";

constexpr const char* select_below =
    "select exists (select from rrsets where zone_id = $1 and owner > $2 and ($3::bytea is null or owner < $3)"
    " and ($4 = 0 or view = 0 or view = $4) and until is null)";

constexpr const char* select_view = "select id, name from views where name = $1";

constexpr const char* select_child_zone =
    "select name from zones where name_key = any($1) and deleted_at is null and type <> 'CATALOG'"
    " order by name_key desc limit 1";

constexpr const char* select_sub_zone =
    "select exists (select from zones where name_key > $1 and name_key < $2 and deleted_at is null"
    " and type <> 'CATALOG')";

constexpr const char* select_measures =
    "select count(*), coalesce(max(ttl), 0) from rrsets where zone_id = $1 and until is null";

constexpr const char* select_ttl_max_of_history = "select coalesce(max(ttl), 0) from rrsets where zone_id = $1";

constexpr const char* select_dnskey_ttl_max = "select coalesce(max(ttl), 0)::int8 from key_sets where zone_id = $1";

constexpr const char* select_axfr_only =
    "select exists (select from nameservers where pool_id = $1 and state <> 'retired' and driver = 'powerdns')";

const std::string select_keys =
    std::string("select ") + key_columns +
    ", coalesce(s.active_from, 0), coalesce(p.sealed, q.sealed, '') from dnssec_keys k"
    " left join key_set_zsks s on s.key_id = k.id and s.key_set_id = (select key_set_id from zones where id = $1)"
    " left join zsk_secrets p on p.key_id = k.id left join ksk_secrets q on q.key_id = k.id"
    " where k.zone_id = $1 and k.state <> 'removed' order by k.role, k.created_at, k.id";

constexpr const char* update_zone =
    "update zones set version = coalesce($2::bigint, version), serial = coalesce($3::bigint, serial),"
    " epoch = case when $2::bigint is null then epoch else (select epoch from feed_head) end,"
    " revision = revision + 1, updated_at = now(),"
    " deleted_at = case when $4::boolean then now() else deleted_at end where id = $1";

constexpr const char* update_fields =
    "update zones set email = $2, description = $3, ttl = $4, masters = $5 where id = $1";

constexpr const char* update_soa =
    "update recordsets set records = $2, changed_in = $3, revision = revision + 1, updated_at = now()"
    " where zone_id = $1 and owner = '' and type = 6";

constexpr const char* upsert_tombstone =
    "insert into tombstones (name_key, zone_id, serial, pool_id) select name_key, id, $2, pool_id from zones where id "
    "= $1"
    " on conflict (name_key) do update set zone_id = excluded.zone_id, serial = excluded.serial,"
    " epoch = excluded.epoch, deleted_at = excluded.deleted_at, lost = false, pool_id = excluded.pool_id";

// Waits for nobody: mdns locks the zone before this row, too. A key of null is left as it is unless $4.
constexpr const char* order_inbound =
    "update inbound_zones set due_at = now(), touched_at = clock_timestamp(), changed_at = clock_timestamp(),"
    " forced = forced or $2, accepted_serial = case when $3 then alarm_serial else accepted_serial end,"
    " key_name = case when $4 then $5 else key_name end,"
    " key_algorithm = case when $4 then $6 else key_algorithm end,"
    " key_secret_sealed = case when $4 then $7 else key_secret_sealed end where zone_id = $1";

std::string select_zone() {
  return std::string("select ") + zone_columns + " from zones z" + zone_details + " where z.id = $1";
}

std::string select_recordset() {
  return std::string("select ") + recordset_columns + " from recordsets r" + recordset_details +
         " where r.id = $1 and r.zone_id = $2";
}

// The end of the range of keys that begin with `key`, which ends in the octet 0 that closes a label.
std::optional<Bytes> end_of_subtree(Bytes key) {
  if (key.empty()) {
    return std::nullopt;
  }
  key.back() = 1;
  return key;
}

class Edit final : public ZoneEdit {
 public:
  Edit(ConnectionPool::Lease lease, const Reach& reach, const ZoneId& id)
      : lease_(std::move(lease)), transaction_(*lease_) {
    zone_ = lock_zone(*lease_, reach, id);
  }

  [[nodiscard]] bool found() const { return zone_.has_value(); }
  [[nodiscard]] const LockedZone& zone() const override { return *zone_; }

  [[nodiscard]] ZoneRecord record() override {
    return zone_record_of(lease_->execute(zone_sql().c_str(), {zone_->id.uuid()}), 0);
  }

  [[nodiscard]] std::optional<RecordsetRecord> recordset(const RecordsetId& id) override {
    const auto rows = lease_->execute(recordset_sql().c_str(), {id.uuid(), zone_->id.uuid()});
    return rows.empty() ? std::nullopt : std::optional(recordset_record_of(rows, 0));
  }

  [[nodiscard]] std::optional<ViewRef> view(const std::string& name) override {
    const auto rows = lease_->execute(select_view, {name});
    return rows.empty() ? std::nullopt : optional_view(rows, 0, 0);
  }

  [[nodiscard]] Surroundings surroundings(const dns::Name& owner, const std::optional<ViewId>& view) override;

  [[nodiscard]] std::vector<NsName> ns_names() override {
    return ns_names_of(lease_->execute(select_ns_names, {zone_->pool.uuid()}));
  }

  [[nodiscard]] bool has_sub_zone() override {
    const auto key = name_key_of(zone_->name);
    return lease_->execute(select_sub_zone, {ByteView(key), ByteView(end_of_subtree(key).value())}).boolean(0, 0);
  }

  [[nodiscard]] ZoneMeasures measures() override;
  [[nodiscard]] std::vector<SealedZoneKey> keys() override;
  [[nodiscard]] std::optional<KeyRollState> roll() override { return read_roll(*lease_, zone_->id); }
  [[nodiscard]] DnssecPolicyRecord policy() override {
    return read_policy(*lease_, zone_->signing.value().policy).value();  // a foreign key keeps it there
  }

  [[nodiscard]] DnssecPolicyRecord policy(const DnssecPolicyId& id) override {
    return read_policy(*lease_, id).value();
  }
  [[nodiscard]] std::vector<dns::Rdata> foreign_dnskeys() override { return read_foreign_dnskeys(*lease_, zone_->id); }
  [[nodiscard]] dns::Ttl ttl_max_of_history() override {
    return ttl_of(lease_->execute(select_ttl_max_of_history, {zone_->id.uuid()}).integer(0, 0));
  }
  [[nodiscard]] dns::Ttl dnskey_ttl_max_of_history() override {
    return ttl_of(lease_->execute(select_dnskey_ttl_max, {zone_->id.uuid()}).integer(0, 0));
  }

  void save_roll(const std::optional<KeyRoll>& roll, const std::vector<KeyDsState>& ds) override {
    Statements statements;
    if (roll) {
      add_roll(statements, zone_->id, *roll);
    } else {
      add_end_of_roll(statements, zone_->id);
    }
    add_ds(statements, zone_->id, ds);
    lease_->execute_all(statements);
    transaction_.commit();
  }

  ZoneCommitted commit(const ZoneCommit& commit) override;

 private:
  static const std::string& recordset_sql() {
    static const std::string sql = select_recordset();
    return sql;
  }
  static const std::string& zone_sql() {
    static const std::string sql = select_zone();
    return sql;
  }
  void add_content(Statements& statements, const ZoneCommit& commit) const;
  void add_inbound(Statements& statements, const InboundOrder& order) const;

  ConnectionPool::Lease lease_;
  Transaction transaction_;
  std::optional<LockedZone> zone_;
};

Surroundings Edit::surroundings(const dns::Name& owner, const std::optional<ViewId>& view) {
  const auto& apex = zone_->name;
  std::vector<Bytes> owners;       // from the owner up to the apex
  std::vector<Bytes> child_zones;  // the same without the apex, as names of zones
  for (auto name = owner;; name = name.parent()) {
    owners.push_back(owner_key_of(name, apex));
    if (name == apex) {
      break;
    }
    child_zones.push_back(name_key_of(name));
  }
  const auto& own_key = owners.front();
  const auto end = end_of_subtree(own_key);
  const auto end_param = end ? Param(ByteView(*end)) : Param(nullptr);
  const std::int32_t seen_as = view ? view->number() : 0;
  const auto results = lease_->execute_all({{select_around, {zone_->id.uuid(), owners, ByteView(own_key), seen_as}},
                                            {select_below, {zone_->id.uuid(), ByteView(own_key), end_param, seen_as}},
                                            {select_child_zone, {child_zones}}});

  Surroundings around{.at_owner = {}, .cuts_above = {}, .anything_below = results[1].boolean(0, 0), .child_zone = {}};
  const auto& rows = results[0];
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const dns::RRType type(static_cast<std::uint16_t>(rows.integer(row, 1)));
    const auto key = rows.bytea(row, 0);
    if (std::ranges::equal(key, own_key)) {
      auto records = dns::unpack_rdata(rows.bytea(row, 4));
      if (!records) {
        throw CorruptContent("rrsets.rdata: " + records.error().detail);
      }
      around.at_owner.push_back(
          {type, ttl_of(rows.integer(row, 2)), rows.boolean(row, 3), std::move(*records), optional_view(rows, row, 5)});
      continue;
    }
    const auto above = dns::OwnerKey::from_octets(key);
    const auto name = above ? above->to_name(apex) : above.error();
    if (!name) {
      throw CorruptContent("rrsets.owner: " + name.error().detail);
    }
    around.cuts_above.emplace_back(*name, type);
  }
  if (!results[2].empty()) {
    around.child_zone = zone_name_of(results[2].text(0, 0));
  }
  return around;
}

ZoneMeasures Edit::measures() {
  const auto rows =
      lease_->execute_all({{select_measures, {zone_->id.uuid()}}, {select_axfr_only, {zone_->pool.uuid()}}});
  return {.rrsets = rows[0].integer(0, 0),
          .ttl_max = ttl_of(rows[0].integer(0, 1)),
          .pool_has_axfr_only = rows[1].boolean(0, 0)};
}

std::vector<SealedZoneKey> Edit::keys() {
  const auto rows = lease_->execute(select_keys.c_str(), {zone_->id.uuid()});
  std::vector<SealedZoneKey> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto sealed = rows.bytea(row, key_column_count + 1);
    keys.push_back(
        {key_record_of(rows, row), rows.integer(row, key_column_count), Bytes(sealed.begin(), sealed.end())});
  }
  return keys;
}

void Edit::add_content(Statements& statements, const ZoneCommit& commit) const {
  const auto& stamp = *commit.stamp;
  auto ended = commit.take_away;
  for (const auto& rrset : commit.put) {
    ended.emplace_back(rrset.owner, rrset.type);
  }
  add_close(statements, zone_->id, zone_->name, commit.view, stamp.version, ended);
  add_put(statements, zone_->id, zone_->name, commit.view, stamp.version, commit.put);
  if (commit.default_ttl) {
    add_default_ttl(statements, zone_->id, stamp.version, *commit.default_ttl);
  }
  if (commit.soa_records) {
    statements.push_back({update_soa, {zone_->id.uuid(), *commit.soa_records, stamp.version.value()}});
  }
  add_ds(statements, zone_->id, commit.ds);
  if (commit.signing) {
    add_signing(statements, zone_->id, *commit.signing);
  } else if (commit.end_signing) {
    add_end_of_signing(statements, zone_->id);
  }
  add_version(statements, zone_->id, stamp, commit.kind, commit.author);
  if (commit.kind == VersionKind::remove) {
    statements.push_back({upsert_tombstone, {zone_->id.uuid(), std::int64_t{stamp.serial.value()}}});
  }
}

void Edit::add_inbound(Statements& statements, const InboundOrder& order) const {
  const bool change_key = order.key.has_value();
  const auto key = order.key.value_or(std::nullopt);
  statements.push_back(
      {order_inbound,
       {zone_->id.uuid(), order.transfer_now, order.accept_alarm, change_key, key ? Param(key->name) : Param(nullptr),
        key ? Param(key->algorithm) : Param(nullptr), key ? Param(ByteView(key->secret_sealed)) : Param(nullptr)}});
}

ZoneCommitted Edit::commit(const ZoneCommit& commit) {
  Statements statements;
  if (zone_->fields.kind == ZoneKind::secondary) {
    add_inbound(statements, commit.inbound);
  }
  remove_recordsets(statements, zone_->id, commit.remove);
  if (commit.stamp) {
    add_content(statements, commit);
  }
  const auto version = commit.stamp ? std::optional(commit.stamp->version) : std::nullopt;
  for (const auto& recordset : commit.add) {
    add_recordset(statements, zone_->id, zone_->name, version.value_or(zone_->head.version), recordset);
  }
  for (const auto& recordset : commit.change) {
    change_recordset(statements, version, recordset);
  }
  if (const auto& fields = commit.fields) {
    statements.push_back(
        {update_fields,
         {zone_->id.uuid(), fields->email, fields->description, std::int64_t{fields->ttl.seconds()}, fields->masters}});
  }
  const auto version_param = version ? Param(version->value()) : Param(nullptr);
  const auto serial_param = commit.stamp ? Param(std::int64_t{commit.stamp->serial.value()}) : Param(nullptr);
  statements.push_back(
      {update_zone, {zone_->id.uuid(), version_param, serial_param, commit.kind == VersionKind::remove}});
  if (commit.show) {
    statements.push_back({recordset_sql().c_str(), {commit.show->uuid(), zone_->id.uuid()}});
  }
  statements.push_back({zone_sql().c_str(), {zone_->id.uuid()}});
  const auto results = lease_->execute_all(statements);

  ZoneCommitted committed{.zone = zone_record_of(results.back(), 0), .recordset = {}};
  if (commit.show) {
    const auto& rows = results[results.size() - 2];
    committed.recordset = rows.empty() ? std::nullopt : std::optional(recordset_record_of(rows, 0));
  }
  transaction_.commit();
  return committed;
}

}  // namespace

std::unique_ptr<ZoneEdit> PostgresZoneEditor::edit(const Reach& reach, const ZoneId& id) {
  auto edit = std::make_unique<Edit>(pool_.acquire(), reach, id);
  return edit->found() ? std::move(edit) : nullptr;
}

}  // namespace minidns::storage::postgres
