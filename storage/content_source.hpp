#pragma once

#include "base/ids.hpp"
#include "dns/version.hpp"
#include "storage/zone_content.hpp"

namespace minidns::storage {

/// Where zones are read from: a replica that has what is wanted, or the primary. Safe on every thread; blocks.
class ContentSource {
 public:
  virtual ~ContentSource() = default;

  /// For a zone of which somebody has told version `at_least`: a replica that has got it, be it after a short wait, or
  /// the primary. So what the content says of the zone, even that it is gone, may be believed. Doesn't throw; the
  /// content may, and then the primary is to be asked.
  [[nodiscard]] virtual ZoneContent& for_version(const ZoneId& zone, dns::Version at_least) = 0;
  [[nodiscard]] virtual ZoneContent& primary() = 0;
};

}  // namespace minidns::storage
