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

/// Unknown where nameservers differ.
DsState state_everywhere(const ParentView& view, const dns::Name& zone, const dnssec::Dnskey& key) {
  std::optional<DsState> state;
  for (const auto& server : view.servers) {
    const auto here = state_at(*server.ds, zone, key);
    state = !state || *state == here ? here : DsState::unknown;
  }
  return state.value_or(DsState::unknown);
}

const char* words_of(DsState state) {
  switch (state) {
    case DsState::present:
      return "has the";
    case DsState::absent:
      return "has no";
    case DsState::unknown:
      break;
  }
  return "has not at all its nameservers, or perhaps, the";
}

bool has_other_ds(const ParentView& view, const dns::Name& zone, const std::vector<storage::SealedZoneKey>& keys) {
  const auto is_ours = [&](const dns::Rdata& record) {
    return std::ranges::any_of(keys, [&](const storage::SealedZoneKey& key) {
      const auto dnskey = dnssec::Dnskey::from_rdata(key.record.dnskey.octets());
      return key.record.role != storage::KeyRole::zsk && dnskey && state_at({record}, zone, *dnskey) != DsState::absent;
    });
  };
  return std::ranges::any_of(
      view.servers, [&](const ParentView::Server& server) { return !std::ranges::all_of(*server.ds, is_ours); });
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
    const auto dnskey = dnssec::Dnskey::from_rdata(key.record.dnskey.octets());
    if (key.record.role == storage::KeyRole::zsk || !dnskey) {
      continue;
    }
    const auto state = state_everywhere(view, zone, *dnskey);
    finding.states.emplace_back(key.record.id, state);
    finding.note += (finding.note.empty() ? "the parent " : ", ") + std::string(words_of(state)) + " DS of key " +
                    std::to_string(dnskey->key_tag());
  }
  finding.has_other_ds = has_other_ds(view, zone, keys);
  if (finding.has_other_ds) {
    finding.note += ", and has a DS of another key";
  }
  return finding;
}

}  // namespace minidns::central
