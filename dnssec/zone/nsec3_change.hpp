#pragma once

#include "base/bytes.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/content_view.hpp"
#include "dnssec/zone/signing_inputs.hpp"

#include <optional>
#include <set>
#include <vector>

namespace minidns::dnssec {

/// An NSEC3 record that comes, changes, or goes (nothing). `owner` are octets of an OwnerKey.
struct Nsec3Change {
  Bytes owner;
  std::optional<dns::Rdata> rdata;
};

/// How the chain in `zone`, signed, changes when its content becomes `content`. `names` are all owners whose types or
/// standing may differ; the empty non-terminals above them are found here. TTLs are another matter. `bad_input`: two
/// names have the same hash.
[[nodiscard]] Result<std::vector<Nsec3Change>> nsec3_changes(const dns::ZoneSnapshot& zone, const ContentView& content,
                                                             const SigningInputs& inputs, const std::set<Bytes>& names);

}  // namespace minidns::dnssec
