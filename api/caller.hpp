#pragma once

#include "base/ids.hpp"

#include <string>

namespace minidns::api {

enum class Role { member, admin };

/// Whom a token stands for.
struct Caller {
  TokenId token;
  ProjectId project;
  Role role;
};

/// On whose behalf, and with what reach, a port is called. Made by the HTTP face from the caller and its headers; what
/// only an admin may ask for has been checked.
struct Scope {
  TokenId token;
  /// The caller's project, or the one an admin acts for (X-Auth-Sudo-Project-ID). New zones belong to it.
  ProjectId project;
  Role role;
  /// Lists and lookups reach every project's things (X-Auth-All-Projects). Otherwise what belongs to another project
  /// is treated as if it weren't there: `…_not_found`, never `forbidden`. An admin without this flag, too.
  bool all_projects = false;
  /// Managed recordsets (SOA, apex NS) may be changed (X-Designate-Edit-Managed-Records).
  bool edit_managed_records = false;
  /// For history (`versions.author`) and logs: `req-` and a UUID.
  std::string request_id;

  [[nodiscard]] bool is_admin() const { return role == Role::admin; }
};

}  // namespace minidns::api
