#include "tests/unit/api_fakes_dnssec.hpp"

#include <algorithm>
#include <utility>

namespace minidns::api::test {
namespace {

DnssecPolicyView policy_named(const std::string& name) {
  return {.name = name,
          .algorithm = dnssec::Algorithm::ecdsap256sha256,
          .key_model = KeyModel::ksk_zsk,
          .denial = Denial::nsec,
          .refresh_period = 604'800,
          .signature_lifetime = 1'814'400,
          .inception_skew = 86'400,
          .dnskey_ttl = 3'600,
          .publish_cds = true,
          .created_at = WallTime{}};
}

ZoneKeyView ksk(DsState ds) {
  return {.id = DnssecKeyId(Uuid::version7(WallTime{})),
          .role = KeyRole::ksk,
          .algorithm = dnssec::Algorithm::ecdsap256sha256,
          .key_tag = 60485,
          .flags = 257,
          .public_key = "AQ==",
          .state = KeyState::active,
          .ds = ds,
          .created_at = WallTime{}};
}

}  // namespace

FakeDnssec::FakeDnssec() : policies_{policy_named(default_dnssec_policy_name)} {}

Result<DnssecPolicyView> FakeDnssec::create(const Scope& /*scope*/, const NewDnssecPolicy& policy) {
  const std::lock_guard lock(mutex_);
  policies_.push_back(policy_named(policy.name));
  policies_.back().algorithm = policy.fields.algorithm.value_or(policies_.back().algorithm);
  return policies_.back();
}

Result<DnssecPolicyView> FakeDnssec::get(const Scope& /*scope*/, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(policies_, name, &DnssecPolicyView::name);
  return found == policies_.end() ? Result<DnssecPolicyView>(Problem{ProblemType::dnssec_policy_not_found}) : *found;
}

Result<std::vector<DnssecPolicyView>> FakeDnssec::list(const Scope& /*scope*/) {
  const std::lock_guard lock(mutex_);
  return policies_;
}

Result<DnssecPolicyView> FakeDnssec::update(const Scope& scope, const std::string& name,
                                            const DnssecPolicyRequest& change) {
  auto policy = get(scope, name);
  if (policy) {
    policy->zsk_lifetime = change.zsk_lifetime.applied_to(policy->zsk_lifetime);
  }
  return policy;
}

Result<void> FakeDnssec::remove(const Scope& scope, const std::string& name) {
  const auto policy = get(scope, name);
  if (!policy) {
    return policy.error();
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(policies_, [&](const DnssecPolicyView& known) { return known.name == name; });
  return {};
}

Result<ZoneDnssecView> FakeDnssec::get(const Scope& /*scope*/, const ZoneId& zone) {
  const std::lock_guard lock(mutex_);
  ZoneDnssecView view{.zone = zone};
  if (signed_by_) {
    view.signing = {.policy = *signed_by_,
                    .denial = Denial::nsec,
                    .signing_time = WallTime{},
                    .valid_until_at_least = WallTime{} + std::chrono::hours(24 * 14),
                    .refresh_due = WallTime{} + std::chrono::hours(24 * 7),
                    .buckets = 1};
    view.keys = {ksk(ds_)};
    view.ds = {{.key_tag = 60485, .algorithm = 13, .digest_type = 2, .digest = "AB"}};
  }
  return view;
}

Result<std::vector<DnssecDefault>> FakeDnssec::defaults(const Scope& /*scope*/) {
  const std::lock_guard lock(mutex_);
  return defaults_;
}

Result<DnssecDefault> FakeDnssec::set_default(const Scope& scope, const DnssecDefault& value) {
  if (!get(scope, value.policy)) {
    return invalid_field({"policy"}, "there is no DNSSEC policy " + value.policy);
  }
  const std::lock_guard lock(mutex_);
  defaults_.push_back(value);
  return value;
}

Result<void> FakeDnssec::remove_default(const Scope& /*scope*/, const DnssecDefault& which) {
  const std::lock_guard lock(mutex_);
  const auto removed = std::erase_if(defaults_, [&](const DnssecDefault& value) {
    return value.scope == which.scope && value.subject == which.subject;
  });
  return removed > 0 ? Result<void>() : Result<void>(Problem{.type = ProblemType::dnssec_policy_not_found});
}

Result<ZoneDnssecView> FakeDnssec::sign(const Scope& scope, const ZoneId& zone, const ZoneSigningRequest& request) {
  const auto& policy = request.policy;
  if (!get(scope, policy)) {
    return invalid_field({"policy"}, "there is no DNSSEC policy " + policy);
  }
  {
    const std::lock_guard lock(mutex_);
    signed_by_ = policy;
  }
  return get(scope, zone);
}

Result<ZoneDnssecView> FakeDnssec::unsign(const Scope& scope, const ZoneId& zone, bool force) {
  {
    const std::lock_guard lock(mutex_);
    if (!force && ds_ != DsState::absent) {
      return Problem{ProblemType::invalid_operation, "the DS is at the parent"};
    }
    signed_by_.reset();
  }
  return get(scope, zone);
}

Result<ZoneDnssecView> FakeDnssec::roll(const Scope& scope, const ZoneId& zone, KeyRole role) {
  if (role != KeyRole::zsk) {
    return invalid_field({"role"}, "only ZSK");
  }
  auto view = get(scope, zone);
  if (view) {
    const DnssecKeyId id(Uuid::version7(WallTime{}));
    view->roll = {.kind = RollKind::zsk,
                  .phase = RollPhase::publishing,
                  .old_keys = {id},
                  .new_keys = {id},
                  .paused = paused_,
                  .waits_for = "a nameserver",
                  .started_at = WallTime{},
                  .next_at = WallTime{}};
  }
  return view;
}

Result<ZoneDnssecView> FakeDnssec::pause_roll(const Scope& scope, const ZoneId& zone, bool paused) {
  {
    const std::lock_guard lock(mutex_);
    paused_ = paused;
  }
  return roll(scope, zone, KeyRole::zsk);
}

Result<ZoneDnssecView> FakeDnssec::cancel_roll(const Scope& scope, const ZoneId& zone) {
  return get(scope, zone);
}

Result<ZoneDnssecView> FakeDnssec::set_foreign_dnskeys(const Scope& scope, const ZoneId& zone,
                                                       const std::vector<std::string>& dnskeys) {
  auto view = get(scope, zone);
  if (view) {
    view->foreign_dnskeys = dnskeys;
  }
  return view;
}

Result<ZoneDnssecView> FakeDnssec::report_ds(const Scope& scope, const ZoneId& zone, const DsReport& report) {
  {
    const std::lock_guard lock(mutex_);
    ds_ = report.at_parent ? DsState::present : DsState::absent;
  }
  return get(scope, zone);
}

}  // namespace minidns::api::test
