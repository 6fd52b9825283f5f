#include "central/dnssec_policy_port.hpp"

#include "central/guard.hpp"
#include "central/signing_rules.hpp"
#include "dnssec/algorithm.hpp"

#include <stdexcept>
#include <utility>

namespace minidns::central {
namespace {

using api::Problem;
using api::ProblemType;
using storage::DnssecPolicyFields;

constexpr std::uint32_t dnskey_ttl_s_default = 3600;
constexpr std::int32_t day_s = 86'400;

DnssecPolicyFields default_fields(const std::string& name) {
  return {.name = name,
          .description = {},
          .algorithm = static_cast<std::uint8_t>(dnssec::Algorithm::ecdsap256sha256),
          .key_model = storage::KeyModel::ksk_zsk,
          .denial = storage::Denial::nsec,
          .times = {.period = 7 * day_s, .lifetime = 21 * day_s, .skew = day_s},
          .dnskey_ttl = dns::Ttl::from_wire(dnskey_ttl_s_default),
          .ksk_lifetime_s = {},
          .zsk_lifetime_s = {},
          .publish_cds = true,
          .zonemd = false};
}

storage::Denial to_storage(api::Denial denial) {
  switch (denial) {
    case api::Denial::nsec:
      return storage::Denial::nsec;
    case api::Denial::nsec3:
      return storage::Denial::nsec3;
    case api::Denial::nsec3_opt_out:
      return storage::Denial::nsec3_opt_out;
  }
  throw std::logic_error("no such denial");
}

storage::DnssecDefault::Scope scope_of(api::DnssecDefault::Scope scope) {
  return scope == api::DnssecDefault::Scope::pool ? storage::DnssecDefault::Scope::pool
                                                  : storage::DnssecDefault::Scope::project;
}

api::DnssecDefault::Scope scope_of(storage::DnssecDefault::Scope scope) {
  return scope == storage::DnssecDefault::Scope::pool ? api::DnssecDefault::Scope::pool
                                                      : api::DnssecDefault::Scope::project;
}

/// The request's parser keeps numbers in the columns' ranges.
std::int32_t seconds_of(std::int64_t value) {
  return static_cast<std::int32_t>(value);
}

void set_lifetime(std::optional<std::int32_t>& present, const api::Change<std::int64_t>& change) {
  if (change.is_set()) {
    present = seconds_of(change.value());
  } else if (change.is_clear()) {
    present.reset();
  }
}

void apply(const api::DnssecPolicyRequest& request, DnssecPolicyFields& fields) {
  fields.description = request.description.applied_to(fields.description);
  if (request.algorithm) {
    fields.algorithm = static_cast<std::uint8_t>(*request.algorithm);
  }
  if (request.key_model) {
    fields.key_model = *request.key_model == api::KeyModel::csk ? storage::KeyModel::csk : storage::KeyModel::ksk_zsk;
  }
  if (request.denial) {
    fields.denial = to_storage(*request.denial);
  }
  fields.times.period = seconds_of(request.refresh_period.value_or(fields.times.period));
  fields.times.lifetime = seconds_of(request.signature_lifetime.value_or(fields.times.lifetime));
  fields.times.skew = seconds_of(request.inception_skew.value_or(fields.times.skew));
  if (request.dnskey_ttl) {
    fields.dnskey_ttl = dns::Ttl::from_wire(static_cast<std::uint32_t>(*request.dnskey_ttl));
  }
  set_lifetime(fields.ksk_lifetime_s, request.ksk_lifetime);
  set_lifetime(fields.zsk_lifetime_s, request.zsk_lifetime);
  fields.publish_cds = request.publish_cds.value_or(fields.publish_cds);
  fields.zonemd = request.zonemd.value_or(fields.zonemd);
}

/// Key sets are made of the policy when they are made: what zones were signed with by then stays as it is.
bool makes_other_key_sets(const DnssecPolicyFields& a, const DnssecPolicyFields& b) {
  return a.algorithm != b.algorithm || a.key_model != b.key_model || a.denial != b.denial || !(a.times == b.times) ||
         a.dnskey_ttl != b.dnskey_ttl || a.publish_cds != b.publish_cds || a.zonemd != b.zonemd;
}

api::DnssecPolicyView view_of(const storage::DnssecPolicyRecord& record) {
  const auto& fields = record.fields;
  const auto wide = [](const std::optional<std::int32_t>& seconds) {
    return seconds ? std::optional<std::int64_t>(*seconds) : std::nullopt;
  };
  return {.name = fields.name,
          .description = fields.description,
          .algorithm = dnssec::algorithm_from_number(fields.algorithm).value(),  // the column's CHECK
          .key_model = fields.key_model == storage::KeyModel::csk ? api::KeyModel::csk : api::KeyModel::ksk_zsk,
          .denial = to_api(fields.denial),
          .refresh_period = fields.times.period,
          .signature_lifetime = fields.times.lifetime,
          .inception_skew = fields.times.skew,
          .dnskey_ttl = fields.dnskey_ttl.seconds(),
          .ksk_lifetime = wide(fields.ksk_lifetime_s),
          .zsk_lifetime = wide(fields.zsk_lifetime_s),
          .publish_cds = fields.publish_cds,
          .zonemd = fields.zonemd,
          .created_at = record.created_at,
          .updated_at = record.updated_at};
}

std::optional<Problem> duplicate_policy(const storage::postgres::StatementError& error) {
  return error.is_unique_violation() ? std::optional(Problem{.type = ProblemType::duplicate_dnssec_policy})
                                     : std::nullopt;
}

}  // namespace

api::Denial to_api(storage::Denial denial) {
  switch (denial) {
    case storage::Denial::nsec:
      return api::Denial::nsec;
    case storage::Denial::nsec3:
      return api::Denial::nsec3;
    case storage::Denial::nsec3_opt_out:
      return api::Denial::nsec3_opt_out;
  }
  throw std::logic_error("no such denial");
}

api::Result<void> check_policy(const DnssecPolicyFields& fields) {
  if (fields.times.skew > fields.times.period) {
    return api::invalid_field({"inception_skew"}, "is longer than refresh_period");
  }
  return check_ttl(fields.times, fields.dnskey_ttl, {"signature_lifetime"});
}

api::Result<api::DnssecPolicyView> DnssecPolicyPort::create(const api::Scope& /*scope*/,
                                                            const api::NewDnssecPolicy& policy) {
  auto fields = default_fields(policy.name);
  apply(policy.fields, fields);
  if (const auto allowed = check_policy(fields); !allowed) {
    return allowed.error();
  }
  return guarded(
      [&]() -> api::Result<api::DnssecPolicyView> {
        if (policies_.list().size() >= policies_max) {
          return Problem{.type = ProblemType::over_quota,
                         .message = "There are " + std::to_string(policies_max) + " policies already."};
        }
        return view_of(policies_.create(DnssecPolicyId(Uuid::version7(clock_.wall())), fields));
      },
      duplicate_policy);
}

api::Result<api::DnssecPolicyView> DnssecPolicyPort::get(const api::Scope& /*scope*/, const std::string& name) {
  return guarded([&]() -> api::Result<api::DnssecPolicyView> {
    const auto record = policies_.get(name);
    if (!record) {
      return Problem{.type = ProblemType::dnssec_policy_not_found};
    }
    return view_of(*record);
  });
}

api::Result<std::vector<api::DnssecPolicyView>> DnssecPolicyPort::list(const api::Scope& /*scope*/) {
  return guarded([&]() -> api::Result<std::vector<api::DnssecPolicyView>> {
    std::vector<api::DnssecPolicyView> views;
    for (const auto& record : policies_.list()) {
      views.push_back(view_of(record));
    }
    return views;
  });
}

api::Result<api::DnssecPolicyView> DnssecPolicyPort::update(const api::Scope& /*scope*/, const std::string& name,
                                                            const api::DnssecPolicyRequest& change) {
  return guarded([&]() -> api::Result<api::DnssecPolicyView> {
    api::Result<void> allowed;
    const auto record = policies_.update(name, [&](DnssecPolicyFields& fields, bool in_use) {
      const auto before = fields;
      apply(change, fields);
      allowed = check_policy(fields);
      if (allowed && in_use && makes_other_key_sets(before, fields)) {
        allowed = Problem{.type = ProblemType::in_use,
                          .message =
                              "Zones are signed by the policy: make another one, and sign them by that. Only"
                              " description, ksk_lifetime and zsk_lifetime can be changed."};
      }
      return allowed.has_value();
    });
    if (!record) {
      return Problem{.type = ProblemType::dnssec_policy_not_found};
    }
    if (!allowed) {
      return allowed.error();
    }
    return view_of(*record);
  });
}

api::Result<void> DnssecPolicyPort::remove(const api::Scope& /*scope*/, const std::string& name) {
  if (name == api::default_dnssec_policy_name) {
    return Problem{.type = ProblemType::invalid_operation, .message = "The default policy can't be deleted"};
  }
  return guarded([&]() -> api::Result<void> {
    switch (policies_.remove(name)) {
      case storage::DnssecPolicies::Removal::done:
        return {};
      case storage::DnssecPolicies::Removal::not_found:
        return Problem{.type = ProblemType::dnssec_policy_not_found};
      case storage::DnssecPolicies::Removal::in_use:
        break;
    }
    return Problem{.type = ProblemType::in_use, .message = "Zones are signed by the policy, or new ones are to be."};
  });
}

api::Result<std::vector<api::DnssecDefault>> DnssecPolicyPort::defaults(const api::Scope& /*scope*/) {
  return guarded([&]() -> api::Result<std::vector<api::DnssecDefault>> {
    std::vector<api::DnssecDefault> defaults;
    for (auto& [scope, subject, policy] : policies_.defaults()) {
      defaults.push_back({scope_of(scope), std::move(subject), std::move(policy)});
    }
    return defaults;
  });
}

api::Result<api::DnssecDefault> DnssecPolicyPort::set_default(const api::Scope& /*scope*/,
                                                              const api::DnssecDefault& value) {
  return guarded([&]() -> api::Result<api::DnssecDefault> {
    if (!policies_.set_default({scope_of(value.scope), value.subject, value.policy})) {
      return api::invalid_field({"policy"}, "there is no DNSSEC policy " + value.policy);
    }
    return value;
  });
}

api::Result<void> DnssecPolicyPort::remove_default(const api::Scope& /*scope*/, const api::DnssecDefault& which) {
  return guarded([&]() -> api::Result<void> {
    if (!policies_.remove_default(scope_of(which.scope), which.subject)) {
      return Problem{.type = ProblemType::dnssec_policy_not_found};
    }
    return {};
  });
}

}  // namespace minidns::central
