#pragma once

#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/soa.hpp"
#include "dns/ttl.hpp"
#include "dns/version.hpp"

#include <memory>

namespace minidns::mdns {

/// A zone's SOA without its serial; shared by all zones and versions where it is the same.
struct SoaTemplate {
  dns::Ttl ttl;
  dns::Rdata rdata;  ///< with serial 0

  friend bool operator==(const SoaTemplate&, const SoaTemplate&) = default;
};

/// What the index knows of a zone that we serve. Immutable.
struct ZoneEntry {
  ZoneId id;
  dns::Name name;
  PoolId pool;
  dns::Version version;
  dns::Serial serial;
  std::shared_ptr<const SoaTemplate> soa;
  bool has_signatures = false;  ///< its content has RRSIGs, or may have

  [[nodiscard]] dns::Rdata soa_rdata() const { return with_serial(soa->rdata, serial); }
  [[nodiscard]] dns::RRset soa_rrset() const { return {name, dns::RRType::soa, soa->ttl, {soa_rdata()}}; }
};

using ZonePointer = std::shared_ptr<const ZoneEntry>;

}  // namespace minidns::mdns
