#pragma once

#include "tests/harness/platform.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace minidns::bench {

enum class Signatures {
  none,
  made_up,  ///< content has NSEC and RRSIGs of the size of P-256 signatures: octets that are as long to send
  by_mdns   ///< mdns signs; in a zone file, for peers, they are made up
};

/// The content of a large zone, the same wherever it is written: hosts with A and AAAA.
struct LargeZone {
  std::string name;  ///< with a trailing dot
  std::size_t hosts;
  Signatures signatures = Signatures::none;

  [[nodiscard]] bool is_signed() const { return signatures != Signatures::none; }
  [[nodiscard]] std::size_t records() const { return hosts * (is_signed() ? 6 : 2); }
};

/// Zones of about so many records: an unsigned one, or the one that signing makes of it.
[[nodiscard]] LargeZone unsigned_zone(std::size_t records);
[[nodiscard]] LargeZone signed_zone(std::size_t unsigned_records, Signatures signatures);

/// In the form of RFC 1035 §5, sorted.
void write_zone_file(const std::string& path, const LargeZone& zone);

/// Makes the zone by REST and then puts the rows where central would: a version of its own, with its rows in one
/// statement; then has it signed, if mdns is to do it. Until the mdns have it takes up to a second (the feed is
/// polled), and its loading.
void create_large_zone(harness::Platform& platform, const LargeZone& zone);

/// `zone_path`: /v2/zones/ID.
void sign_by_default_policy(harness::RestClient& rest, const std::string& zone_path);

/// A version in which the first `count` hosts have another address; returns the serial before it. Each call gives them
/// one that they didn't have before.
std::uint32_t change_hosts(harness::Platform& platform, const LargeZone& zone, std::size_t count);

/// Waits until the mdns serves the zone's newest version, which it does when it has loaded it.
void wait_until_loaded(harness::Platform& platform, const LargeZone& zone, int which_mdns);

}  // namespace minidns::bench
