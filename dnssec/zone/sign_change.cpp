#include "dnssec/zone/sign_change.hpp"

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/diff.hpp"
#include "dns/snapshot/edit.hpp"
#include "dnssec/zone/change_signer.hpp"
#include "dnssec/zone/content_view.hpp"
#include "dnssec/zone/denial.hpp"
#include "dnssec/zone/signature_plan.hpp"
#include "dnssec/zone/zone_signer.hpp"
#include "dnssec/zone/zonemd.hpp"

#include <utility>

namespace minidns::dnssec {
namespace {

/// Everything anew, for a change of the denial.
Result<std::vector<dns::RRsetChange>> changes_by_full_signing(const dns::ZoneSnapshot& before,
                                                              const ContentView& content, const dns::Delta& delta,
                                                              const SigningInputs& inputs, const Executor& executor) {
  auto signer = ZoneSigner::make(inputs, delta.soa_after, executor);
  if (!signer) {
    return signer.error();
  }
  for (auto owner = content.at_or_after({}); owner; owner = content.at_or_after(just_after(*owner))) {
    for (auto& rrset : content.sets(*owner)) {
      if (rrset.type == dns::RRType::soa) {
        continue;
      }
      if (auto added = signer->add(std::move(rrset)); !added) {
        return added.error();
      }
    }
  }
  const auto after = std::move(*signer).finish(delta.to);
  if (!after) {
    return after.error();
  }
  return dns::diff(before, **after).changes;
}

Result<std::vector<dns::RRsetChange>> signed_changes(const dns::ZoneSnapshot& before, const SigningInputs& from,
                                                     const dns::Delta& content, const SigningInputs& to,
                                                     const Executor& executor, std::size_t octets_max) {
  const auto edits = dns::edits_of(content, before.apex());
  if (!edits) {
    return Error{Errc::bad_input, edits.error().detail};
  }
  const ContentView content_before(before, from);
  const auto content_after = ContentView::changed(before, from, *edits);
  if (!content_after) {
    return content_after.error();
  }
  if (from.denial != to.denial) {
    return changes_by_full_signing(before, *content_after, content, to, executor);
  }
  const auto plan_before = SignaturePlan::make(from, SignaturePlan::Signers::ignored);
  const auto plan_after = SignaturePlan::make(to, SignaturePlan::Signers::needed);
  const auto ttl_before = denial_ttl(content.soa_before);
  const auto ttl_after = denial_ttl(content.soa_after);
  for (const auto* plan : {&plan_before, &plan_after}) {
    if (!*plan) {
      return plan->error();
    }
  }
  for (const auto* ttl : {&ttl_before, &ttl_after}) {
    if (!*ttl) {
      return ttl->error();
    }
  }
  return ChangeSigner(before, {*plan_before, content_before, *ttl_before}, {*plan_after, *content_after, *ttl_after},
                      executor, octets_max)
      .run();
}

/// With the digest of the zone to which the change leads.
Result<void> seal(dns::Delta& delta, const dns::ZoneSnapshot& before, const SigningInputs& inputs) {
  const auto plan = SignaturePlan::make(inputs, SignaturePlan::Signers::needed);
  if (!plan) {
    return plan.error();
  }
  const auto after = before.apply(delta);
  return after ? put_zonemd(delta, **after, *plan) : Result<void>(Error{Errc::fault, after.error().detail});
}

}  // namespace

Result<dns::Delta> sign_change(const dns::ZoneSnapshot& before, const SigningInputs& before_inputs,
                               const dns::Delta& content, const SigningInputs& inputs, const Executor& executor,
                               std::size_t octets_max) {
  if (content.from != before.version() || !dns::is_same(content.soa_before, before.soa()) ||
      before_inputs.apex != before.apex() || inputs.apex != before.apex()) {
    return Error{Errc::bad_input, before.apex().to_text() + ": the change doesn't start from this version"};
  }
  auto changes = signed_changes(before, before_inputs, content, inputs, executor, octets_max);
  if (!changes) {
    return changes.error();
  }
  dns::Delta delta{content.from, content.to, content.soa_before, content.soa_after, std::move(*changes)};
  if (inputs.zonemd && inputs.denial == before_inputs.denial) {  // else full signing has put it in
    if (auto put = seal(delta, before, inputs); !put) {
      return put.error();
    }
  }
  return delta;
}

}  // namespace minidns::dnssec
