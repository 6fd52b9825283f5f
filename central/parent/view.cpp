#include "central/parent/view.hpp"

#include "dnssec/dnskey.hpp"
#include "dnssec/ds.hpp"

#include <algorithm>

namespace minidns::central {
namespace {

using storage::DsState;

/// A digest of another type than ours may be of this key or of another with its tag: then it isn't known.
DsState state_at(const std::vector<dns::Rdata>& ds, const dns::Name& zone, const dnssec::Dnskey& key) {
  bool may_be_it = false;
  for (const auto& record : ds) {
    const auto octets = record.octets();
    constexpr std::size_t digest_at = 4;  // key tag, algorithm, digest type: RFC 4034 §5.1
    if (octets.size() <= digest_at || (octets[0] << 8 | octets[1]) != key.key_tag() ||
        octets[2] != static_cast<std::uint8_t>(key.algorithm)) {
      continue;
    }
    const auto type = dnssec::digest_type_from_number(octets[3]);
    if (type && dnssec::ds_rdata(zone, key, *type) == record) {
      return DsState::present;
    }
    may_be_it = may_be_it || !type;
  }
  return may_be_it ? DsState::unknown : DsState::absent;
}

}  // namespace

ParentFinding finding_of(const ParentView& view, const dns::Name& zone,
                         const std::vector<storage::SealedZoneKey>& keys) {
  if (view.servers.empty()) {
    return {.note = view.failure};
  }
  ParentFinding finding;
  for (const auto& server : view.servers) {
    if (!server.ds) {
      return {.note = server.name + " doesn't say what it has: " + server.failure};
    }
    if (!server.ds->empty()) {
      finding.ttl_s = std::max(finding.ttl_s.value_or(0), server.ttl_s);
    }
  }
  for (const auto& key : keys) {
    if (key.record.role == storage::KeyRole::zsk) {
      continue;
    }
    const auto dnskey = dnssec::Dnskey::from_rdata(key.record.dnskey.octets());
    if (!dnskey) {
      continue;  // of an algorithm that we know no more
    }
    std::optional<DsState> state;
    for (const auto& server : view.servers) {
      const auto here = state_at(*server.ds, zone, *dnskey);
      if (!state) {
        state = here;
        finding.note += (finding.note.empty() ? "" : ", ") + std::string("the parent has ") +
                        (here == DsState::present ? "the" : "no") + " DS of key " + std::to_string(dnskey->key_tag());
      } else if (*state != here) {
        state = DsState::unknown;
        finding.note = "not all nameservers of the parent have the same: " + server.name + " differs from " +
                       view.servers.front().name;
        break;
      }
    }
    finding.states.emplace_back(key.record.id, *state);
  }
  return finding;
}

}  // namespace minidns::central
