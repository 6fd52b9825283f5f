#include "dns/catalog.hpp"

#include "dns/soa.hpp"

#include <cassert>
#include <utility>

namespace minidns::dns {
namespace {

/// Consumers hear of changes by NOTIFY; the timers are for lost ones. A catalog that can't be refreshed for a long time
/// is better kept than forgotten, and its members with it.
constexpr std::uint32_t refresh_s = 300;
constexpr std::uint32_t retry_s = 60;
constexpr std::uint32_t expire_s = 28 * 86400;

constexpr Ttl no_ttl = Ttl::from_wire(0);

Name child(const Name& parent, std::string_view label) {
  return parent.child(label).value();  // fits: catalog_name_size_octets_max
}

Rdata rdata_of(ByteView octets) {
  return Rdata::from_octets(Bytes(octets.begin(), octets.end())).value();
}

Rdata one_string(std::string_view text) {
  assert(text.size() <= catalog_group_size_octets_max);
  Bytes octets{static_cast<std::uint8_t>(text.size())};
  const ByteView bytes = as_bytes(text);
  octets.insert(octets.end(), bytes.begin(), bytes.end());
  return rdata_of(octets);
}

/// RFC 2606 §2: never a name of anybody's; RFC 9432 §3 wants it for NS.
Name invalid() {
  return child(Name::root(), "invalid");
}

}  // namespace

std::string catalog_label(const Uuid& member_id) {
  std::string label = member_id.to_string();
  std::erase(label, '-');
  return label;
}

Name catalog_members_name(const Name& catalog) {
  return child(catalog, "zones");
}

std::vector<RRset> catalog_head(const Name& catalog) {
  const Soa soa{.mname = invalid(),
                .rname = invalid(),
                .serial = Serial(0),
                .refresh_s = refresh_s,
                .retry_s = retry_s,
                .expire_s = expire_s,
                .minimum_s = 0};
  return {{catalog, RRType::ns, no_ttl, {rdata_of(invalid().wire())}},
          {catalog, RRType::soa, no_ttl, {soa.to_rdata()}},
          {child(catalog, "version"), RRType::txt, no_ttl, {one_string("2")}}};
}

std::vector<RRset> catalog_member(const Name& catalog, const Uuid& member_id, const Name& member,
                                  const std::optional<std::string>& group) {
  const Name owner = child(catalog_members_name(catalog), catalog_label(member_id));
  std::vector<RRset> sets{{owner, RRType::ptr, no_ttl, {rdata_of(member.lowercased().wire())}}};
  if (group) {
    sets.push_back({child(owner, "group"), RRType::txt, no_ttl, {one_string(*group)}});
  }
  return sets;
}

std::vector<RRset> catalog_primaries(const Name& catalog, const std::vector<CatalogPrimary>& primaries) {
  const Name property = child(child(catalog, "ext"), "primaries");
  std::vector<RRset> sets;
  for (std::size_t i = 0; i < primaries.size(); ++i) {
    // One label for each: BIND pairs an address with a key by it.
    const Name owner = child(property, "p" + std::to_string(i + 1));
    const CatalogPrimary& primary = primaries[i];
    const RRType type = primary.address.size() == 4 ? RRType::a : RRType::aaaa;
    std::string key = primary.key.to_text();
    key.pop_back();  // named.conf names keys without the dot at the end
    sets.push_back({owner, type, no_ttl, {rdata_of(primary.address)}});
    sets.push_back({owner, RRType::txt, no_ttl, {one_string(key)}});
  }
  return sets;
}

}  // namespace minidns::dns
