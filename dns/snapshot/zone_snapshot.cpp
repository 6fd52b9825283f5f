#include "dns/snapshot/zone_snapshot.hpp"

#include "dns/snapshot/allocation.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dns/snapshot/tree_editor.hpp"
#include "dns/soa.hpp"

namespace minidns::dns {

ZoneSnapshot::ZoneSnapshot(Key, Name apex, Version version, ChunkTree tree)
    : apex_(std::move(apex)), version_(version), serial_(0), tree_(std::move(tree)) {
  serial_ = serial_of(soa().rdata.front());
}

RRset ZoneSnapshot::soa() const {
  return tree_.at({}).get()->rrset(0);
}

std::optional<RRset> ZoneSnapshot::find(const OwnerKey& owner, RRType type) const {
  const SnapshotCursor cursor(tree_, owner.octets(), type);
  if (!cursor.is_at(owner.octets(), type)) {
    return std::nullopt;
  }
  return cursor.rrset();
}

std::optional<RRset> ZoneSnapshot::find(const Name& owner, RRType type) const {
  if (!owner.is_at_or_below(apex_)) {
    return std::nullopt;
  }
  return find(OwnerKey::of(owner, apex_), type);
}

bool ZoneSnapshot::exists(const OwnerKey& owner) const {
  return SnapshotCursor(tree_, owner.octets(), RRType::soa).is_at_or_below(owner.octets());
}

Result<std::shared_ptr<const ZoneSnapshot>> ZoneSnapshot::apply(const Delta& delta) const {
  if (delta.from != version_) {
    return Error{Errc::bad_value, "the delta starts from version " + std::to_string(delta.from.value()) + ", not " +
                                      std::to_string(version_.value())};
  }
  auto tree = edit(tree_, apex_, delta);
  if (!tree) {
    return tree.error();
  }
  return std::make_shared<const ZoneSnapshot>(Key(), apex_, delta.to, std::move(*tree));
}

std::size_t ZoneSnapshot::octets() const {
  return shared_octets(sizeof(ZoneSnapshot)) + string_heap_octets(apex_.wire().size()) + tree_.totals().memory_octets;
}

std::size_t ZoneSnapshot::transfer_octets() const {
  constexpr std::size_t fixed_octets = 10;  // TYPE, CLASS, TTL, RDLENGTH (RFC 1035 §4.1.3)
  return tree_.totals().octets + apex_.wire().size() + fixed_octets + soa().rdata.front().octets().size();
}

}  // namespace minidns::dns
