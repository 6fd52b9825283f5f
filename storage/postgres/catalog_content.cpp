#include "storage/postgres/catalog_content.hpp"

#include "dns/catalog.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/zone_content.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

// All but what is below `zones`.
constexpr const char* select_properties =
    "select owner, type, ttl, rdata from rrsets where zone_id = $1 and view = 0 and until is null"
    " and (owner < '\\x7a6f6e657300'::bytea or owner >= '\\x7a6f6e657301'::bytea)";

constexpr const char* select_primaries =
    "select inet_send(address), port from pool_primaries where pool_id = $1 order by position, address, port";

constexpr const char* select_keys =
    "select distinct k.name from nameservers n join tsig_keys k on k.id = n.transfer_key_id"
    " where n.pool_id = $1 and n.driver = 'catalog' and n.settings ->> 'family' = 'bind' and n.state <> 'retired'";

constexpr std::int64_t dns_port = 53;

/// inet_send: family, prefix length, a flag, the number of octets, the octets.
constexpr std::size_t inet_header_octets = 4;

std::vector<dns::CatalogPrimary> primaries_of(const Rows& rows, const Rows& keys) {
  if (keys.size() != 1) {
    return {};
  }
  const dns::Name key = zone_name_of(keys.text(0, 0));
  if (key.to_text().size() > dns::catalog_group_size_octets_max) {
    return {};  // doesn't fit a string of TXT
  }
  std::vector<dns::CatalogPrimary> primaries;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.integer(row, 1) != dns_port) {
      return {};
    }
    const auto address = rows.bytea(row, 0).subspan(inet_header_octets);
    primaries.push_back({Bytes(address.begin(), address.end()), key});
  }
  return primaries;
}

std::vector<dns::RRset> wanted_properties(Connection& connection, const dns::Name& name, const CatalogRow& catalog) {
  auto wanted = dns::catalog_head(name);
  if (catalog.family == CatalogFamily::bind) {
    const auto results =
        connection.execute_all({{select_primaries, {catalog.pool.uuid()}}, {select_keys, {catalog.pool.uuid()}}});
    const auto primaries = dns::catalog_primaries(name, primaries_of(results[0], results[1]));
    wanted.insert(wanted.end(), primaries.begin(), primaries.end());
  }
  return wanted;
}

}  // namespace

CatalogFamily catalog_family_of(const std::string& text) {
  if (text == "bind") {
    return CatalogFamily::bind;
  }
  if (text == "knot") {
    return CatalogFamily::knot;
  }
  throw CorruptContent("no such family of catalogs: " + text);
}

std::string to_column(CatalogFamily family) {
  switch (family) {
    case CatalogFamily::bind:
      return "bind";
    case CatalogFamily::knot:
      return "knot";
  }
  throw std::logic_error("no such family");
}

void add_property_changes(Connection& connection, const ZoneId& id, const dns::Name& name, const CatalogRow& catalog,
                          std::vector<std::pair<dns::Name, dns::RRType>>& closed, std::vector<dns::RRset>& put) {
  auto wanted = wanted_properties(connection, name, catalog);
  const Rows rows = connection.execute(select_properties, {id.uuid()});
  RRsetDecoder decoder(name);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto present = decoder.decode(rows.bytea(row, 0), rows.integer(row, 1), rows.integer(row, 2), std::nullopt,
                                        rows.bytea(row, 3));
    if (std::erase(wanted, present) == 0) {
      closed.emplace_back(present.owner, present.type);
    }
  }
  put.insert(put.end(), wanted.begin(), wanted.end());
}

}  // namespace minidns::storage::postgres
