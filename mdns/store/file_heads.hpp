#pragma once

#include <string>

namespace minidns::mdns::store {

/// Looks at an LMDB file (0.9, 64 bits) without mapping it; one that isn't there or is empty is right. Throws
/// Fault(damaged) if it is shorter than the last page it uses, so that reading it would kill the process, or if its two
/// heads, of which LMDB trusts the newer one without a checksum, can't have been written one after the other.
void check_file_heads(const std::string& file);

}  // namespace minidns::mdns::store
