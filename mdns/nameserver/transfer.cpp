#include "mdns/nameserver/transfer.hpp"

#include "dns/snapshot/axfr_source.hpp"

#include <utility>

namespace minidns::mdns {

IxfrCourse course_of_ixfr(dns::Serial client, dns::Serial ours) {
  // Incomparable serials (RFC 1982 §3.2) are no reason to think that the client is ahead: it gets the full zone.
  const bool up_to_date = client == ours || client.is_newer_than(ours);
  return up_to_date ? IxfrCourse::up_to_date : IxfrCourse::difference;
}

std::size_t difference_octets_max(const dns::ZoneSnapshot& zone) {
  return zone.transfer_octets() / 2;
}

Transfer full_transfer(SnapshotPointer zone, TransferKind kind) {
  const dns::Serial serial = zone->serial();
  return {kind, serial, std::make_unique<dns::AxfrSource>(std::move(zone))};
}

DifferencePointer render_difference(const dns::ZoneSnapshot& zone, const std::optional<dns::Delta>& difference) {
  return difference ? dns::IxfrAnswer::render(*difference, difference_octets_max(zone)) : nullptr;
}

Transfer incremental_transfer(SnapshotPointer zone, DifferencePointer difference) {
  if (!difference) {
    return full_transfer(std::move(zone), TransferKind::ixfr_as_axfr);
  }
  return {TransferKind::ixfr, zone->serial(), std::make_unique<dns::IxfrSource>(std::move(difference))};
}

}  // namespace minidns::mdns
