#pragma once

#include "api/ports.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace minidns::api::test {

/// DNSSEC policies and signed zones in memory. Every zone is there. Safe on every thread.
class FakeDnssec final : public DnssecPolicies, public ZoneDnssec {
 public:
  FakeDnssec();

  Result<DnssecPolicyView> create(const Scope& scope, const NewDnssecPolicy& policy) override;
  Result<DnssecPolicyView> get(const Scope& scope, const std::string& name) override;
  Result<std::vector<DnssecPolicyView>> list(const Scope& scope) override;
  Result<DnssecPolicyView> update(const Scope& scope, const std::string& name,
                                  const DnssecPolicyRequest& change) override;
  Result<void> remove(const Scope& scope, const std::string& name) override;
  Result<std::vector<DnssecDefault>> defaults(const Scope& scope) override;
  Result<DnssecDefault> set_default(const Scope& scope, const DnssecDefault& value) override;
  Result<void> remove_default(const Scope& scope, const DnssecDefault& which) override;

  Result<ZoneDnssecView> get(const Scope& scope, const ZoneId& zone) override;
  Result<ZoneDnssecView> sign(const Scope& scope, const ZoneId& zone, const ZoneSigningRequest& request) override;
  Result<ZoneDnssecView> unsign(const Scope& scope, const ZoneId& zone, bool force) override;
  Result<ZoneDnssecView> roll(const Scope& scope, const ZoneId& zone, KeyRole role) override;
  Result<ZoneDnssecView> pause_roll(const Scope& scope, const ZoneId& zone, bool paused) override;
  Result<ZoneDnssecView> cancel_roll(const Scope& scope, const ZoneId& zone) override;
  Result<ZoneDnssecView> report_ds(const Scope& scope, const ZoneId& zone, const DsReport& report) override;
  Result<ZoneDnssecView> set_foreign_dnskeys(const Scope& scope, const ZoneId& zone,
                                             const std::vector<std::string>& dnskeys) override;

 private:
  std::mutex mutex_;  // guards what follows
  std::vector<DnssecPolicyView> policies_;
  std::optional<std::string> signed_by_;
  DsState ds_ = DsState::unknown;
  bool paused_ = false;
  std::vector<DnssecDefault> defaults_;
};

}  // namespace minidns::api::test
