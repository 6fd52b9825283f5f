#include "api/view_request.hpp"

#include "api/field_parsers.hpp"
#include "api/json_text.hpp"

#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "view";

}  // namespace

Result<NewNamedView> parse_new_view(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  auto name = reader.required("name", parse_view_name);
  auto description = reader.nullable("description", parse_description);
  reader.finish(noun);
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return NewNamedView{std::move(*name), std::move(description)};
}

Result<NamedViewChange> parse_view_change(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  NamedViewChange change;
  change.description_given = reader.has("description");
  change.description = reader.nullable("description", parse_description);
  reader.finish(noun);
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return change;
}

}  // namespace minidns::api
