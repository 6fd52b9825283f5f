#pragma once

#include "base/bytes.hpp"

#include <cstddef>

namespace minidns::dns {

// What Name does, on names in uncompressed wire form that were checked already: to look up a name of a message without
// making a Name of it.

/// As == of names: without case.
[[nodiscard]] bool is_same_name(ByteView a, ByteView b);
/// As std::hash<Name>.
[[nodiscard]] std::size_t hash_of_name(ByteView wire);

}  // namespace minidns::dns
