#pragma once

#include "api/caller.hpp"
#include "api/http_message.hpp"
#include "api/problem.hpp"
#include "api/target.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::api {

/// Query parameters that mean the same as a header, on any request.
inline constexpr std::array<std::string_view, 3> scope_parameters{"all_projects", "all_tenants",
                                                                  "edit_managed_records"};

/// What a request asks for beyond the caller's own project.
struct ScopeWish {
  bool all_projects = false;
  bool edit_managed_records = false;
  bool hard_delete = false;
  std::optional<ProjectId> sudo_project = {};
};

/// true, yes, on, t, y, 1 in any case; all else is false, as in Designate.
[[nodiscard]] bool parse_loose_boolean(std::string_view text);

/// The token of X-Auth-Token, else of `Authorization: Bearer` (RFC 6750 §2.1). Nothing if there is none;
/// bad_request if a field is there twice.
[[nodiscard]] Result<std::optional<std::string>> token_of(const HttpRequest& request);

[[nodiscard]] Result<ScopeWish> scope_wish_of(const HttpRequest& request, const Target& target);

/// Nothing if the caller may not have what the request wishes: only an admin may.
[[nodiscard]] std::optional<Scope> grant(const Caller& caller, const ScopeWish& wish, const std::string& request_id);

}  // namespace minidns::api
