#pragma once

#include "api/caller.hpp"
#include "api/http_message.hpp"
#include "api/ports.hpp"
#include "api/problem.hpp"
#include "api/settings.hpp"
#include "api/target.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::api {

/// A request that has found its route.
struct Call {
  Target target;
  std::vector<std::string> path_values;  ///< what stands for the pattern's `{…}`, in order
  std::string body;
  std::string base_url;
  bool hide_counts = false;
  Limits limits;
  std::optional<dns::Version> waited_for = {};  ///< the version whose visibility is told; nothing: the newest
};

/// A call, for whom, and what serves it. For the length of the call.
struct Exchange {
  const Call& call;
  const Scope& scope;
  const Ports& ports;
};

/// An id of the path: invalid_uuid if it is none. `name` is for the message.
template <class IdType>
[[nodiscard]] Result<IdType> path_id(const Call& call, std::size_t at, std::string_view name) {
  const std::string& text = call.path_values.at(at);
  const auto id = IdType::parse(text);
  if (!id) {
    return Problem{ProblemType::invalid_uuid, "Invalid UUID " + std::string(name) + ": " + text};
  }
  return *id;
}

}  // namespace minidns::api
