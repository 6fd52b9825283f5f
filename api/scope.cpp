#include "api/scope.hpp"

#include <algorithm>
#include <cctype>

namespace minidns::api {
namespace {

constexpr std::size_t project_id_length_max = 255;
// Ours have 43 characters; a Keystone token in another form has some 250. The header limit is above it.
constexpr std::size_t token_length_max = 4096;
constexpr std::string_view bearer = "bearer ";

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// Two values of a field that decides who one is are an attempt to show two programs two things.
Result<std::optional<std::string_view>> single_value(const HttpRequest& request, std::string_view name) {
  const auto values = request.values_of(name);
  if (values.size() > 1) {
    return Problem{ProblemType::bad_request, "The header " + std::string(name) + " is there twice"};
  }
  return values.empty() ? std::nullopt : std::optional(values.front());
}

/// Repeated flags don't hurt: any true one counts.
bool has_flag(const HttpRequest& request, std::string_view name) {
  const auto values = request.values_of(name);
  return std::any_of(values.begin(), values.end(), parse_loose_boolean);
}

bool has_flag(const Target& target, std::string_view name) {
  return std::any_of(target.query.begin(), target.query.end(), [name](const QueryParameter& parameter) {
    return parameter.name == name && parse_loose_boolean(parameter.value);
  });
}

Result<std::optional<ProjectId>> sudo_project_of(const HttpRequest& request) {
  for (const std::string_view name : {"X-Auth-Sudo-Project-ID", "X-Auth-Sudo-Tenant-ID"}) {
    const auto value = single_value(request, name);
    if (!value) {
      return value.error();
    }
    if (!*value) {
      continue;
    }
    const std::string_view project = **value;
    if (project.empty() || project.size() > project_id_length_max || !is_visible_ascii(project)) {
      return Problem{ProblemType::bad_request, "The header " + std::string(name) + " is no project id"};
    }
    return std::optional(ProjectId(std::string(project)));
  }
  return std::optional<ProjectId>();
}

}  // namespace

bool parse_loose_boolean(std::string_view text) {
  const std::string lower = lower_case(text);
  constexpr std::array<std::string_view, 6> words{"1", "t", "true", "on", "y", "yes"};
  return std::find(words.begin(), words.end(), lower) != words.end();
}

Result<std::optional<std::string>> token_of(const HttpRequest& request) {
  const auto own = single_value(request, "X-Auth-Token");
  if (!own) {
    return own.error();
  }
  const auto standard = single_value(request, "Authorization");
  if (!standard) {
    return standard.error();
  }
  std::string_view token;
  if (*own) {
    token = **own;
  } else if (*standard && lower_case((*standard)->substr(0, bearer.size())) == bearer) {
    token = (*standard)->substr(bearer.size());
  }
  const bool usable = !token.empty() && token.size() <= token_length_max && is_visible_ascii(token);
  return usable ? std::optional(std::string(token)) : std::nullopt;
}

Result<ScopeWish> scope_wish_of(const HttpRequest& request, const Target& target) {
  auto sudo_project = sudo_project_of(request);
  if (!sudo_project) {
    return sudo_project.error();
  }
  ScopeWish wish;
  wish.all_projects =
      has_flag(request, "X-Auth-All-Projects") || has_flag(target, "all_projects") || has_flag(target, "all_tenants");
  wish.edit_managed_records =
      has_flag(request, "X-Designate-Edit-Managed-Records") || has_flag(target, "edit_managed_records");
  wish.hard_delete = has_flag(request, "X-Designate-Hard-Delete");
  wish.sudo_project = std::move(*sudo_project);
  return wish;
}

std::optional<Scope> grant(const Caller& caller, const ScopeWish& wish, const std::string& request_id) {
  const bool wants_more =
      wish.all_projects || wish.edit_managed_records || wish.hard_delete || wish.sudo_project.has_value();
  if (wants_more && caller.role != Role::admin) {
    return std::nullopt;
  }
  return Scope{caller.token,
               wish.sudo_project.value_or(caller.project),
               caller.role,
               wish.all_projects,
               wish.edit_managed_records,
               request_id};
}

}  // namespace minidns::api
