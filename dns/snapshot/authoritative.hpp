#pragma once

#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/wire/message.hpp"

#include <vector>

namespace minidns::dns {

/// What a zone has to say to a question; to be written with MessageWriter. The sections are in the order in which to
/// write them; when space is short, `additional` may be left out without TC unless `is_referral` (RFC 9471).
struct AuthoritativeAnswer {
  Rcode rcode = Rcode::noerror;
  bool aa = true;            ///< of the first name in `answer` (RFC 6604 §2); false only for a referral
  bool is_referral = false;  ///< `authority` has the NS of a cut, and `additional` its glue
  std::vector<RRset> answer;
  std::vector<RRset> authority;
  std::vector<RRset> additional;
};

/// Answers as RFC 1034 §4.3.2 with RFC 4592 (wildcards), RFC 6672 (DNAME) and RFC 2308 (negative answers: SOA with a
/// TTL of at most its MINIMUM). CNAMEs and DNAMEs are followed inside the zone. `qname` must be at or below the apex;
/// `qtype` is no transfer and no other meta type than ANY, for which one RRset of the name is given (RFC 8482 §4.1).
/// A question for the DS of an apex belongs to the parent zone, if that is served too: choose the zone accordingly.
/// `with_signatures` (EDNS DO): with the RRSIGs of what is answered, and DS in referrals.
[[nodiscard]] AuthoritativeAnswer answer_authoritatively(const ZoneSnapshot& zone, const Name& qname, RRType qtype,
                                                         bool with_signatures = false);

/// A chain of CNAMEs and DNAMEs isn't followed further than this: longer ones are cut (the client goes on), loops end.
inline constexpr int alias_steps_max = 16;

// Limitations: NSEC and NSEC3 aren't added: nobody validates what we say but by the nameservers. An NS or
// DNAME RRset at a wildcard owner has no meaning for the names that match it (RFC 4592 §4.2 and §4.4 leave it open).
// Additional addresses are not made from wildcards.

}  // namespace minidns::dns
