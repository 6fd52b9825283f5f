#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace minidns::api {

/// The name of a view: a lower-case letter or digit, then those, `-` and `_`.
inline constexpr std::size_t view_name_length_max = 50;

/// Of what names no other view.
inline constexpr const char* default_view_name = "default";

/// A view of zones (one of the contents that each may have), as the API shows it.
struct NamedView {
  std::string name;
  std::optional<std::string> description = {};
  WallTime created_at;
  std::optional<WallTime> updated_at = {};
};

/// POST /v2/views.
struct NewNamedView {
  std::string name;
  std::optional<std::string> description = {};
};

/// PATCH /v2/views/{name}; the name is for ever.
struct NamedViewChange {
  bool description_given = false;
  std::optional<std::string> description = {};
};

}  // namespace minidns::api
