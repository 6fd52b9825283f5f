#include "storage/postgres/zone_writes.hpp"

#include "storage/postgres/zone_records.hpp"

#include <algorithm>

namespace minidns::storage::postgres {
namespace {

constexpr const char* close_rrsets =
    "update rrsets r set until = $2 from unnest($3::bytea[], $4::int4[]) as w (owner, type)"
    " where r.zone_id = $1 and r.owner = w.owner and r.type = w.type and r.view = $5 and r.until is null";

constexpr const char* insert_rrsets =
    "insert into rrsets (zone_id, owner, type, view, ttl, since, owner_case, rdata)"
    " select $1, w.owner, w.type, $8, w.ttl, $2, w.owner_case, w.rdata"
    " from unnest($3::bytea[], $4::int4[], $5::int4[], $6::bytea[], $7::bytea[])"
    " as w (owner, type, ttl, owner_case, rdata)";

// What a version is signed with it inherits from the one before, as the zone's row has it.
constexpr const char* insert_version =
    "insert into versions (zone_id, version, serial, kind, author, rules, key_set_id, signing_time, buckets)"
    " select id, $2, $3, $4, $5, rules, key_set_id, signing_time, buckets from zones where id = $1";

constexpr const char* insert_recordset =
    "insert into recordsets (id, zone_id, owner, type, name, ttl, records, description, managed, changed_in, view)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

constexpr const char* update_recordset =
    "update recordsets set ttl = $2, records = $3, description = $4, changed_in = coalesce($5::bigint, changed_in),"
    " revision = revision + 1, updated_at = now() where id = $1";

constexpr const char* delete_recordsets = "delete from recordsets where zone_id = $1 and id = any($2)";

// The rows are ended and begun in one statement: the new row is made from the one that the update gave back, and a row
// that this transaction has ended doesn't count for the unique index.
constexpr const char* renew_default_ttl =
    "with ended as ("
    "  update rrsets r set until = $2 from recordsets s"
    "   where s.zone_id = $1 and s.ttl is null and r.zone_id = $1 and r.owner = s.owner and r.type = s.type"
    "   and r.view = coalesce(s.view, 0) and r.until is null and r.ttl <> $3 and r.since < $2"
    "  returning r.owner, r.type, r.view, r.owner_case, r.rdata)"
    " insert into rrsets (zone_id, owner, type, view, ttl, since, owner_case, rdata)"
    " select $1, owner, type, view, $3, $2, owner_case, rdata from ended";

constexpr const char* mark_default_ttl = "update recordsets set changed_in = $2 where zone_id = $1 and ttl is null";

Param type_param(dns::RRType type) {
  return std::int32_t{type.value()};
}

/// `rrsets.view`.
Param view_param(const std::optional<ViewId>& view) {
  return std::int32_t{view ? view->number() : std::int16_t{0}};
}

Param ttl_param(const std::optional<dns::Ttl>& ttl) {
  return ttl ? Param(std::int64_t{ttl->seconds()}) : Param(nullptr);
}

}  // namespace

Bytes owner_key_of(const dns::Name& owner, const dns::Name& apex) {
  const auto key = dns::OwnerKey::of(owner, apex);
  return {key.octets().begin(), key.octets().end()};
}

std::optional<Bytes> owner_case_of(const dns::Name& owner, const dns::Name& apex) {
  const auto relative = owner.wire().first(owner.wire().size() - apex.wire().size());
  const auto lower = owner.lowercased();
  if (std::ranges::equal(relative, lower.wire().first(relative.size()))) {
    return std::nullopt;
  }
  return Bytes(relative.begin(), relative.end());
}

void add_close(Statements& statements, const ZoneId& zone, const dns::Name& apex, const std::optional<ViewId>& view,
               dns::Version version, const std::vector<std::pair<dns::Name, dns::RRType>>& rrsets) {
  if (rrsets.empty()) {
    return;
  }
  std::vector<Bytes> owners;
  std::vector<std::int32_t> types;
  for (const auto& [owner, type] : rrsets) {
    owners.push_back(owner_key_of(owner, apex));
    types.push_back(type.value());
  }
  statements.push_back({close_rrsets, {zone.uuid(), version.value(), owners, types, view_param(view)}});
}

void add_put(Statements& statements, const ZoneId& zone, const dns::Name& apex, const std::optional<ViewId>& view,
             dns::Version version, const std::vector<dns::RRset>& rrsets) {
  if (rrsets.empty()) {
    return;
  }
  std::vector<Bytes> owners;
  std::vector<std::int32_t> types;
  std::vector<std::int32_t> ttls;
  std::vector<std::optional<Bytes>> cases;
  std::vector<Bytes> rdata;
  for (const auto& rrset : rrsets) {
    owners.push_back(owner_key_of(rrset.owner, apex));
    types.push_back(rrset.type.value());
    ttls.push_back(static_cast<std::int32_t>(rrset.ttl.seconds()));
    cases.push_back(owner_case_of(rrset.owner, apex));
    rdata.push_back(dns::pack_rdata(rrset.rdata));
  }
  statements.push_back(
      {insert_rrsets, {zone.uuid(), version.value(), owners, types, ttls, cases, rdata, view_param(view)}});
}

void add_version(Statements& statements, const ZoneId& zone, const VersionStamp& stamp, VersionKind kind,
                 const std::string& author) {
  statements.push_back(
      {insert_version,
       {zone.uuid(), stamp.version.value(), std::int64_t{stamp.serial.value()}, to_column(kind), author}});
}

void add_recordset(Statements& statements, const ZoneId& zone, const dns::Name& apex, dns::Version version,
                   const RecordsetWrite& recordset) {
  const auto& fields = recordset.fields;
  statements.push_back(
      {insert_recordset,
       {recordset.id.uuid(), zone.uuid(), ByteView(owner_key_of(fields.name, apex)), type_param(fields.type),
        fields.name.to_text(), ttl_param(fields.ttl), fields.records, fields.description, recordset.managed,
        version.value(), fields.view ? view_param(fields.view->id) : Param(nullptr)}});
}

void change_recordset(Statements& statements, const std::optional<dns::Version>& version,
                      const RecordsetWrite& recordset) {
  const auto& fields = recordset.fields;
  const auto changed_in = version ? Param(version->value()) : Param(nullptr);
  statements.push_back(
      {update_recordset, {recordset.id.uuid(), ttl_param(fields.ttl), fields.records, fields.description, changed_in}});
}

void remove_recordsets(Statements& statements, const ZoneId& zone, const std::vector<RecordsetId>& recordsets) {
  if (recordsets.empty()) {
    return;
  }
  std::vector<Uuid> ids;
  std::ranges::transform(recordsets, std::back_inserter(ids), &RecordsetId::uuid);
  statements.push_back({delete_recordsets, {zone.uuid(), ids}});
}

void add_default_ttl(Statements& statements, const ZoneId& zone, dns::Version version, dns::Ttl ttl) {
  statements.push_back({renew_default_ttl, {zone.uuid(), version.value(), std::int64_t{ttl.seconds()}}});
  statements.push_back({mark_default_ttl, {zone.uuid(), version.value()}});
}

}  // namespace minidns::storage::postgres
