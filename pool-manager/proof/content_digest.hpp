#pragma once

#include "dns/serial.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "dnssec/zone/digest.hpp"
#include "pool-manager/drivers/soa_answer.hpp"

#include <cstdint>
#include <optional>

namespace minidns::pool {

/// What a transfer of a zone came to.
struct ZoneSum {
  dns::Serial serial;
  dnssec::ZoneDigest all;
  /// Without NSEC, NSEC3 and NSEC3PARAM, which PowerDNS makes by itself; with their RRSIGs, which it can't.
  dnssec::ZoneDigest without_denial;
  std::uint64_t records;  ///< the SOA once
  std::uint64_t octets;   ///< of the messages
  /// Of all RRSIGs that which ends first; nothing: the zone is not signed.
  std::optional<SignatureTimes> first_signature_end;
};

/// Sums up the records of a transfer while they come: no memory for them, 1 to 2 µs for each.
class ContentDigest {
 public:
  /// `key` must outlive this.
  explicit ContentDigest(const dnssec::DigestKey& key) : key_(key) {}

  /// An event of an AXFR.
  void add(dns::TransferEvent event);
  /// The sum; nothing before the transfer's end.
  [[nodiscard]] std::optional<ZoneSum> sum(std::uint64_t octets) const;

 private:
  void add_record(dns::AddedRecord record);

  const dnssec::DigestKey& key_;
  dnssec::ZoneDigest plain_, denial_;
  std::uint64_t records_ = 0;
  std::optional<SignatureTimes> first_end_;
  std::optional<dns::Serial> serial_;
};

}  // namespace minidns::pool
