#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "central/announcer.hpp"
#include "central/first_signing.hpp"
#include "central/key_vault.hpp"
#include "central/zone_signing.hpp"
#include "storage/dnssec_policies.hpp"
#include "storage/signing_refresh.hpp"
#include "storage/zone_dnssec.hpp"
#include "storage/zone_edit.hpp"

#include <functional>
#include <string>
#include <vector>

namespace minidns::central {

/// What the port works on; all of it must outlive the port.
struct ZoneDnssecStores {
  storage::ZoneDnssec& zones;
  storage::DnssecPolicies& policies;
  storage::ZoneEditor& editor;
  storage::SigningRefresh& refresh;
};

/// The signing of zones, as the API asks for it. Safe on any thread.
class ZoneDnssecPort final : public api::ZoneDnssec {
 public:
  /// All must outlive this.
  ZoneDnssecPort(const ZoneDnssecStores& stores, KeyVault& vault, Announcer& announcer, const Clock& clock)
      : stores_(stores), vault_(vault), first_(vault, stores.refresh, clock), announcer_(announcer), clock_(clock) {}

  [[nodiscard]] api::Result<api::ZoneDnssecView> get(const api::Scope& scope, const ZoneId& zone) override;
  [[nodiscard]] api::Result<api::ZoneDnssecView> sign(const api::Scope& scope, const ZoneId& zone,
                                                      const api::ZoneSigningRequest& request) override;
  [[nodiscard]] api::Result<api::ZoneDnssecView> unsign(const api::Scope& scope, const ZoneId& zone,
                                                        bool force) override;
  [[nodiscard]] api::Result<api::ZoneDnssecView> roll(const api::Scope& scope, const ZoneId& zone,
                                                      api::KeyRole role) override;
  [[nodiscard]] api::Result<api::ZoneDnssecView> pause_roll(const api::Scope& scope, const ZoneId& zone,
                                                            bool paused) override;
  [[nodiscard]] api::Result<api::ZoneDnssecView> cancel_roll(const api::Scope& scope, const ZoneId& zone) override;
  [[nodiscard]] api::Result<api::ZoneDnssecView> report_ds(const api::Scope& scope, const ZoneId& zone,
                                                           const api::DsReport& report) override;
  [[nodiscard]] api::Result<api::ZoneDnssecView> set_foreign_dnskeys(const api::Scope& scope, const ZoneId& zone,
                                                                     const std::vector<std::string>& dnskeys) override;

 private:
  /// New or taken in, if the zone is to get any.
  [[nodiscard]] api::Result<std::vector<storage::NewZoneKey>> keys_for(const storage::ZoneDnssecRecord& zone,
                                                                       const storage::DnssecPolicyFields& policy,
                                                                       const std::vector<api::KeyImport>& imports);
  [[nodiscard]] api::Result<void> sign_locked(const api::Scope& scope, const storage::DnssecPolicyRecord& policy,
                                              const std::vector<storage::NewZoneKey>& keys, FirstSigning::Origin origin,
                                              storage::ZoneEdit& edit);
  [[nodiscard]] api::Result<storage::SigningChange> change_for(const storage::DnssecPolicyRecord& policy,
                                                               const std::vector<storage::NewZoneKey>& keys,
                                                               FirstSigning::Origin origin, storage::ZoneEdit& edit);
  /// `change` under the lock of a zone that is signed; then the zone as it is.
  [[nodiscard]] api::Result<api::ZoneDnssecView> with_signed(
      const api::Scope& scope, const ZoneId& zone, const std::function<api::Result<void>(storage::ZoneEdit&)>& change);
  [[nodiscard]] api::Result<void> commit_signing(const api::Scope& scope, storage::ZoneEdit& edit,
                                                 dnssec::Result<storage::SigningChange> change,
                                                 storage::ZoneCommit commit = {});
  void commit(const api::Scope& scope, storage::ZoneEdit& edit, storage::ZoneCommit commit);

  const ZoneDnssecStores stores_;
  KeyVault& vault_;
  const FirstSigning first_;
  Announcer& announcer_;
  const Clock& clock_;
};

}  // namespace minidns::central
