#include "dns/snapshot/delta_codec.hpp"

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/wire/reader.hpp"

#include <limits>
#include <string>
#include <utility>

namespace minidns::dns {
namespace {

// Of a change: which sides are there.
constexpr std::uint8_t has_before = 1;
constexpr std::uint8_t has_after = 2;

Error malformed(const char* why) {
  return {Errc::bad_value, std::string("stored difference: ") + why};
}

class DeltaWriter {
 public:
  void number(std::uint64_t value, unsigned octets) {
    for (unsigned shift = 8 * octets; shift > 0; shift -= 8) {
      octets_.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
    }
  }
  void rrset(const RRset& rrset) {
    append(rrset.owner.wire());
    number(rrset.type.value(), 2);
    number(rrset.ttl.seconds(), 4);
    const Bytes records = pack_rdata(rrset.rdata);
    number(records.size(), 4);
    append(records);
  }
  [[nodiscard]] Bytes take() && { return std::move(octets_); }

 private:
  void append(ByteView octets) { octets_.insert(octets_.end(), octets.begin(), octets.end()); }
  Bytes octets_;
};

Result<Version> read_version(Reader& reader) {
  const auto high = reader.u32();
  const auto low = reader.u32();
  if (!high || !low || *high > std::numeric_limits<std::int32_t>::max()) {
    return malformed("no version");
  }
  return Version(static_cast<std::int64_t>(std::uint64_t{*high} << 32 | *low));
}

Result<RRset> read_rrset(Reader& reader, const Name& apex) {
  auto owner = reader.uncompressed_name();
  const auto type = reader.u16();
  const auto ttl = reader.u32();
  const auto size = reader.u32();
  if (!owner || !type || !ttl || !size || *ttl > Ttl::seconds_max) {
    return malformed("an RRset's head is not valid");
  }
  const auto packed = reader.octets(*size);
  if (!packed) {
    return packed.error();
  }
  auto records = unpack_rdata(*packed);
  if (!records) {
    return records.error();
  }
  RRset rrset{*std::move(owner), RRType(*type), Ttl::from_wire(*ttl), *std::move(records)};
  if (auto fit = check_for_snapshot(rrset, apex); !fit) {
    return fit.error();
  }
  return rrset;
}

Result<RRset> read_soa(Reader& reader, const Name& apex) {
  auto soa = read_rrset(reader, apex);
  if (soa && soa->type != RRType::soa) {
    return malformed("the SOA is missing");
  }
  return soa;
}

Result<RRsetChange> read_change(Reader& reader, const Name& apex) {
  const auto sides = reader.u8();
  if (!sides || *sides == 0 || *sides > (has_before | has_after)) {
    return malformed("a change without sides");
  }
  RRsetChange change;
  for (const auto& [side, flag] : {std::pair(&change.before, has_before), std::pair(&change.after, has_after)}) {
    if ((*sides & flag) != 0) {
      auto rrset = read_rrset(reader, apex);
      if (!rrset) {
        return rrset.error();
      }
      side->push_back(*std::move(rrset));
    }
  }
  const bool is_pair = *sides == (has_before | has_after);
  if (is_pair && (change.before[0].owner != change.after[0].owner || change.before[0].type != change.after[0].type)) {
    return malformed("the sides of a change are of different RRsets");
  }
  return change;
}

const RRset& any_side(const RRsetChange& change) {
  return change.before.empty() ? change.after[0] : change.before[0];
}

bool is_before(const RRsetChange& a, const RRsetChange& b) {
  const auto order = any_side(a).owner <=> any_side(b).owner;
  return order != 0 ? order < 0 : any_side(a).type < any_side(b).type;
}

Result<std::vector<RRsetChange>> read_changes(Reader& reader, const Name& apex) {
  std::vector<RRsetChange> changes;
  while (reader.remaining() > 0) {
    auto change = read_change(reader, apex);
    if (!change) {
      return change.error();
    }
    if (any_side(*change).type == RRType::soa || (!changes.empty() && !is_before(changes.back(), *change))) {
      return malformed("changes out of order");
    }
    changes.push_back(*std::move(change));
  }
  return changes;
}

}  // namespace

Bytes store_delta(const Delta& delta) {
  DeltaWriter writer;
  writer.number(static_cast<std::uint64_t>(delta.from.value()), 8);
  writer.number(static_cast<std::uint64_t>(delta.to.value()), 8);
  writer.rrset(delta.soa_before);
  writer.rrset(delta.soa_after);
  for (const RRsetChange& change : delta.changes) {
    writer.number((change.before.empty() ? 0U : has_before) | (change.after.empty() ? 0U : has_after), 1);
    for (const auto* side : {&change.before, &change.after}) {
      for (const RRset& rrset : *side) {
        writer.rrset(rrset);
      }
    }
  }
  return std::move(writer).take();
}

Result<Delta> read_delta(ByteView stored, const Name& apex) {
  Reader reader(stored);
  const auto from = read_version(reader);
  const auto to = read_version(reader);
  if (!from || !to || *from >= *to) {
    return malformed("no versions, or not forward");
  }
  auto soa_before = read_soa(reader, apex);
  if (!soa_before) {
    return soa_before.error();
  }
  auto soa_after = read_soa(reader, apex);
  if (!soa_after) {
    return soa_after.error();
  }
  auto changes = read_changes(reader, apex);
  if (!changes) {
    return changes.error();
  }
  return Delta{*from, *to, *std::move(soa_before), *std::move(soa_after), *std::move(changes)};
}

}  // namespace minidns::dns
