#pragma once

#include <cstddef>
#include <string>

namespace minidns::bench {

/// Writes a zone of `records` records besides SOA and NS: hosts with A, AAAA, every tenth with MX and TXT, about 35
/// octets each on the wire. The same for the same arguments.
void write_zone_file(const std::string& path, const std::string& zone, std::size_t records);

}  // namespace minidns::bench
