#pragma once

#include "tests/harness/platform.hpp"

#include <cstddef>
#include <string>

namespace minidns::bench {

/// Puts so many zones into the database that nobody changes, with SOA and NS, in a pool without nameservers. The mdns
/// are stopped meanwhile: they read all at their start in a second, one by one it would take minutes.
void add_idle_zones(harness::Platform& platform, std::size_t count);
/// The same in this pool. They are `z1.idle.example.` and so on, of the project `idle`, version and serial 1.
void add_idle_zones(harness::Platform& platform, std::size_t count, const std::string& pool_id);

}  // namespace minidns::bench
