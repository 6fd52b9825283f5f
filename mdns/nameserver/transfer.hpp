#pragma once

#include "dns/delta.hpp"
#include "dns/serial.hpp"
#include "dns/snapshot/ixfr_answer.hpp"
#include "dns/snapshot/transfer.hpp"
#include "mdns/metrics.hpp"
#include "mdns/snapshot_cache.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace minidns::mdns {

/// How an IXFR is to be answered, before a difference was looked for.
enum class IxfrCourse {
  up_to_date,  ///< the client has our serial or a newer one: our SOA alone (RFC 1995 §2)
  difference   ///< look for one; the full zone if there is none (RFC 1995 §4)
};
[[nodiscard]] IxfrCourse course_of_ixfr(dns::Serial client, dns::Serial ours);

/// A difference above this share of the zone isn't worth it: secondaries apply a large one slower than they load.
[[nodiscard]] std::size_t difference_octets_max(const dns::ZoneSnapshot& zone);

/// A transfer that is ready to be sent.
struct Transfer {
  TransferKind kind;
  dns::Serial serial;
  std::unique_ptr<dns::TransferSource> source;
};

[[nodiscard]] Transfer full_transfer(SnapshotPointer zone, TransferKind kind);

using DifferencePointer = std::shared_ptr<const dns::IxfrAnswer>;

/// Ready to be sent; null if there is none or it is too large. Takes microseconds per change.
[[nodiscard]] DifferencePointer render_difference(const dns::ZoneSnapshot& zone,
                                                  const std::optional<dns::Delta>& difference);

/// The difference, or the full zone for null.
[[nodiscard]] Transfer incremental_transfer(SnapshotPointer zone, DifferencePointer difference);

}  // namespace minidns::mdns
