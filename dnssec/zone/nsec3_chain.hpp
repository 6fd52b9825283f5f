#pragma once

#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/ttl.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/nsec3_names.hpp"
#include "dnssec/zone/signature_batch.hpp"
#include "dnssec/zone/signature_plan.hpp"

#include <memory>
#include <vector>

namespace minidns::dnssec {

/// `zone`, signed but for its denial, with the NSEC3 records of `names` (sorted, all of the zone) and their signatures.
/// Their owners lie between the zone's own names, so this goes once more through its chunks, a batch at a time.
[[nodiscard]] Result<std::shared_ptr<const dns::ZoneSnapshot>> with_nsec3_chain(
    std::shared_ptr<const dns::ZoneSnapshot> zone, const std::vector<Nsec3Names::Entry>& names,
    const SignaturePlan& plan, dns::Ttl ttl, const Executor& executor);

}  // namespace minidns::dnssec
