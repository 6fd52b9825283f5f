#pragma once

#include "tests/harness/platform.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace minidns::bench {

/// The content of a large zone, the same wherever it is written: hosts with A and AAAA; `presigned` ones with NSEC and
/// RRSIGs, too, of the size of P-256 signatures (nobody validates them here; made-up octets are as long to send).
struct LargeZone {
  std::string name;  ///< with a trailing dot
  std::size_t hosts;
  bool presigned = false;

  [[nodiscard]] std::size_t records() const { return hosts * (presigned ? 6 : 2); }
};

/// Zones of about so many records: an unsigned one, or the one that signing makes of it.
[[nodiscard]] LargeZone unsigned_zone(std::size_t records);
[[nodiscard]] LargeZone presigned_zone(std::size_t unsigned_records);

/// In the form of RFC 1035 §5, sorted.
void write_zone_file(const std::string& path, const LargeZone& zone);

/// Makes the zone by REST and then puts the rows where central would: a version of its own, with its rows in one
/// statement. Until the mdns have it takes up to a second (the feed is polled), and its loading.
void create_large_zone(harness::Platform& platform, const LargeZone& zone);

/// A version in which the first `count` hosts have another address; returns the serial before it. Each call gives them
/// one that they didn't have before.
std::uint32_t change_hosts(harness::Platform& platform, const LargeZone& zone, std::size_t count);

/// Waits until the mdns serves the zone's newest version, which it does when it has loaded it.
void wait_until_loaded(harness::Platform& platform, const LargeZone& zone, int which_mdns);

}  // namespace minidns::bench
