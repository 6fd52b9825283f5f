#pragma once

#include "api/dnssec.hpp"
#include "storage/zone_dnssec.hpp"

namespace minidns::central {

/// With the DS set that the parent is to have, in SHA-256 and SHA-384. Throws std::runtime_error for a key that no
/// program of ours writes.
[[nodiscard]] api::ZoneDnssecView to_view(const storage::ZoneDnssecRecord& record);

}  // namespace minidns::central
