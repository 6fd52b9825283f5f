#pragma once

#include "mdns/fairness/transfer_queue.hpp"
#include "mdns/nameserver/access_rules.hpp"
#include "mdns/published.hpp"

#include <chrono>
#include <cstddef>

namespace minidns::mdns {

struct TcpSettings {
  /// Each costs some kilobytes, and a file descriptor.
  std::size_t connections_max = 2000;
  /// A busy secondary opens one per transfer, running or waiting.
  std::size_t connections_per_peer_max = 250;
  /// Between requests. PowerDNS may wait for the close (trials: for ever), so it is at most 10 s.
  std::chrono::milliseconds idle_limit{10'000};
  /// For the rest of a request whose first octet is there.
  std::chrono::milliseconds read_limit{10'000};
  /// For the peer to take anything at all of what we have for it.
  std::chrono::milliseconds write_limit{10'000};
  /// For a whole transfer; BIND's own limit.
  std::chrono::milliseconds transfer_limit{std::chrono::hours(2)};
};

/// How transfers share what there is.
struct TransferSettings {
  TransferLimits limits = {};
  /// For a place among those that run. BIND would wait for an hour, NSD for two minutes; Knot (5 s) and PowerDNS (10 s)
  /// have gone by then, and come again.
  std::chrono::milliseconds waiting_limit{60'000};
  /// A peer that takes less, over `rate_window`, is cut: half a minute for the 128 KiB of a small zone is slower than a
  /// modem.
  std::size_t octets_per_s_min = 4096;
  std::chrono::milliseconds rate_window{30'000};
};

/// What SIGHUP may change while we run; an immutable value, replaced as a whole.
struct RuntimeSettings {
  AccessRules access = {};
  TcpSettings tcp = {};
  TransferSettings transfers = {};
  /// For TLS's handshake: two round trips, and a busy machine on either side.
  std::chrono::milliseconds handshake_limit{5'000};
};

using PublishedSettings = Published<RuntimeSettings>;

}  // namespace minidns::mdns
