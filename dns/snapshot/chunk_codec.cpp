#include "dns/snapshot/chunk_codec.hpp"

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/stored_records.hpp"
#include "dns/snapshot/tree_assembler.hpp"

#include <array>
#include <compare>
#include <optional>
#include <utility>

namespace minidns::dns {
namespace {

constexpr std::size_t table_head_octets = 4;

Error malformed(const char* why) {
  return {Errc::bad_value, std::string("stored chunk: ") + why};
}

void put_u16(Bytes& to, std::size_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8));
  to.push_back(static_cast<std::uint8_t>(value));
}

std::size_t u16_at(ByteView from, std::size_t at) {
  return std::size_t{from[at]} << 8 | from[at + 1];
}

/// The parts of a stored chunk, not looked into.
struct Parts {
  std::vector<std::uint16_t> offsets;
  std::size_t record_count;
  ByteView records;
};

Result<Parts> split(ByteView stored) {
  if (stored.size() < table_head_octets) {
    return malformed("ends inside its table");
  }
  const std::size_t rrsets = u16_at(stored, 0);
  const std::size_t table_octets = table_head_octets + 2 * rrsets;
  if (rrsets == 0 || stored.size() <= table_octets || stored.size() - table_octets > Chunk::size_octets_max) {
    return malformed("no RRset, or a wrong size");
  }
  Parts parts{{}, u16_at(stored, 2), stored.subspan(table_octets)};
  parts.offsets.reserve(rrsets);
  for (std::size_t i = 0; i < rrsets; ++i) {
    parts.offsets.push_back(static_cast<std::uint16_t>(u16_at(stored, table_head_octets + 2 * i)));
  }
  return parts;
}

struct Edge {
  OwnerKey owner;
  RRType type;
};

struct Checked {
  std::optional<Edge> first;       ///< always there
  std::vector<std::size_t> whole;  ///< RRsets that must be looked at as a whole: the SOA, and those of several records
};

/// Walks over all records; an error if the table doesn't say where the RRsets begin. What it lets pass can be decoded.
Result<Checked> check_records(const Parts& parts, const Name& apex) {
  StoredRecords records(parts.records, apex);
  Checked checked;
  std::size_t begun = 0;
  std::size_t count = 0;
  while (!records.at_end()) {
    const bool begins = begun < parts.offsets.size() && parts.offsets[begun] == records.position();
    if (!(begins ? records.begin_rrset() : records.continue_rrset())) {
      return malformed("a record is not valid, or not of its RRset");
    }
    begun += begins ? 1 : 0;
    ++count;
    if (count == 1) {
      checked.first.emplace(Edge{OwnerKey::of(records.owner(), apex), records.type()});
    }
    auto& whole = checked.whole;
    if ((!begins || records.type() == RRType::soa) && (whole.empty() || whole.back() != begun - 1)) {
      whole.push_back(begun - 1);
    }
  }
  if (begun != parts.offsets.size() || count != parts.record_count) {
    return malformed("the table doesn't fit the records");
  }
  return checked;
}

/// Where an RRset is in the order of a snapshot.
struct Rank {
  std::array<std::uint8_t, owner_key_octets_max> key;
  std::size_t size;
  std::uint16_t type;

  Rank(const Chunk& chunk, std::size_t rrset)
      : size(chunk.owner_key(rrset, key)), type(Chunk::rank(chunk.type(rrset))) {}
  [[nodiscard]] ByteView owner() const { return {key.data(), size}; }
};

std::strong_ordering compare(const Rank& a, const Rank& b) {
  const int order = as_text(a.owner()).compare(as_text(b.owner()));
  return order != 0 ? order <=> 0 : a.type <=> b.type;
}

Result<void> check_order(const Chunk& chunk) {
  std::optional<Rank> last;
  for (std::size_t i = 0; i < chunk.rrset_count(); ++i) {
    const Rank rank(chunk, i);
    if (last && compare(*last, rank) >= 0) {
      return malformed("RRsets out of order");
    }
    last = rank;
  }
  const std::size_t alone = chunk.first_type() == RRType::soa ? 2 : 1;
  if (chunk.octets().size() > Chunk::size_octets_split && chunk.rrset_count() > alone) {
    return malformed("too large for several RRsets");
  }
  return {};
}

Result<void> check_whole(const RRset& rrset, const Name& apex) {
  if (!is_sorted(rrset)) {
    return malformed("records out of order");
  }
  return rrset.type == RRType::soa ? check_for_snapshot(rrset, apex) : Result<void>();
}

/// Whether `b` may follow `a`: a large RRset continues in the next chunk, the SOA never does.
bool may_follow(const Chunk& a, const Chunk& b) {
  const Rank last(a, a.rrset_count() - 1);
  const Rank first(b, 0);
  return compare(last, first) <= 0 && b.first_type() != RRType::soa;
}

}  // namespace

Bytes store_chunk(const Chunk& chunk) {
  Bytes stored;
  stored.reserve(table_head_octets + 2 * chunk.rrset_count() + chunk.octets().size());
  put_u16(stored, chunk.rrset_count());
  put_u16(stored, chunk.record_count());
  std::size_t offset = 0;
  for (std::size_t i = 0; i < chunk.rrset_count(); ++i) {
    put_u16(stored, offset);
    offset += chunk.rrset_size_octets(i);
  }
  stored.insert(stored.end(), chunk.octets().begin(), chunk.octets().end());
  return stored;
}

Result<ChunkPointer> read_chunk(ByteView stored, const Name& apex) {
  auto parts = split(stored);
  if (!parts) {
    return parts.error();
  }
  auto checked = check_records(*parts, apex);
  if (!checked) {
    return checked.error();
  }
  auto chunk =
      std::make_shared<const Chunk>(Chunk::Key(), Chunk::base_offset(apex), parts->records, std::move(parts->offsets),
                                    parts->record_count, std::move(checked->first->owner), checked->first->type);
  if (auto order = check_order(*chunk); !order) {
    return order.error();
  }
  for (const std::size_t i : checked->whole) {
    if (auto whole = check_whole(chunk->rrset(i), apex); !whole) {
      return whole.error();
    }
  }
  return chunk;
}

Result<std::shared_ptr<const ZoneSnapshot>> assemble_snapshot(const Name& apex, Version version,
                                                              std::vector<ChunkPointer> chunks) {
  if (chunks.empty() || chunks.front()->first_type() != RRType::soa) {
    return malformed("the zone doesn't begin with its SOA");
  }
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    if (!may_follow(*chunks[i - 1], *chunks[i])) {
      return malformed("chunks out of order");
    }
  }
  TreeAssembler tree;
  tree.append(std::move(chunks));
  return std::make_shared<const ZoneSnapshot>(ZoneSnapshot::Key(), apex, version, std::move(tree).finish());
}

}  // namespace minidns::dns
