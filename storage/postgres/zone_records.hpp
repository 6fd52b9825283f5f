#pragma once

#include "storage/postgres/rows.hpp"
#include "storage/zone_record.hpp"

#include <cstddef>
#include <optional>
#include <string>

/// Columns of zones and recordsets as the API's values. Throw CorruptContent for what no program of ours writes.
namespace minidns::storage::postgres {

/// For a row `z` of zones, `v` of its head version, `s` of zone_states and `i` of inbound_zones.
inline constexpr const char* zone_columns =
    "z.id, z.name, z.project_id, z.pool_id, z.type, z.email, z.description, z.ttl,"
    " array(select key from jsonb_each_text(z.attributes) order by key),"
    " array(select value from jsonb_each_text(z.attributes) order by key), z.masters, z.version, z.serial, v.kind,"
    " s.status, z.revision, z.created_at, z.updated_at, z.deleted_at is not null,"
    " i.zone_id is not null, i.key_name, i.key_algorithm, i.has_content, i.checked_at, i.refreshed_at, "
    "i.transferred_at,"
    " i.expires_at, coalesce(i.expires_at <= now(), false), i.failures, i.last_error, i.alarm, i.alarm_serial, "
    "i.alarm_at";
inline constexpr const char* zone_details =
    " join versions v on v.zone_id = z.id and v.version = z.version join zone_states s on s.zone_id = z.id"
    " left join inbound_zones i on i.zone_id = z.id";
[[nodiscard]] ZoneRecord zone_record_of(const Rows& rows, std::size_t row);

/// For a row `r` of recordsets, `z` of zones, `s` of recordset_states and `w` of views.
inline constexpr const char* recordset_columns =
    "r.id, r.zone_id, z.name, z.project_id, z.serial, r.name, r.type, r.ttl, r.records, r.description, r.managed,"
    " s.status, r.revision, r.created_at, r.updated_at, r.view, w.name, z.version, r.changed_in";
inline constexpr const char* recordset_details =
    " join zones z on z.id = r.zone_id join recordset_states s on s.recordset_id = r.id"
    " left join views w on w.id = r.view";
/// From `id, name` of a view; nothing for nulls.
[[nodiscard]] std::optional<ViewRef> optional_view(const Rows& rows, std::size_t row, int first_column);
[[nodiscard]] RecordsetRecord recordset_record_of(const Rows& rows, std::size_t row);

/// The fields of a zone from `type, email, description, ttl, attribute keys, attribute values, masters`.
[[nodiscard]] ZoneFields zone_fields_of(const Rows& rows, std::size_t row, int first_column);

/// From `alarm, alarm_serial, alarm_at` of inbound_zones.
[[nodiscard]] std::optional<InboundAlarm> alarm_of(const Rows& rows, std::size_t row, int first_column);

[[nodiscard]] std::string to_column(ZoneKind kind);
[[nodiscard]] std::string to_column(Propagation propagation);
[[nodiscard]] std::string to_column(VersionKind kind);
[[nodiscard]] std::string to_column(InboundAlarm::Kind kind);

}  // namespace minidns::storage::postgres
