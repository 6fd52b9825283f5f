#pragma once

#include "tests/harness/platform.hpp"

#include <cstddef>

namespace minidns::bench {

/// Puts so many zones into the database that nobody changes, with SOA and NS, in a pool without nameservers. The mdns
/// are stopped meanwhile: they read all at their start in a second, one by one it would take minutes.
void add_idle_zones(harness::Platform& platform, std::size_t count);

}  // namespace minidns::bench
