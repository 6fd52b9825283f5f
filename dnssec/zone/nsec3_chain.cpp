#include "dnssec/zone/nsec3_chain.hpp"

#include "dns/delta.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dnssec/zone/denial.hpp"
#include "dnssec/zone/owner_form.hpp"

#include <utility>

namespace minidns::dnssec {
namespace {

/// The owner as a name of the zone that has RRsets already: one may look like a hash.
dns::Name cased_owner(const dns::Name& owner, const dns::ZoneSnapshot& zone) {
  const auto key = dns::OwnerKey::of(owner, zone.apex());
  const dns::SnapshotCursor cursor(zone.tree(), key.octets(), dns::RRType::soa);
  return !cursor.at_end() && cursor.owner() == owner ? cursor.owner() : owner;
}

/// The changes that bring an NSEC3 RRset and its signatures to an owner.
void append_changes(std::vector<dns::RRsetChange>& changes, SignedOwner owner, const dns::ZoneSnapshot& zone) {
  for (auto& rrset : owner.sets) {
    dns::RRsetChange change;
    auto there = zone.find(rrset.owner, rrset.type);
    if (rrset.type == dns::RRType::rrsig) {
      auto rrsigs = std::move(rrset.rdata);
      if (there) {
        rrsigs.insert(rrsigs.end(), there->rdata.begin(), there->rdata.end());
      }
      rrset = rrsig_set(cased_owner(rrset.owner, zone), std::move(rrsigs));
    }
    if (there) {
      change.before.push_back(std::move(*there));
    }
    change.after.push_back(std::move(rrset));
    changes.push_back(std::move(change));
  }
}

Result<std::shared_ptr<const dns::ZoneSnapshot>> with_batch(const std::shared_ptr<const dns::ZoneSnapshot>& zone,
                                                            SignatureBatch& batch, const Executor& executor) {
  auto owners = batch.sign(executor);
  if (!owners) {
    return owners.error();
  }
  dns::Delta delta{zone->version(), zone->version(), zone->soa(), zone->soa(), {}};
  for (auto& owner : *owners) {
    append_changes(delta.changes, std::move(owner), *zone);
  }
  auto next = zone->apply(delta);
  if (!next) {
    return Error{Errc::bad_input, next.error().detail};
  }
  return *next;
}

}  // namespace

Result<std::shared_ptr<const dns::ZoneSnapshot>> with_nsec3_chain(std::shared_ptr<const dns::ZoneSnapshot> zone,
                                                                  const std::vector<Nsec3Names::Entry>& names,
                                                                  const SignaturePlan& plan, dns::Ttl ttl,
                                                                  const Executor& executor) {
  SignatureBatch batch(plan);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto owner = nsec3_owner(names[i].hash, plan.inputs().apex);
    if (!owner) {
      return owner.error();
    }
    const Nsec3 nsec3{plan.inputs().denial == Denial::nsec3_opt_out, names[(i + 1) % names.size()].hash,
                      names[i].bitmap};
    OwnerForm form;
    form.sets.push_back({{*owner, dns::RRType::nsec3, ttl, {nsec3.to_rdata()}}, true});
    if (auto added = batch.add(std::move(form)); !added) {
      return added.error();
    }
    if (batch.is_full() || i + 1 == names.size()) {
      auto next = with_batch(zone, batch, executor);
      if (!next) {
        return next.error();
      }
      zone = std::move(*next);
    }
  }
  return zone;
}

}  // namespace minidns::dnssec
