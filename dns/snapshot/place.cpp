#include "dns/snapshot/place.hpp"

#include "dns/snapshot/cursor.hpp"

#include <algorithm>
#include <array>

namespace minidns::dns {
namespace {

/// What matters of a name on the way down.
struct Node {
  bool exists = false;
  bool has_ns = false;
  bool has_dname = false;
};

Node look_at(const ChunkTree& tree, ByteView name) {
  SnapshotCursor cursor(tree, name, RRType::soa);
  Node node{.exists = cursor.is_at_or_below(name)};
  std::array<std::uint8_t, owner_key_octets_max> key;
  while (!cursor.at_end() && cursor.type() <= RRType::dname &&
         std::ranges::equal(ByteView(key.data(), cursor.owner_key(key)), name)) {
    node.has_ns = node.has_ns || cursor.type() == RRType::ns;
    node.has_dname = node.has_dname || cursor.type() == RRType::dname;
    cursor.next();
  }
  return node;
}

/// The end of the label that starts at `from`. In a key only the end of a label is 0.
std::size_t end_of_label(ByteView key, std::size_t from) {
  const auto end = std::find(key.begin() + static_cast<std::ptrdiff_t>(from), key.end(), 0);
  return static_cast<std::size_t>(end - key.begin()) + 1;
}

Bytes copy(ByteView octets) {
  return {octets.begin(), octets.end()};
}

/// For a name that doesn't exist below `encloser`, which does (RFC 4592 §3.3.1).
Place below_closest_encloser(const ChunkTree& tree, ByteView encloser) {
  Bytes wildcard = copy(encloser);
  wildcard.push_back('*');
  wildcard.push_back(0);
  if (SnapshotCursor(tree, wildcard, RRType::soa).is_at_or_below(wildcard)) {
    return {Place::Kind::wildcard, std::move(wildcard)};
  }
  return {Place::Kind::missing, {}};
}

}  // namespace

Place locate(const ChunkTree& tree, ByteView name, RRType qtype) {
  std::size_t size = 0;  // the apex
  std::size_t encloser_size = 0;
  for (;;) {
    const auto ancestor = name.first(size);
    const Node node = look_at(tree, ancestor);
    const bool is_name = size == name.size();
    if (!node.exists) {
      return below_closest_encloser(tree, name.first(encloser_size));
    }
    if (node.has_ns && size > 0 && !(is_name && qtype == RRType::ds)) {
      return {Place::Kind::cut, copy(ancestor)};
    }
    if (is_name) {
      return {Place::Kind::exact, copy(ancestor)};
    }
    if (node.has_dname) {
      return {Place::Kind::dname, copy(ancestor)};
    }
    encloser_size = size;
    size = end_of_label(name, size);
  }
}

}  // namespace minidns::dns
