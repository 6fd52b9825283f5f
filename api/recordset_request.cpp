#include "api/recordset_request.hpp"

#include "api/body.hpp"
#include "api/field_parsers.hpp"
#include "api/text_check.hpp"

#include <algorithm>
#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "recordset";

/// Only what could not be kept, or would end a record in a zone file; the rest is for who knows the type.
std::optional<RecordText> parse_record(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  if (text->empty() || text->size() > record_text_octets_max) {
    return field.fail("is not 1 to " + std::to_string(record_text_octets_max) + " octets long");
  }
  if (!count_code_points(*text)) {
    return field.fail("has a character that is not allowed");
  }
  std::string without_tabs(*text);
  std::replace(without_tabs.begin(), without_tabs.end(), '\t', ' ');
  return has_control_characters(without_tabs) ? field.fail("has a control character: write it as \\DDD")
                                              : std::optional(RecordText(*text));
}

std::optional<std::vector<RecordText>> parse_records(const Field& field) {
  return parse_list(field, records_max, parse_record);
}

}  // namespace

Result<NewRecordset> parse_new_recordset(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NewRecordset> {
    auto name = reader.required("name", parse_name);
    const auto type = reader.required("type", parse_rr_type);
    auto records = reader.nullable("records", parse_records);
    const auto ttl = reader.nullable("ttl", parse_ttl);
    auto description = reader.nullable("description", parse_description);
    auto view = reader.nullable("view", parse_view_name);
    if (!name || !type) {
      return std::nullopt;
    }
    return NewRecordset{
        std::move(*name),       *type,          std::move(records).value_or(std::vector<RecordText>{}), ttl,
        std::move(description), std::move(view)};
  });
}

Result<RecordsetChange> parse_recordset_change(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<RecordsetChange> {
    RecordsetChange change;
    change.records = reader.optional("records", parse_records);
    change.ttl = reader.change("ttl", parse_ttl);
    change.description = reader.change("description", parse_description);
    change.name = reader.optional("name", parse_name);
    change.type = reader.optional("type", parse_rr_type);
    change.view = reader.change("view", parse_view_name);
    return change;
  });
}

}  // namespace minidns::api
