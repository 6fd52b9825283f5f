#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "storage/zone_keys.hpp"

#include <vector>

namespace minidns::storage {

/// A key of a zone with its private part, sealed.
struct ExportedKey {
  ZoneKeyRecord record;
  Bytes private_sealed;
  dns::Ttl ttl;  ///< of the zone's DNSKEY set
};

/// For a zone that leaves. Blocks, and throws what storage/postgres/errors.hpp has. Safe on every thread.
class KeyExport {
 public:
  virtual ~KeyExport() = default;
  /// All keys of the zone that are in its DNSKEY set, by role; empty if there is no such zone, or it isn't signed here.
  [[nodiscard]] virtual std::vector<ExportedKey> read(const dns::Name& zone) = 0;
};

}  // namespace minidns::storage
