#pragma once

#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "storage/catalogs.hpp"
#include "storage/postgres/connection.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace minidns::storage::postgres {

/// What is said of a catalog when it is made.
struct CatalogRow {
  PoolId pool;
  CatalogFamily family;
  std::optional<std::string> group;
};

[[nodiscard]] CatalogFamily catalog_family_of(const std::string& text);
[[nodiscard]] std::string to_column(CatalogFamily family);

/// Compares what a catalog has beside its members with what it should have: its head, and for BIND the primaries, where
/// all are on port 53 and the nameservers have one key. Adds what has to go to `closed` and what has to come to `put`.
void add_property_changes(Connection& connection, const ZoneId& id, const dns::Name& name, const CatalogRow& catalog,
                          std::vector<std::pair<dns::Name, dns::RRType>>& closed, std::vector<dns::RRset>& put);

}  // namespace minidns::storage::postgres
