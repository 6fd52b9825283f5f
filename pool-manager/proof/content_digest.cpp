#include "pool-manager/proof/content_digest.hpp"

#include "dns/soa.hpp"

#include <utility>
#include <variant>

namespace minidns::pool {
namespace {

bool is_denial(dns::RRType type) {
  return type == dns::RRType::nsec || type == dns::RRType::nsec3 || type == dns::RRType::nsec3param;
}

}  // namespace

void ContentDigest::add(dns::TransferEvent event) {
  if (auto* record = std::get_if<dns::AddedRecord>(&event)) {
    add_record(std::move(*record));
  } else if (const auto* end = std::get_if<dns::TransferEnd>(&event)) {
    plain_.add(end->soa, key_);
    ++records_;
    serial_ = dns::serial_of(end->soa.rdata[0]);
  }
}

void ContentDigest::add_record(dns::AddedRecord record) {
  if (record.type == dns::RRType::rrsig) {
    const auto signature = read_signature(record.rdata.octets());
    if (signature && (!first_end_ || ends_before(signature->times, *first_end_))) {
      first_end_ = signature->times;
    }
  }
  dnssec::ZoneDigest& digest = is_denial(record.type) ? denial_ : plain_;
  digest.add(dns::RRset{std::move(record.owner), record.type, record.ttl, {std::move(record.rdata)}}, key_);
  ++records_;
}

std::optional<ZoneSum> ContentDigest::sum(std::uint64_t octets) const {
  if (!serial_) {
    return std::nullopt;
  }
  dnssec::ZoneDigest all = plain_;
  all.add(denial_);
  return ZoneSum{*serial_, all, plain_, records_, octets, first_end_};
}

}  // namespace minidns::pool
