#include "api/view_request.hpp"

#include "api/body.hpp"
#include "api/field_parsers.hpp"

#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "view";

}  // namespace

Result<NewNamedView> parse_new_view(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NewNamedView> {
    auto name = reader.required("name", parse_view_name);
    auto description = reader.nullable("description", parse_description);
    if (!name) {
      return std::nullopt;
    }
    return NewNamedView{std::move(*name), std::move(description)};
  });
}

Result<NamedViewChange> parse_view_change(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NamedViewChange> {
    NamedViewChange change;
    change.description_given = reader.has("description");
    change.description = reader.nullable("description", parse_description);
    return change;
  });
}

}  // namespace minidns::api
