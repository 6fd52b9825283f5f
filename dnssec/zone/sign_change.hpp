#pragma once

#include "dns/delta.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/signature_batch.hpp"
#include "dnssec/zone/signing_inputs.hpp"

#include <cstddef>
#include <limits>

namespace minidns::dnssec {

/// From the difference of the content to that of the signed zone: `before.apply(result)` has, record for record, what
/// full signing of the later content with `inputs` makes.
///
/// `before` was signed with `before_inputs`; `content` starts from its version and SOA, and has no changes if only the
/// inputs differ (a refresh). Old signatures are taken from `before` as they are, and stay where they hold.
///
/// Backwards it is as right: to an earlier version, an earlier T and an earlier key set, as long as the signers of that
/// one are there. What comes of it, turned round, is the difference from the earlier version to `before`.
///
/// Errors: `bad_input` (`content` doesn't start from what is in `before`, or what ZoneSigner refuses), `too_large`
/// (before anything is signed: denials and signatures that move have more than `octets_max` octets of RDATA, old and
/// new ones together), `fault`.
///
/// Cost, beside what changes: O(log zone) for each changed name and its neighbours in the chain. More than that:
/// - a cut or DNAME that comes or goes: all names below it;
/// - SOA MINIMUM or TTL: all NSEC or NSEC3 records;
/// - other signature times or zone keys: a walk over all RRSIGs, which signs only what has moved to another slot or
/// key;
/// - opt-out: where the last secure name below an empty non-terminal may have gone, a walk over the names below it;
/// - ZONEMD: a look at the whole zone for each change;
/// - another denial: the whole zone is signed anew and compared (a secondary must get it by AXFR in any case).
[[nodiscard]] Result<dns::Delta> sign_change(const dns::ZoneSnapshot& before, const SigningInputs& before_inputs,
                                             const dns::Delta& content, const SigningInputs& inputs,
                                             const Executor& executor = run_inline(),
                                             std::size_t octets_max = std::numeric_limits<std::size_t>::max());

}  // namespace minidns::dnssec
