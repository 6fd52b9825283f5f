#pragma once

#include "base/ids.hpp"
#include "dns/version.hpp"

namespace minidns::central {

/// What a use case tells after its commit. Never blocks, never fails: all that it does can be lost.
class Announcer {
 public:
  virtual ~Announcer() = default;
  /// A zone has got a version.
  virtual void committed(const ZoneId& zone, dns::Version version) = 0;
  /// A key, nameserver or pool was changed.
  virtual void changed() = 0;
};

}  // namespace minidns::central
