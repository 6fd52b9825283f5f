#pragma once

#include "base/ids.hpp"
#include "storage/pools.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/version_policy.hpp"

#include <vector>

namespace minidns::storage::postgres {

/// Makes the catalogs of a pool, whose row is locked, those that are wanted: zones of their own with a first version
/// that has no members, or deleted ones. Members come from Catalogs::advance. Within the caller's transaction. A name
/// that a zone has is a violation of the index `zones_name`.
void set_catalogs(Connection& connection, const PoolId& pool, const std::vector<CatalogFields>& wanted,
                  const VersionPolicy& policy);

/// By family.
[[nodiscard]] std::vector<CatalogRecord> read_catalogs(Connection& connection, const PoolId& pool);

}  // namespace minidns::storage::postgres
