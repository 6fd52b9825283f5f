#include "api/problem.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

namespace minidns::api {
namespace {

struct Row {
  ProblemType type;
  ProblemTraits traits;
};

// In the order of the enum: the row of a type is found by its number.
constexpr std::array rows{
    Row{ProblemType::bad_request, {400, "bad_request", ""}},
    Row{ProblemType::invalid_object, {400, "invalid_object", "Provided object does not match schema"}},
    Row{ProblemType::invalid_json, {400, "invalid_json", "The body is not valid JSON"}},
    Row{ProblemType::empty_request_body, {400, "empty_request_body", "Request body is empty"}},
    Row{ProblemType::invalid_uuid, {400, "invalid_uuid", ""}},
    Row{ProblemType::invalid_zone_name, {400, "invalid_zone_name", ""}},
    Row{ProblemType::invalid_recordset_name, {400, "invalid_recordset_name", ""}},
    Row{ProblemType::invalid_recordset_location, {400, "invalid_recordset_location", ""}},
    Row{ProblemType::invalid_ttl, {400, "invalid_ttl", ""}},
    Row{ProblemType::invalid_limit, {400, "invalid_limit", ""}},
    Row{ProblemType::invalid_marker, {400, "invalid_marker", ""}},
    Row{ProblemType::marker_not_found, {400, "marker_not_found", "Marker could not be found"}},
    Row{ProblemType::invalid_sort_key, {400, "invalid_sort_key", ""}},
    Row{ProblemType::invalid_sort_dir, {400, "invalid_sort_dir", ""}},
    Row{ProblemType::invalid_operation, {400, "invalid_operation", ""}},
    Row{ProblemType::zone_has_sub_zone,
        {400, "zone_has_sub_zone", "Please delete any subzones before deleting this zone"}},
    Row{ProblemType::unauthorized, {401, "unauthorized", "The request you have made requires authentication."}},
    Row{ProblemType::forbidden, {403, "forbidden", ""}},
    Row{ProblemType::illegal_child, {403, "illegal_child", "Unable to create subzone in another project's zone"}},
    Row{ProblemType::illegal_parent,
        {403, "illegal_parent", "Unable to create zone because another project owns a subzone of it"}},
    Row{ProblemType::not_found, {404, "not_found", "resource not found"}},
    Row{ProblemType::zone_not_found, {404, "zone_not_found", "Could not find Zone"}},
    Row{ProblemType::recordset_not_found, {404, "recordset_not_found", "Could not find RecordSet"}},
    Row{ProblemType::pool_not_found, {404, "pool_not_found", "Could not find Pool"}},
    Row{ProblemType::nameserver_not_found, {404, "nameserver_not_found", "Could not find Nameserver"}},
    Row{ProblemType::tsigkey_not_found, {404, "tsigkey_not_found", "Could not find TsigKey"}},
    Row{ProblemType::service_status_not_found, {404, "service_status_not_found", "Could not find ServiceStatus"}},
    Row{ProblemType::view_not_found, {404, "view_not_found", "Could not find View"}},
    Row{ProblemType::dnssec_policy_not_found, {404, "dnssec_policy_not_found", "Could not find DNSSEC policy"}},
    Row{ProblemType::method_not_allowed, {405, "method_not_allowed", ""}},
    Row{ProblemType::unsupported_accept, {406, "unsupported_accept", "Only application/json is available"}},
    Row{ProblemType::request_timeout, {408, "request_timeout", "The request took too long to arrive"}},
    Row{ProblemType::over_quota, {413, "over_quota", "Quota exceeded"}},
    Row{ProblemType::body_too_large, {413, "body_too_large", "The request body is larger than 114688 octets"}},
    Row{ProblemType::unsupported_content_type,
        {415, "unsupported_content_type", "Content-type must be application/json"}},
    Row{ProblemType::expectation_failed, {417, "expectation_failed", "Only 100-continue can be expected"}},
    Row{ProblemType::header_too_large, {431, "header_too_large", "The request header is larger than 16384 octets"}},
    Row{ProblemType::duplicate_zone, {409, "duplicate_zone", "Duplicate Zone"}},
    Row{ProblemType::duplicate_recordset, {409, "duplicate_recordset", "Duplicate RecordSet"}},
    Row{ProblemType::duplicate_pool, {409, "duplicate_pool", "Duplicate Pool"}},
    Row{ProblemType::duplicate_nameserver, {409, "duplicate_nameserver", "Duplicate Nameserver"}},
    Row{ProblemType::duplicate_tsigkey, {409, "duplicate_tsigkey", "Duplicate TsigKey"}},
    Row{ProblemType::duplicate_view, {409, "duplicate_view", "Duplicate View"}},
    Row{ProblemType::duplicate_dnssec_policy, {409, "duplicate_dnssec_policy", "Duplicate DNSSEC policy"}},
    Row{ProblemType::in_use, {409, "in_use", ""}},
    Row{ProblemType::internal, {500, "unknown", "An unexpected error happened; the log has the request id"}},
    Row{ProblemType::unavailable, {503, "unavailable", "The database can't be reached; nothing was changed"}},
    Row{ProblemType::overloaded, {503, "overloaded", "Too many requests are waiting; nothing was changed"}},
    Row{ProblemType::commit_in_doubt,
        {504, "commit_in_doubt",
         "The connection to the database was lost during the commit: read the object again to see whether it was "
         "changed"}},
};

constexpr bool is_complete() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows.at(i).type) != i) {
      return false;
    }
  }
  return rows.back().type == ProblemType::commit_in_doubt;  // the last of the enum
}
static_assert(is_complete());

}  // namespace

const ProblemTraits& traits_of(ProblemType type) {
  return rows.at(static_cast<std::size_t>(type)).traits;
}

Problem invalid_field(std::vector<std::string> path, std::string message) {
  return {ProblemType::invalid_object, {}, {FieldError{std::move(path), std::move(message)}}, {}};
}

void throw_exception_from_error(const Problem& problem, const boost::source_location& where) {
  const ProblemTraits& traits = traits_of(problem.type);
  throw std::logic_error(std::string("unchecked problem ") + std::string(traits.type) + " at " + where.file_name() +
                         ":" + std::to_string(where.line()));
}

}  // namespace minidns::api
