#pragma once

#include "base/uuid.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The records of a catalog zone, version 2 (RFC 9432), as its producer writes them. Their TTLs mean nothing (§3) and
/// are 0.
namespace minidns::dns {

/// What the members' records add to the catalog's name must fit: `group.<32 digits>.zones.`
inline constexpr std::size_t catalog_name_size_octets_max = Name::size_octets_max - 6 - 33 - 6;
/// RFC 9432 §4.4.2 leaves it open; one string of TXT.
inline constexpr std::size_t catalog_group_size_octets_max = 255;

/// A label that is the member's as long as it lives and never another's: its id in 32 hexadecimal digits (§4.1).
[[nodiscard]] std::string catalog_label(const Uuid& member_id);

/// SOA (serial 0), NS and the schema's version (§3, §4.2). `catalog` has at most `catalog_name_size_octets_max`.
[[nodiscard]] std::vector<RRset> catalog_head(const Name& catalog);

/// PTR, and the group if there is one (§4.1, §4.4.2).
[[nodiscard]] std::vector<RRset> catalog_member(const Name& catalog, const Uuid& member_id, const Name& member,
                                                const std::optional<std::string>& group);

/// Where the members' owners are: below `zones.`
[[nodiscard]] Name catalog_members_name(const Name& catalog);

/// Where consumers transfer the members from, and with which key: BIND's custom property (§4.5), which has no port: 53
/// is meant.
struct CatalogPrimary {
  Bytes address;  ///< 4 or 16 octets
  Name key;
};
[[nodiscard]] std::vector<RRset> catalog_primaries(const Name& catalog, const std::vector<CatalogPrimary>& primaries);

}  // namespace minidns::dns
