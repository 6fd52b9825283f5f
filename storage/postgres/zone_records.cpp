#include "storage/postgres/zone_records.hpp"

#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/zone_content.hpp"

#include <array>
#include <utility>

namespace minidns::storage::postgres {
namespace {

template <class T, std::size_t N>
using Words = std::array<std::pair<T, const char*>, N>;

// The columns' CHECKs have the same words.
constexpr Words<ZoneKind, 2> zone_kinds{{{ZoneKind::primary, "PRIMARY"}, {ZoneKind::secondary, "SECONDARY"}}};
constexpr Words<Propagation, 3> propagations{
    {{Propagation::active, "ACTIVE"}, {Propagation::pending, "PENDING"}, {Propagation::error, "ERROR"}}};
constexpr Words<VersionKind, 3> version_kinds{
    {{VersionKind::create, "create"}, {VersionKind::update, "update"}, {VersionKind::remove, "delete"}}};

constexpr Words<InboundAlarm::Kind, 2> alarm_kinds{{{InboundAlarm::Kind::serial_went_back, "serial_went_back"},
                                                    {InboundAlarm::Kind::content_changed, "content_changed"}}};

template <class T, std::size_t N>
T value_of(const Words<T, N>& words, const std::string& text) {
  for (const auto& [value, word] : words) {
    if (text == word) {
      return value;
    }
  }
  throw CorruptContent("no such word: " + text);
}

template <class T, std::size_t N>
std::string word_of(const Words<T, N>& words, T value) {
  for (const auto& [v, word] : words) {
    if (v == value) {
      return word;
    }
  }
  throw std::logic_error("no such value");
}

std::optional<dns::Ttl> optional_ttl(const Rows& rows, std::size_t row, int column) {
  const auto seconds = rows.optional_integer(row, column);
  return seconds ? std::optional(ttl_of(*seconds)) : std::nullopt;
}

// From the column that says whether there is a row of inbound_zones.
std::optional<InboundState> inbound_of(const Rows& rows, std::size_t row, int first) {
  if (!rows.boolean(row, first)) {
    return std::nullopt;
  }
  InboundState state{.key_name = rows.optional_text(row, first + 1),
                     .key_algorithm = rows.optional_text(row, first + 2),
                     .has_content = rows.boolean(row, first + 3),
                     .checked_at = rows.optional_timestamp(row, first + 4),
                     .refreshed_at = rows.optional_timestamp(row, first + 5),
                     .transferred_at = rows.optional_timestamp(row, first + 6),
                     .expires_at = rows.optional_timestamp(row, first + 7),
                     .expired = rows.boolean(row, first + 8),
                     .failures = rows.integer(row, first + 9),
                     .last_error = rows.optional_text(row, first + 10),
                     .alarm = {}};
  state.alarm = alarm_of(rows, row, first + 11);
  return state;
}

}  // namespace

std::optional<InboundAlarm> alarm_of(const Rows& rows, std::size_t row, int first_column) {
  const auto kind = rows.optional_text(row, first_column);
  if (!kind) {
    return std::nullopt;
  }
  return InboundAlarm{value_of(alarm_kinds, *kind), serial_column(rows, row, first_column + 1),
                      rows.timestamp(row, first_column + 2)};
}

ZoneFields zone_fields_of(const Rows& rows, std::size_t row, int first_column) {
  ZoneFields fields{.kind = value_of(zone_kinds, rows.text(row, first_column)),
                    .email = rows.text(row, first_column + 1),
                    .description = rows.optional_text(row, first_column + 2),
                    .ttl = ttl_of(rows.integer(row, first_column + 3)),
                    .attributes = {},
                    .masters = rows.texts(row, first_column + 6)};
  const auto keys = rows.texts(row, first_column + 4);
  const auto values = rows.texts(row, first_column + 5);
  for (std::size_t i = 0; i < keys.size() && i < values.size(); ++i) {
    fields.attributes.emplace(keys[i], values[i]);
  }
  return fields;
}

ZoneRecord zone_record_of(const Rows& rows, std::size_t row) {
  return {.id = ZoneId(rows.uuid(row, 0)),
          .name = zone_name_of(rows.text(row, 1)),
          .project = ProjectId(rows.text(row, 2)),
          .pool = PoolId(rows.uuid(row, 3)),
          .fields = zone_fields_of(rows, row, 4),
          .head = {dns::Version(rows.integer(row, 11)), serial_column(rows, row, 12)},
          .head_kind = value_of(version_kinds, rows.text(row, 13)),
          .propagation = value_of(propagations, rows.text(row, 14)),
          .revision = rows.integer(row, 15),
          .created_at = rows.timestamp(row, 16),
          .updated_at = rows.optional_timestamp(row, 17),
          .deleted = rows.boolean(row, 18),
          .inbound = inbound_of(rows, row, 19)};
}

std::optional<ViewRef> optional_view(const Rows& rows, std::size_t row, int first_column) {
  if (rows.is_null(row, first_column)) {
    return std::nullopt;
  }
  return ViewRef{view_column(rows, row, first_column), rows.text(row, first_column + 1)};
}

RecordsetRecord recordset_record_of(const Rows& rows, std::size_t row) {
  return {.id = RecordsetId(rows.uuid(row, 0)),
          .zone = ZoneId(rows.uuid(row, 1)),
          .zone_name = zone_name_of(rows.text(row, 2)),
          .project = ProjectId(rows.text(row, 3)),
          .zone_serial = serial_column(rows, row, 4),
          .fields = {.name = zone_name_of(rows.text(row, 5)),
                     .type = dns::RRType(static_cast<std::uint16_t>(rows.integer(row, 6))),
                     .ttl = optional_ttl(rows, row, 7),
                     .records = rows.texts(row, 8),
                     .description = rows.optional_text(row, 9),
                     .view = optional_view(rows, row, 15)},
          .managed = rows.boolean(row, 10),
          .propagation = value_of(propagations, rows.text(row, 11)),
          .revision = rows.integer(row, 12),
          .created_at = rows.timestamp(row, 13),
          .updated_at = rows.optional_timestamp(row, 14),
          .zone_head = dns::Version(rows.integer(row, 17)),
          .changed_in = dns::Version(rows.integer(row, 18))};
}

std::string to_column(ZoneKind kind) {
  return word_of(zone_kinds, kind);
}
std::string to_column(Propagation propagation) {
  return word_of(propagations, propagation);
}
std::string to_column(VersionKind kind) {
  return word_of(version_kinds, kind);
}
std::string to_column(InboundAlarm::Kind kind) {
  return word_of(alarm_kinds, kind);
}

}  // namespace minidns::storage::postgres
