#include "mdns/inbound/difference.hpp"

#include "dns/record_ttl.hpp"
#include "dns/snapshot/checked_rrset.hpp"

#include <algorithm>

namespace minidns::mdns {
namespace {

/// What a record costs beside its octets: nodes and vectors.
constexpr std::size_t overhead_octets = 200;

dns::TransferError mismatch(const dns::Name& owner, dns::RRType type, const char* what) {
  return {dns::TransferErrc::inconsistent, owner.to_text() + " " + type.to_text() + ": " + what};
}

}  // namespace

InboundDifference::Place& InboundDifference::place(const dns::Name& owner, dns::RRType type, std::size_t octets) {
  octets_ += owner.wire().size() * 2 + octets + overhead_octets;
  const auto found = places_.try_emplace(Key(dns::OwnerKey::of(owner, apex_), type), Place{owner, type, {}}).first;
  return found->second;
}

void InboundDifference::add(dns::AddedRecord record) {
  Place& at = place(record.owner, record.type, record.rdata.octets().size());
  at.steps.emplace_back(std::move(record));
}

void InboundDifference::remove(dns::RemovedRecord record) {
  Place& at = place(record.owner, record.type, record.rdata.octets().size());
  at.steps.emplace_back(std::move(record));
}

std::vector<storage::InboundStore::Place> InboundDifference::places() const {
  std::vector<storage::InboundStore::Place> all;
  all.reserve(places_.size());
  for (const auto& [key, place] : places_) {
    all.emplace_back(place.owner, place.type);
  }
  return all;
}

Result<std::vector<storage::InboundChange>, dns::TransferError> InboundDifference::apply(
    const std::vector<dns::RRset>& present) const {
  std::map<Key, const dns::RRset*> known;
  for (const dns::RRset& rrset : present) {
    known.emplace(Key(dns::OwnerKey::of(rrset.owner, apex_), rrset.type), &rrset);
  }
  std::vector<storage::InboundChange> changes;
  for (const auto& [key, place] : places_) {
    const auto found = known.find(key);
    const dns::RRset* before = found == known.end() ? nullptr : found->second;
    std::optional<dns::RRset> set = before != nullptr ? std::optional(*before) : std::nullopt;
    for (const Step& step : place.steps) {
      if (auto failure = take(step, set)) {
        return *std::move(failure);
      }
    }
    if (set && set->rdata.empty()) {
      set.reset();
    }
    if (set) {
      std::sort(set->rdata.begin(), set->rdata.end());
      set->ttl = dns::record_ttl(*set, set->rdata.front());
    }
    const bool same = before != nullptr && set ? dns::is_same(*before, *set) : before == nullptr && !set;
    if (!same) {
      changes.push_back({place.owner, place.type, std::move(set)});
    }
  }
  return changes;
}

std::optional<dns::TransferError> InboundDifference::take(const Step& step, std::optional<dns::RRset>& set) {
  if (const auto* removed = std::get_if<dns::RemovedRecord>(&step)) {
    if (set && std::erase(set->rdata, removed->rdata) == 1) {
      return std::nullopt;
    }
    return mismatch(removed->owner, removed->type, "a record is removed that we don't have");
  }
  const auto& added = std::get<dns::AddedRecord>(step);
  if (!set) {
    set = dns::RRset{added.owner, added.type, added.ttl, {}};
  }
  if (std::find(set->rdata.begin(), set->rdata.end(), added.rdata) != set->rdata.end()) {
    return mismatch(added.owner, added.type, "a record is added that we have");
  }
  set->owner = added.owner;  // its case is the newest
  set->ttl = added.ttl;      // RFC 2181 §5.2: one for all
  set->rdata.push_back(added.rdata);
  return std::nullopt;
}

}  // namespace minidns::mdns
