#pragma once

#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::api {

/// Why a request was not done. Closed; each has one HTTP status and one type string (`traits_of`), those of Designate
/// where it has them.
enum class ProblemType {
  // 400
  bad_request,
  invalid_object,  ///< the body doesn't fit: `errors` says where
  invalid_json,
  empty_request_body,
  invalid_uuid,
  invalid_zone_name,
  invalid_recordset_name,
  invalid_recordset_location,  ///< a record or name that may not be at this place: CNAME clash, below a cut …
  invalid_ttl,
  invalid_limit,
  invalid_marker,
  marker_not_found,
  invalid_sort_key,
  invalid_sort_dir,
  invalid_operation,  ///< the thing is in a state, or of a kind, that doesn't allow it
  zone_has_sub_zone,
  // 401
  unauthorized,
  // 403
  forbidden,
  illegal_child,   ///< the zone's parent belongs to another project
  illegal_parent,  ///< a child of the zone belongs to another project
  // 404
  not_found,
  zone_not_found,
  recordset_not_found,
  pool_not_found,
  nameserver_not_found,
  tsigkey_not_found,
  service_status_not_found,
  view_not_found,
  dnssec_policy_not_found,
  // 405, 406, 408, 413, 415, 417, 431
  method_not_allowed,
  unsupported_accept,
  request_timeout,
  over_quota,
  body_too_large,
  unsupported_content_type,
  expectation_failed,
  header_too_large,
  // 409
  duplicate_zone,
  duplicate_recordset,
  duplicate_pool,
  duplicate_nameserver,
  duplicate_tsigkey,
  duplicate_view,
  duplicate_dnssec_policy,
  in_use,  ///< something else refers to the thing that was to be removed
  // 500, 503, 504
  internal,
  unavailable,      ///< the database can't be reached; nothing was done
  overloaded,       ///< too much work waits; nothing was done
  commit_in_doubt,  ///< the connection was lost during COMMIT: whether it was done isn't known (DESIGN.md invariant 4)
};

struct ProblemTraits {
  int status;
  std::string_view type;
  /// Used, with the first field error, if a Problem has none of its own; may be empty.
  std::string_view message;
};

[[nodiscard]] const ProblemTraits& traits_of(ProblemType type);

/// What is wrong with one value of a request. `path` leads to it: {"records", "2"}.
struct FieldError {
  std::vector<std::string> path;
  std::string message;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

/// The one kind of failure of everything behind the HTTP face. Messages are for the client: no SQL, no secrets.
struct Problem {
  ProblemType type;
  std::string message = {};
  std::vector<FieldError> errors = {};
  /// When it is worth trying again, for 503: seconds in `Retry-After`. The renderer has a default.
  std::optional<std::chrono::seconds> retry_after = {};
};

/// invalid_object about one field.
[[nodiscard]] Problem invalid_field(std::vector<std::string> path, std::string message);

template <class T>
using Result = minidns::Result<T, Problem>;

/// Lets boost::system::result turn the problem into an exception where `.value()` is used without a check.
[[noreturn]] void throw_exception_from_error(const Problem& problem, const boost::source_location& where);

}  // namespace minidns::api
