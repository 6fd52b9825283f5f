#pragma once

#include "storage/page.hpp"
#include "storage/postgres/list_query.hpp"

#include <algorithm>
#include <optional>

namespace minidns::storage::postgres {

/// The records of a page, read by `decode(rows, row)`.
template <class Record, class Id, class Key, class Decode>
[[nodiscard]] ListResult<Record> result_of(const ListQuery::Page& page, const ListRequest<Id, Key>& request,
                                           Decode decode) {
  ListResult<Record> result;
  result.marker_found = page.marker_found;
  result.total = page.total;
  for (const auto& rows : page.rows) {
    result.more = rows.size() > request.limit;
    for (std::size_t row = 0; row < std::min(rows.size(), request.limit); ++row) {
      result.items.push_back(decode(rows, row));
    }
  }
  return result;
}

template <class Id>
[[nodiscard]] std::optional<Uuid> uuid_of(const std::optional<Id>& id) {
  return id ? std::optional(id->uuid()) : std::nullopt;
}

}  // namespace minidns::storage::postgres
