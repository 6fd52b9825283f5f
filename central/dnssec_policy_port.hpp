#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "storage/dnssec_policies.hpp"

namespace minidns::central {

[[nodiscard]] api::Denial to_api(storage::Denial denial);

/// How zones are signed, by name.
class DnssecPolicyPort final : public api::DnssecPolicies {
 public:
  /// All must outlive this.
  DnssecPolicyPort(storage::DnssecPolicies& policies, const Clock& clock) : policies_(policies), clock_(clock) {}

  [[nodiscard]] api::Result<api::DnssecPolicyView> create(const api::Scope& scope,
                                                          const api::NewDnssecPolicy& policy) override;
  [[nodiscard]] api::Result<api::DnssecPolicyView> get(const api::Scope& scope, const std::string& name) override;
  [[nodiscard]] api::Result<std::vector<api::DnssecPolicyView>> list(const api::Scope& scope) override;
  [[nodiscard]] api::Result<api::DnssecPolicyView> update(const api::Scope& scope, const std::string& name,
                                                          const api::DnssecPolicyRequest& change) override;
  [[nodiscard]] api::Result<void> remove(const api::Scope& scope, const std::string& name) override;
  [[nodiscard]] api::Result<std::vector<api::DnssecDefault>> defaults(const api::Scope& scope) override;
  [[nodiscard]] api::Result<api::DnssecDefault> set_default(const api::Scope& scope,
                                                            const api::DnssecDefault& value) override;
  [[nodiscard]] api::Result<void> remove_default(const api::Scope& scope, const api::DnssecDefault& which) override;

  /// All are listed at once.
  static constexpr std::size_t policies_max = 200;

 private:
  storage::DnssecPolicies& policies_;
  const Clock& clock_;
};

/// Whether a policy can be: its times leave room for TTLs up to that of its own DNSKEYs.
[[nodiscard]] api::Result<void> check_policy(const storage::DnssecPolicyFields& fields);

}  // namespace minidns::central
