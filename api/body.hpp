#pragma once

#include "api/fields.hpp"
#include "api/json_text.hpp"

#include <string_view>
#include <type_traits>
#include <utility>

namespace minidns::api {

/// The object in a body, read by `read`: a function from ObjectReader to std::optional, which gives nothing after an
/// error of what it needs. `noun` is what the object is. Errors: parse_json's; invalid_object with all that was found.
template <class Read>
[[nodiscard]] auto parse_body(std::string_view body, std::string_view noun, Read read)
    -> Result<typename std::invoke_result_t<Read, ObjectReader&>::value_type> {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  auto result = read(reader);
  reader.finish(noun);
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return *std::move(result);
}

}  // namespace minidns::api
