#include "dnssec/zone/zone_signer.hpp"

#include "dns/delta.hpp"
#include "dnssec/zone/nsec3_chain.hpp"
#include "dnssec/zone/zonemd.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace minidns::dnssec {
namespace {

Error of_dns(const dns::Error& error) {
  return {Errc::bad_input, error.detail};
}

}  // namespace

ZoneSigner::ZoneSigner(std::unique_ptr<const SignaturePlan> plan, dns::RRset soa, dns::Ttl denial_ttl,
                       Executor executor)
    : plan_(std::move(plan)),
      soa_(std::move(soa)),
      denial_ttl_(denial_ttl),
      executor_(std::move(executor)),
      builder_(plan_->inputs().apex),
      batch_(*plan_),
      owner_(soa_.owner),
      current_{soa_},
      names_(plan_->inputs().apex) {}

Result<ZoneSigner> ZoneSigner::make(const SigningInputs& inputs, dns::RRset soa, Executor executor) {
  auto plan = SignaturePlan::make(inputs, SignaturePlan::Signers::needed);
  if (!plan) {
    return plan.error();
  }
  if (soa.type != dns::RRType::soa || soa.owner != inputs.apex || soa.rdata.size() != 1) {
    return Error{Errc::bad_input, soa.owner.to_text() + " " + soa.type.to_text() + ": not the SOA of the zone"};
  }
  const auto ttl = denial_ttl(soa);
  if (!ttl) {
    return ttl.error();
  }
  if (inputs.denial != Denial::nsec) {
    if (const auto fits = nsec3_owner({}, inputs.apex); !fits) {
      return fits.error();
    }
  }
  return ZoneSigner(std::make_unique<const SignaturePlan>(std::move(*plan)), std::move(soa), *ttl, std::move(executor));
}

Result<void> ZoneSigner::add(dns::RRset rrset) {
  if (is_made_by_signing(rrset.type) || rrset.type == dns::RRType::soa) {
    return not_content(rrset);
  }
  const auto order = owner_ <=> rrset.owner;
  if (order > 0 || !rrset.owner.is_at_or_below(plan_->inputs().apex)) {
    return Error{Errc::bad_input,
                 rrset.owner.to_text() + " " + rrset.type.to_text() + ": out of order, or outside of the zone"};
  }
  if (order != 0) {
    if (auto closed = close_owner(); !closed) {
      return closed;
    }
    owner_ = rrset.owner;
  }
  current_.push_back(std::move(rrset));
  return {};
}

Standing ZoneSigner::standing_of_current() const {
  if (occluder_ && owner_.is_at_or_below(*occluder_)) {
    return Standing::occluded;
  }
  const bool has_ns = std::any_of(current_.begin(), current_.end(),
                                  [](const dns::RRset& rrset) { return rrset.type == dns::RRType::ns; });
  return has_ns && owner_ != plan_->inputs().apex ? Standing::cut : Standing::authoritative;
}

/// All RRsets of `owner_` have come.
Result<void> ZoneSigner::close_owner() {
  const Standing standing = standing_of_current();
  OwnerForm form = form_of(std::exchange(current_, {}), standing);
  if (standing == Standing::occluded) {
    if (plan_->inputs().denial == Denial::nsec) {
      held_.push_back(std::move(form));  // NSEC of the name before comes first, when the next name is known
      return {};
    }
    return emit(std::move(form));
  }
  if (form.has(dns::RRType::soa)) {
    if (auto added = add_key_set(form, plan_->inputs()); !added) {
      return added;
    }
  }
  occluder_ = occludes(form) ? std::optional(owner_) : std::nullopt;
  return take_named(std::move(form));
}

/// A name whose types are to be told.
Result<void> ZoneSigner::take_named(OwnerForm form) {
  if (plan_->inputs().denial == Denial::nsec) {
    if (auto closed = close_open(owner_); !closed) {
      return closed;
    }
    open_ = std::move(form);
    return {};
  }
  if (plan_->inputs().denial == Denial::nsec3 || !is_insecure_cut(form)) {
    names_.add(owner_, type_bitmap(denied_types(form)));
  }
  return emit(std::move(form));
}

Result<void> ZoneSigner::close_open(const dns::Name& next) {
  if (!open_) {
    return {};
  }
  add_nsec(*open_, denial_ttl_, next);
  if (auto emitted = emit(std::move(*open_)); !emitted) {
    return emitted;
  }
  open_.reset();
  for (auto& form : std::exchange(held_, {})) {
    if (auto emitted = emit(std::move(form)); !emitted) {
      return emitted;
    }
  }
  return {};
}

Result<void> ZoneSigner::emit(OwnerForm form) {
  if (auto added = batch_.add(std::move(form)); !added) {
    return added;
  }
  return batch_.is_full() ? flush() : Result<void>();
}

Result<void> ZoneSigner::flush() {
  const auto owners = batch_.sign(executor_);
  if (!owners) {
    return owners.error();
  }
  for (const auto& owner : *owners) {
    for (const auto& rrset : owner.sets) {
      if (rrset.type == dns::RRType::soa) {
        continue;  // for the builder's `finish`
      }
      if (auto added = builder_.add(rrset); !added) {
        return of_dns(added.error());
      }
    }
  }
  return {};
}

Result<std::shared_ptr<const dns::ZoneSnapshot>> ZoneSigner::finish(dns::Version version) && {
  if (auto closed = close_owner(); !closed) {
    return closed.error();
  }
  if (auto closed = close_open(plan_->inputs().apex); !closed) {
    return closed.error();
  }
  if (auto flushed = flush(); !flushed) {
    return flushed.error();
  }
  auto zone = std::move(builder_).finish(version, soa_);
  if (!zone) {
    return of_dns(zone.error());
  }
  if (plan_->inputs().denial != Denial::nsec) {
    auto names = names_.take_sorted();
    if (!names) {
      return names.error();
    }
    auto with_chain = with_nsec3_chain(*zone, std::move(*names), *plan_, denial_ttl_, executor_);
    if (!with_chain) {
      return with_chain.error();
    }
    *zone = *std::move(with_chain);
  }
  return plan_->inputs().zonemd ? with_zonemd(**zone, *plan_) : *zone;
}

}  // namespace minidns::dnssec
