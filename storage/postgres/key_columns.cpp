#include "storage/postgres/key_columns.hpp"

#include "storage/postgres/key_rolls.hpp"
#include "storage/postgres/zone_signing.hpp"
#include "storage/zone_content.hpp"

#include <algorithm>
#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

constexpr const char* insert_keys =
    "insert into dnssec_keys (id, zone_id, role, algorithm, key_tag, dnskey, state, active_at)"
    " select w.id, $1, w.role, w.algorithm, w.key_tag, w.dnskey, w.state,"
    "  case when w.state = 'active' then now() end"
    " from unnest($2::uuid[], $3::text[], $4::int4[], $5::int4[], $6::bytea[], $7::text[])"
    " as w (id, role, algorithm, key_tag, dnskey, state)";
constexpr const char* insert_zsk_secrets =
    "insert into zsk_secrets (key_id, sealed) select w.id, w.sealed from unnest($1::uuid[], $2::bytea[])"
    " as w (id, sealed)";
constexpr const char* insert_ksk_secrets =
    "insert into ksk_secrets (key_id, sealed) select w.id, w.sealed from unnest($1::uuid[], $2::bytea[])"
    " as w (id, sealed)";
constexpr const char* update_states =
    "update dnssec_keys k set state = w.state,"
    " active_at = case when w.state = 'active' then coalesce(active_at, now()) else active_at end,"
    " retired_at = case when w.state = 'retired' then coalesce(retired_at, now()) else retired_at end,"
    " removed_at = case when w.state = 'removed' then coalesce(removed_at, now()) else removed_at end"
    " from unnest($2::uuid[], $3::text[]) as w (id, state) where k.id = w.id and k.zone_id = $1";
constexpr const char* remove_keys =
    "update dnssec_keys set state = 'removed', removed_at = now() where zone_id = $1 and state <> 'removed'";
constexpr const char* insert_key_set =
    "insert into key_sets (id, zone_id, denial, opt_out, refresh_period_s, signature_lifetime_s, skew_s, ttl, dnskey,"
    " cds, cdnskey, zonemd) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr const char* insert_zone_keys =
    "insert into key_set_zsks (key_set_id, key_id, active_from)"
    " select $1, w.id, w.active_from from unnest($2::uuid[], $3::int8[]) as w (id, active_from)";
constexpr const char* insert_signers = "insert into key_set_signers (key_set_id, key_id) select $1, unnest($2::uuid[])";
constexpr const char* update_ds =
    "update dnssec_keys k set ds = w.ds, ds_at = case when k.ds = w.ds then coalesce(k.ds_at, now()) else now() end"
    " from unnest($2::uuid[], $3::text[]) as w (id, ds) where k.id = w.id and k.zone_id = $1";
constexpr const char* delete_foreign = "delete from foreign_dnskeys where zone_id = $1";
constexpr const char* select_foreign = "select dnskey from foreign_dnskeys where zone_id = $1 order by dnskey";
constexpr const char* insert_foreign = "insert into foreign_dnskeys (zone_id, dnskey) select $1, unnest($2::bytea[])";
constexpr const char* insert_signatures =
    "insert into apex_signatures (key_set_id, key_id, type, inception, expiration, rrsig)"
    " select w.key_set_id, w.key_id, w.type, w.inception, w.expiration, w.rrsig"
    " from unnest($1::uuid[], $2::uuid[], $3::int4[], $4::int8[], $5::int8[], $6::bytea[])"
    " as w (key_set_id, key_id, type, inception, expiration, rrsig) on conflict do nothing";
constexpr const char* update_zone_signing =
    "update zones set dnssec_policy_id = $2, key_set_id = $3, signing_time = $4, buckets = $5, rules = $6,"
    " refresh_due = $7 where id = $1";
constexpr const char* end_zone_signing =
    "update zones set dnssec_policy_id = null, key_set_id = null, signing_time = null, buckets = null,"
    " refresh_due = null where id = $1";

Param packed_or_null(const std::vector<dns::Rdata>& records) {
  return records.empty() ? Param(nullptr) : Param(ByteView(dns::pack_rdata(records)));
}

Bytes octets_of(const dns::Rdata& rdata) {
  return {rdata.octets().begin(), rdata.octets().end()};
}

KeyState state_of(const std::string& text) {
  for (const auto state :
       {KeyState::generated, KeyState::published, KeyState::active, KeyState::retired, KeyState::removed}) {
    if (text == to_column(state)) {
      return state;
    }
  }
  throw CorruptContent("dnssec_keys.state: " + text);
}

DsState ds_of(const std::string& text) {
  for (const auto state : {DsState::unknown, DsState::present, DsState::absent}) {
    if (text == to_column(state)) {
      return state;
    }
  }
  throw CorruptContent("dnssec_keys.ds: " + text);
}

void add_secrets(Statements& statements, const char* sql, const std::vector<NewZoneKey>& keys, bool of_ksks) {
  std::vector<Uuid> ids;
  std::vector<Bytes> sealed;
  for (const NewZoneKey& key : keys) {
    if ((key.role == KeyRole::ksk) == of_ksks) {
      ids.push_back(key.id.uuid());
      sealed.push_back(key.private_sealed);
    }
  }
  if (!ids.empty()) {
    statements.push_back({sql, {ids, sealed}});
  }
}

void add_keys(Statements& statements, const ZoneId& zone, const std::vector<NewZoneKey>& keys) {
  if (keys.empty()) {
    return;
  }
  std::vector<Uuid> ids;
  std::vector<std::string> roles;
  std::vector<std::int32_t> algorithms;
  std::vector<std::int32_t> tags;
  std::vector<Bytes> dnskeys;
  std::vector<std::string> states;
  for (const NewZoneKey& key : keys) {
    ids.push_back(key.id.uuid());
    roles.push_back(to_column(key.role));
    algorithms.push_back(key.algorithm);
    tags.push_back(key.key_tag);
    dnskeys.push_back(octets_of(key.dnskey));
    states.push_back(to_column(key.state));
  }
  statements.push_back({insert_keys, {zone.uuid(), ids, roles, algorithms, tags, dnskeys, states}});
  add_secrets(statements, insert_zsk_secrets, keys, false);
  add_secrets(statements, insert_ksk_secrets, keys, true);
}

void add_key_set(Statements& statements, const ZoneId& zone, const NewKeySet& set) {
  statements.push_back(
      {insert_key_set,
       {set.id.uuid(), zone.uuid(), denial_column(set.denial), set.denial == Denial::nsec3_opt_out, set.times.period,
        set.times.lifetime, set.times.skew, std::int64_t{set.ttl.seconds()}, packed_or_null(set.dnskey),
        packed_or_null(set.cds), packed_or_null(set.cdnskey), set.zonemd}});
  std::vector<Uuid> ids;
  std::vector<std::int64_t> active_from;
  for (const auto& key : set.zone_keys) {
    ids.push_back(key.id.uuid());
    active_from.push_back(key.active_from);
  }
  statements.push_back({insert_zone_keys, {set.id.uuid(), ids, active_from}});
  std::vector<Uuid> signers;
  for (const auto& key : set.signers) {
    signers.push_back(key.uuid());
  }
  statements.push_back({insert_signers, {set.id.uuid(), signers}});
}

void add_foreign_dnskeys(Statements& statements, const ZoneId& zone, const std::vector<dns::Rdata>& dnskeys) {
  std::vector<Bytes> octets;
  for (const auto& dnskey : dnskeys) {
    octets.push_back(octets_of(dnskey));
  }
  statements.push_back({delete_foreign, {zone.uuid()}});
  statements.push_back({insert_foreign, {zone.uuid(), octets}});
}

}  // namespace

std::string to_column(KeyRole role) {
  switch (role) {
    case KeyRole::ksk:
      return "KSK";
    case KeyRole::zsk:
      return "ZSK";
    case KeyRole::csk:
      return "CSK";
  }
  throw std::logic_error("no such role");
}

KeyRole key_role_of(const std::string& column) {
  for (const auto role : {KeyRole::ksk, KeyRole::zsk, KeyRole::csk}) {
    if (column == to_column(role)) {
      return role;
    }
  }
  throw CorruptContent("dnssec_keys.role: " + column);
}

std::string to_column(KeyState state) {
  switch (state) {
    case KeyState::generated:
      return "generated";
    case KeyState::published:
      return "published";
    case KeyState::active:
      return "active";
    case KeyState::retired:
      return "retired";
    case KeyState::removed:
      return "removed";
  }
  throw std::logic_error("no such state");
}

std::string to_column(DsState state) {
  switch (state) {
    case DsState::unknown:
      return "unknown";
    case DsState::present:
      return "present";
    case DsState::absent:
      return "absent";
  }
  throw std::logic_error("no such state");
}

dns::Rdata rdata_column(const Rows& rows, std::size_t row, int column) {
  const auto octets = rows.bytea(row, column);
  auto rdata = dns::Rdata::from_octets(Bytes(octets.begin(), octets.end()));
  if (!rdata) {
    throw CorruptContent("RDATA: " + rdata.error().detail);
  }
  return *std::move(rdata);
}

std::vector<dns::Rdata> records_column(const Rows& rows, std::size_t row, int column) {
  if (rows.is_null(row, column)) {
    return {};
  }
  auto records = dns::unpack_rdata(rows.bytea(row, column));
  if (!records) {
    throw CorruptContent("packed RDATA: " + records.error().detail);
  }
  std::ranges::sort(*records);
  return *std::move(records);
}

ZoneKeyRecord key_record_of(const Rows& rows, std::size_t row) {
  return {.id = DnssecKeyId(rows.uuid(row, 0)),
          .role = key_role_of(rows.text(row, 1)),
          .dnskey = rdata_column(rows, row, 2),
          .state = state_of(rows.text(row, 3)),
          .ds = ds_of(rows.text(row, 4)),
          .ds_at = rows.optional_timestamp(row, 8),
          .created_at = rows.timestamp(row, 5),
          .active_at = rows.optional_timestamp(row, 6),
          .retired_at = rows.optional_timestamp(row, 7)};
}

std::vector<dns::Rdata> read_foreign_dnskeys(Connection& connection, const ZoneId& zone) {
  const auto rows = connection.execute(select_foreign, {zone.uuid()});
  std::vector<dns::Rdata> dnskeys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    dnskeys.push_back(rdata_column(rows, row, 0));
  }
  return dnskeys;
}

void add_signing(Statements& statements, const ZoneId& zone, const SigningChange& change) {
  add_keys(statements, zone, change.new_keys);
  if (change.new_key_set) {
    add_key_set(statements, zone, *change.new_key_set);
  }
  if (change.foreign_dnskeys) {
    add_foreign_dnskeys(statements, zone, *change.foreign_dnskeys);
  }
  if (!change.key_states.empty()) {
    std::vector<Uuid> ids;
    std::vector<std::string> states;
    for (const auto& [id, state] : change.key_states) {
      ids.push_back(id.uuid());
      states.push_back(to_column(state));
    }
    statements.push_back({update_states, {zone.uuid(), ids, states}});
  }
  if (change.roll) {
    add_roll(statements, zone, *change.roll);
  } else if (change.end_roll) {
    add_end_of_roll(statements, zone);
  }
  add_apex_signatures(statements, change.apex_signatures);
  const auto& stamp = change.stamp;
  statements.push_back({update_zone_signing,
                        {zone.uuid(), change.policy.uuid(), stamp.key_set.uuid(), stamp.signing_time, stamp.buckets,
                         std::int32_t{stamp.rules}, change.refresh_due}});
}

void add_ds(Statements& statements, const ZoneId& zone, const std::vector<KeyDsState>& states) {
  if (states.empty()) {
    return;
  }
  std::vector<Uuid> ids;
  std::vector<std::string> words;
  for (const auto& [id, state] : states) {
    ids.push_back(id.uuid());
    words.push_back(to_column(state));
  }
  statements.push_back({update_ds, {zone.uuid(), ids, words}});
}

void add_end_of_signing(Statements& statements, const ZoneId& zone) {
  add_end_of_roll(statements, zone);
  statements.push_back({remove_keys, {zone.uuid()}});
  statements.push_back({delete_foreign, {zone.uuid()}});
  statements.push_back({end_zone_signing, {zone.uuid()}});
}

void add_apex_signatures(Statements& statements, const std::vector<NewApexSignature>& signatures) {
  if (signatures.empty()) {
    return;
  }
  std::vector<Uuid> key_sets;
  std::vector<Uuid> keys;
  std::vector<std::int32_t> types;
  std::vector<std::int64_t> inceptions;
  std::vector<std::int64_t> expirations;
  std::vector<Bytes> rrsigs;
  for (const auto& [key_set, key, signature] : signatures) {
    key_sets.push_back(key_set.uuid());
    keys.push_back(key.uuid());
    types.push_back(signature.type.value());
    inceptions.push_back(signature.inception);
    expirations.push_back(signature.expiration);
    rrsigs.push_back(octets_of(signature.rrsig));
  }
  statements.push_back({insert_signatures, {key_sets, keys, types, inceptions, expirations, rrsigs}});
}

}  // namespace minidns::storage::postgres
