#include "storage/postgres/dnssec_policies.hpp"

#include "storage/postgres/errors.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_signing.hpp"

namespace minidns::storage::postgres {
namespace {

const std::string columns =
    "id, name, description, algorithm, key_model, denial, opt_out, refresh_period_s, signature_lifetime_s, skew_s,"
    " dnskey_ttl_s, ksk_lifetime_s, zsk_lifetime_s, publish_cds, created_at, updated_at, zonemd";

const std::string select_policy = "select " + columns + " from dnssec_policies where name = $1";
const std::string select_policies = "select " + columns + " from dnssec_policies order by name";
const std::string select_policy_by_id = "select " + columns + " from dnssec_policies where id = $1";
const std::string insert_policy =
    "insert into dnssec_policies (id, name, description, algorithm, key_model, denial, opt_out, refresh_period_s,"
    "  signature_lifetime_s, skew_s, dnskey_ttl_s, ksk_lifetime_s, zsk_lifetime_s, publish_cds,"
    "  zonemd) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning " +
    columns;
const std::string update_policy =
    "update dnssec_policies set description = $3, algorithm = $4, key_model = $5, denial = $6, opt_out = $7,"
    " refresh_period_s = $8, signature_lifetime_s = $9, skew_s = $10, dnskey_ttl_s = $11, ksk_lifetime_s = $12,"
    " zsk_lifetime_s = $13, publish_cds = $14, zonemd = $15, updated_at = now(), revision = revision + 1"
    " where id = $1 and name = $2 returning " +
    columns;
// A zone that is signed by it meanwhile waits for this lock: its foreign key needs the row.
constexpr const char* lock_policy = "select 1 from dnssec_policies where name = $1 for update";
constexpr const char* select_in_use =
    "select exists (select from zones z join dnssec_policies p on p.id = z.dnssec_policy_id where p.name = $1)"
    " or exists (select from key_rolls r join dnssec_policies p on p.id = r.policy_before where p.name = $1)";
constexpr const char* delete_policy = "delete from dnssec_policies where name = $1";

constexpr const char* select_defaults =
    "select d.scope, d.subject, p.name from dnssec_defaults d join dnssec_policies p on p.id = d.policy_id"
    " order by d.scope, d.subject";
constexpr const char* upsert_default =
    "insert into dnssec_defaults (scope, subject, policy_id) select $1, $2, id from dnssec_policies where name = $3"
    " on conflict (scope, subject) do update set policy_id = excluded.policy_id";
constexpr const char* delete_default = "delete from dnssec_defaults where scope = $1 and subject = $2";

const char* to_column(DnssecDefault::Scope scope) {
  return scope == DnssecDefault::Scope::pool ? "POOL" : "PROJECT";
}

std::optional<std::int32_t> seconds_column(const Rows& rows, std::size_t row, int column) {
  const auto value = rows.optional_integer(row, column);
  return value ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
}

DnssecPolicyRecord record_of(const Rows& rows, std::size_t row) {
  const auto number = [&](int column) { return static_cast<std::int32_t>(rows.integer(row, column)); };
  return {.id = DnssecPolicyId(rows.uuid(row, 0)),
          .fields = {.name = rows.text(row, 1),
                     .description = rows.optional_text(row, 2),
                     .algorithm = static_cast<std::uint8_t>(rows.integer(row, 3)),
                     .key_model = rows.text(row, 4) == "CSK" ? KeyModel::csk : KeyModel::ksk_zsk,
                     .denial = denial_of(rows.text(row, 5), rows.boolean(row, 6)),
                     .times = {.period = number(7), .lifetime = number(8), .skew = number(9)},
                     .dnskey_ttl = ttl_of(rows.integer(row, 10)),
                     .ksk_lifetime_s = seconds_column(rows, row, 11),
                     .zsk_lifetime_s = seconds_column(rows, row, 12),
                     .publish_cds = rows.boolean(row, 13),
                     .zonemd = rows.boolean(row, 16)},
          .created_at = rows.timestamp(row, 14),
          .updated_at = rows.optional_timestamp(row, 15)};
}

std::vector<Param> params_of(const DnssecPolicyId& id, const DnssecPolicyFields& fields) {
  return {id.uuid(),
          fields.name,
          fields.description,
          std::int32_t{fields.algorithm},
          fields.key_model == KeyModel::csk ? "CSK" : "KSK_ZSK",
          denial_column(fields.denial),
          fields.denial == Denial::nsec3_opt_out,
          fields.times.period,
          fields.times.lifetime,
          fields.times.skew,
          std::int64_t{fields.dnskey_ttl.seconds()},
          fields.ksk_lifetime_s,
          fields.zsk_lifetime_s,
          fields.publish_cds,
          fields.zonemd};
}

}  // namespace

std::optional<DnssecPolicyRecord> read_policy(Connection& connection, const DnssecPolicyId& id) {
  const auto rows = connection.execute(select_policy_by_id.c_str(), {id.uuid()});
  return rows.empty() ? std::nullopt : std::optional(record_of(rows, 0));
}

DnssecPolicyRecord PostgresDnssecPolicies::create(const DnssecPolicyId& id, const DnssecPolicyFields& fields) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  auto record = record_of(connection->execute(insert_policy.c_str(), params_of(id, fields)), 0);
  transaction.commit();
  return record;
}

std::optional<DnssecPolicyRecord> PostgresDnssecPolicies::get(const std::string& name) {
  const auto rows = pool_.acquire()->execute(select_policy.c_str(), {name});
  return rows.empty() ? std::nullopt : std::optional(record_of(rows, 0));
}

std::vector<DnssecPolicyRecord> PostgresDnssecPolicies::list() {
  const auto rows = pool_.acquire()->execute(select_policies.c_str());
  std::vector<DnssecPolicyRecord> records;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    records.push_back(record_of(rows, row));
  }
  return records;
}

std::optional<DnssecPolicyRecord> PostgresDnssecPolicies::update(const std::string& name, const Change& change) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto rows =
      connection->execute_all({{lock_policy, {name}}, {select_policy.c_str(), {name}}, {select_in_use, {name}}});
  if (rows[1].empty()) {
    return std::nullopt;
  }
  auto record = record_of(rows[1], 0);
  if (!change(record.fields, rows[2].boolean(0, 0))) {
    return record_of(rows[1], 0);
  }
  record.fields.name = name;
  record = record_of(connection->execute(update_policy.c_str(), params_of(record.id, record.fields)), 0);
  transaction.commit();
  return record;
}

DnssecPolicies::Removal PostgresDnssecPolicies::remove(const std::string& name) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  try {
    if (connection->execute(delete_policy, {name}).affected() == 0) {
      return Removal::not_found;
    }
  } catch (const StatementError& error) {
    if (error.is_foreign_key_violation()) {
      return Removal::in_use;
    }
    throw;
  }
  transaction.commit();
  return Removal::done;
}

std::vector<DnssecDefault> PostgresDnssecPolicies::defaults() {
  const auto rows = pool_.acquire()->execute(select_defaults);
  std::vector<DnssecDefault> defaults;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    defaults.push_back({rows.text(row, 0) == "POOL" ? DnssecDefault::Scope::pool : DnssecDefault::Scope::project,
                        rows.text(row, 1), rows.text(row, 2)});
  }
  return defaults;
}

bool PostgresDnssecPolicies::set_default(const DnssecDefault& value) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto written =
      connection->execute(upsert_default, {to_column(value.scope), value.subject, value.policy}).affected();
  transaction.commit();
  return written > 0;
}

bool PostgresDnssecPolicies::remove_default(DnssecDefault::Scope scope, const std::string& subject) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto removed = connection->execute(delete_default, {to_column(scope), subject}).affected();
  transaction.commit();
  return removed > 0;
}

}  // namespace minidns::storage::postgres
