#pragma once

#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"

#include <vector>

namespace minidns::dns {

/// What changed in one RRset between two versions: `before` is empty if it came, `after` is empty if it went. With the
/// same owner case, TTL and records on both sides there is no change and no RRsetChange.
struct RRsetChange {
  std::vector<RRset> before;  ///< zero or one
  std::vector<RRset> after;   ///< zero or one
};

/// The difference between two versions of one incarnation of a zone, condensed: what came and went in between isn't in
/// it. In canonical owner order, then by type. The SOA isn't among the changes: `soa_before` and `soa_after` are whole.
struct Delta {
  Version from;
  Version to;
  RRset soa_before;
  RRset soa_after;
  std::vector<RRsetChange> changes;
};

}  // namespace minidns::dns
