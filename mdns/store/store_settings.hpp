#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace minidns::mdns {

struct StoreSettings {
  std::string path;  ///< a folder; empty: no store
  /// The most that its file may take; when it's full, what is new isn't stored.
  std::uint64_t size_octets_max = std::uint64_t{16} << 30;
  /// A store that heard the database longer ago isn't served without it: by then secondaries have let the zones expire
  /// (SOA expire is 7 days by default).
  std::chrono::milliseconds age_max = std::chrono::hours(7 * 24);
};

}  // namespace minidns::mdns
