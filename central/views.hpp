#pragma once

#include "api/caller.hpp"
#include "api/page.hpp"
#include "api/problem.hpp"
#include "api/recordset.hpp"
#include "api/zone.hpp"
#include "storage/page.hpp"
#include "storage/zone_reader.hpp"
#include "storage/zone_record.hpp"

/// Between the API's values and storage's.
namespace minidns::central {

[[nodiscard]] api::ZoneView to_view(const storage::ZoneRecord& zone);
[[nodiscard]] api::RecordsetView to_view(const storage::RecordsetRecord& recordset);
[[nodiscard]] api::VisibilityView to_view(const storage::VersionVisibility& visibility);

/// bad_request about `version`, which the zone doesn't have yet.
[[nodiscard]] api::Problem no_such_version(dns::Version version);

[[nodiscard]] storage::Reach reach_of(const api::Scope& scope);
/// `versions.author`.
[[nodiscard]] std::string author_of(const api::Scope& scope);

[[nodiscard]] std::optional<storage::TextFilter> to_filter(const std::optional<api::TextPattern>& pattern);
[[nodiscard]] std::optional<storage::Propagation> to_propagation(const std::optional<api::Status>& status);
[[nodiscard]] api::Status to_status(storage::Propagation propagation);

template <class Id, class ApiKey, class Key>
storage::ListRequest<Id, Key> to_request(const api::PageRequest<Id, ApiKey>& page, Key key) {
  return {.limit = page.limit,
          .marker = page.marker,
          .key = key,
          .descending = page.sort_dir == api::SortDir::descending,
          .count = page.count};
}

/// `convert` turns a record into a view.
template <class View, class Record, class Convert>
api::Result<api::Page<View>> to_page(const storage::ListResult<Record>& result, Convert convert) {
  if (!result.marker_found) {
    return api::Problem{.type = api::ProblemType::marker_not_found};
  }
  api::Page<View> page{.items = {}, .more = result.more, .total_count = result.total};
  for (const auto& record : result.items) {
    page.items.push_back(convert(record));
  }
  return page;
}

}  // namespace minidns::central
