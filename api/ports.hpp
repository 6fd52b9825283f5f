#pragma once

#include "api/caller.hpp"
#include "api/dnssec.hpp"
#include "api/named_view.hpp"
#include "api/nameserver.hpp"
#include "api/page.hpp"
#include "api/pool.hpp"
#include "api/problem.hpp"
#include "api/recordset.hpp"
#include "api/service_status.hpp"
#include "api/sync.hpp"
#include "api/tsig_key.hpp"
#include "api/visibility.hpp"
#include "api/zone.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the HTTP face asks of the program that it is built into. All functions are called on database worker threads,
/// several at once, and may block; they return before the database's own deadlines have passed.
///
/// Failures are values. `unavailable` if the database can't be reached and nothing was done, `commit_in_doubt` if it
/// isn't known whether a write was done. An exception that leaves a port is a bug: the client gets 500, and it is
/// logged.
///
/// Who may call what has been checked where it follows from the role alone (pools, nameservers, TSIG keys, changes of
/// views, of DNSSEC policies, and service statuses are for admins). What belongs to another project than
/// `Scope::project` isn't there, unless `Scope::all_projects`.
namespace minidns::api {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Nothing if the token is unknown, expired or revoked.
  [[nodiscard]] virtual Result<std::optional<Caller>> authenticate(std::string_view token) = 0;
};

class Zones {
 public:
  virtual ~Zones() = default;
  [[nodiscard]] virtual Result<ZoneView> create(const Scope& scope, const NewZone& zone) = 0;
  /// With the visibility of `version` (nothing: the newest); bad_request if the zone has none such yet.
  [[nodiscard]] virtual Result<ZoneView> get(const Scope& scope, const ZoneId& id,
                                             const std::optional<dns::Version>& version = {}) = 0;
  [[nodiscard]] virtual Result<Page<ZoneView>> list(const Scope& scope, const ZoneFilter& filter,
                                                    const ZonePageRequest& page) = 0;
  /// A change that leaves everything as it is makes no new version.
  [[nodiscard]] virtual Result<ZoneView> update(const Scope& scope, const ZoneId& id, const ZoneChange& change) = 0;
  /// The zone stays, PENDING with action DELETE, until the nameservers have let go of it.
  [[nodiscard]] virtual Result<ZoneView> remove(const Scope& scope, const ZoneId& id) = 0;
  /// The NS names of its pool, by priority, then hostname.
  [[nodiscard]] virtual Result<std::vector<NsRecord>> nameservers(const Scope& scope, const ZoneId& id) = 0;
  /// Of a SECONDARY zone, else invalid_operation: transfer it now, whatever its serial is.
  [[nodiscard]] virtual Result<void> request_transfer(const Scope& scope, const ZoneId& id) = 0;
  /// Of a SECONDARY zone with an alarm, else invalid_operation: take what the alarm is about.
  [[nodiscard]] virtual Result<void> accept_transfer(const Scope& scope, const ZoneId& id) = 0;
};

/// All functions that name a zone: zone_not_found if it isn't there.
class Recordsets {
 public:
  virtual ~Recordsets() = default;
  [[nodiscard]] virtual Result<RecordsetView> create(const Scope& scope, const ZoneId& zone,
                                                     const NewRecordset& recordset) = 0;
  /// With the visibility of `version` of the zone (nothing: the one that changed it last); bad_request if the zone has
  /// none such yet.
  [[nodiscard]] virtual Result<RecordsetView> get(const Scope& scope, const ZoneId& zone, const RecordsetId& id,
                                                  const std::optional<dns::Version>& version = {}) = 0;
  /// Which zone it is in, for the redirection of /v2/recordsets/{id}.
  [[nodiscard]] virtual Result<ZoneId> zone_of(const Scope& scope, const RecordsetId& id) = 0;
  [[nodiscard]] virtual Result<Page<RecordsetView>> list(const Scope& scope, const ZoneId& zone,
                                                         const RecordsetFilter& filter,
                                                         const RecordsetPageRequest& page) = 0;
  /// Across all zones that the scope reaches.
  [[nodiscard]] virtual Result<Page<RecordsetView>> list_all(const Scope& scope, const RecordsetFilter& filter,
                                                             const RecordsetPageRequest& page) = 0;
  [[nodiscard]] virtual Result<RecordsetView> update(const Scope& scope, const ZoneId& zone, const RecordsetId& id,
                                                     const RecordsetChange& change) = 0;
  /// The view is of the recordset that was, PENDING with action DELETE.
  [[nodiscard]] virtual Result<RecordsetView> remove(const Scope& scope, const ZoneId& zone, const RecordsetId& id) = 0;
};

class Pools {
 public:
  virtual ~Pools() = default;
  [[nodiscard]] virtual Result<PoolView> create(const Scope& scope, const NewPool& pool) = 0;
  [[nodiscard]] virtual Result<PoolView> get(const Scope& scope, const PoolId& id) = 0;
  [[nodiscard]] virtual Result<Page<PoolView>> list(const Scope& scope, const PoolFilter& filter,
                                                    const PoolPageRequest& page) = 0;
  [[nodiscard]] virtual Result<PoolView> update(const Scope& scope, const PoolId& id, const PoolChange& change) = 0;
  /// in_use while it has zones, nameservers or keys.
  [[nodiscard]] virtual Result<void> remove(const Scope& scope, const PoolId& id) = 0;
};

class Nameservers {
 public:
  virtual ~Nameservers() = default;
  [[nodiscard]] virtual Result<NameserverView> create(const Scope& scope, const NewNameserver& nameserver) = 0;
  [[nodiscard]] virtual Result<NameserverView> get(const Scope& scope, const NameserverId& id) = 0;
  [[nodiscard]] virtual Result<Page<NameserverView>> list(const Scope& scope, const NameserverFilter& filter,
                                                          const NameserverPageRequest& page) = 0;
  [[nodiscard]] virtual Result<NameserverView> update(const Scope& scope, const NameserverId& id,
                                                      const NameserverChange& change) = 0;
  /// Allows the refused deletion of just so many unknown `zones`, once, within `deletion_confirmation_life`.
  [[nodiscard]] virtual Result<NameserverView> confirm_deletion(const Scope& scope, const NameserverId& id,
                                                                std::int64_t zones) = 0;
  [[nodiscard]] virtual Result<void> remove(const Scope& scope, const NameserverId& id) = 0;
};

class TsigKeys {
 public:
  virtual ~TsigKeys() = default;
  [[nodiscard]] virtual Result<TsigKeyView> create(const Scope& scope, const NewTsigKey& key) = 0;
  [[nodiscard]] virtual Result<TsigKeyView> get(const Scope& scope, const TsigKeyId& id) = 0;
  [[nodiscard]] virtual Result<Page<TsigKeyView>> list(const Scope& scope, const TsigKeyFilter& filter,
                                                       const TsigKeyPageRequest& page) = 0;
  [[nodiscard]] virtual Result<TsigKeyView> update(const Scope& scope, const TsigKeyId& id,
                                                   const TsigKeyChange& change) = 0;
  /// in_use while a nameserver refers to it.
  [[nodiscard]] virtual Result<void> remove(const Scope& scope, const TsigKeyId& id) = 0;
};

/// Views are known by their names.
class Views {
 public:
  virtual ~Views() = default;
  [[nodiscard]] virtual Result<NamedView> create(const Scope& scope, const NewNamedView& view) = 0;
  [[nodiscard]] virtual Result<NamedView> get(const Scope& scope, const std::string& name) = 0;
  /// All, by name.
  [[nodiscard]] virtual Result<std::vector<NamedView>> list(const Scope& scope) = 0;
  [[nodiscard]] virtual Result<NamedView> update(const Scope& scope, const std::string& name,
                                                 const NamedViewChange& change) = 0;
  /// in_use while a recordset, key or nameserver is of it.
  [[nodiscard]] virtual Result<void> remove(const Scope& scope, const std::string& name) = 0;
};

class ServiceStatuses {
 public:
  virtual ~ServiceStatuses() = default;
  [[nodiscard]] virtual Result<ServiceStatusView> get(const Scope& scope, const InstanceId& id) = 0;
  [[nodiscard]] virtual Result<Page<ServiceStatusView>> list(const Scope& scope, const ServiceStatusFilter& filter,
                                                             const ServiceStatusPageRequest& page) = 0;
};

/// How zones are signed, by name.
class DnssecPolicies {
 public:
  virtual ~DnssecPolicies() = default;
  [[nodiscard]] virtual Result<DnssecPolicyView> create(const Scope& scope, const NewDnssecPolicy& policy) = 0;
  [[nodiscard]] virtual Result<DnssecPolicyView> get(const Scope& scope, const std::string& name) = 0;
  /// All, by name.
  [[nodiscard]] virtual Result<std::vector<DnssecPolicyView>> list(const Scope& scope) = 0;
  /// While zones are signed by it only what no version is made of can be changed: in_use.
  [[nodiscard]] virtual Result<DnssecPolicyView> update(const Scope& scope, const std::string& name,
                                                        const DnssecPolicyRequest& change) = 0;
  /// in_use while zones are signed by it, or are to be.
  [[nodiscard]] virtual Result<void> remove(const Scope& scope, const std::string& name) = 0;

  [[nodiscard]] virtual Result<std::vector<DnssecDefault>> defaults(const Scope& scope) = 0;
  /// In place of the one before. invalid_object about `policy` if there is none of the name.
  [[nodiscard]] virtual Result<DnssecDefault> set_default(const Scope& scope, const DnssecDefault& value) = 0;
  /// dnssec_policy_not_found if there was none.
  [[nodiscard]] virtual Result<void> remove_default(const Scope& scope, const DnssecDefault& which) = 0;
};

/// The signing of zones. All functions: zone_not_found if it isn't there.
class ZoneDnssec {
 public:
  virtual ~ZoneDnssec() = default;
  [[nodiscard]] virtual Result<ZoneDnssecView> get(const Scope& scope, const ZoneId& zone) = 0;
  /// Signs an unsigned zone, with new keys or those given, or a signed one by another policy; one of another algorithm
  /// or key model begins a roll of all keys. What is so already stays.
  [[nodiscard]] virtual Result<ZoneDnssecView> sign(const Scope& scope, const ZoneId& zone,
                                                    const ZoneSigningRequest& request) = 0;
  /// A roll begins that ends in it when the parent's DS is gone; at once by `force`.
  [[nodiscard]] virtual Result<ZoneDnssecView> unsign(const Scope& scope, const ZoneId& zone, bool force) = 0;
  /// Begins to replace a key. invalid_operation while a roll runs; invalid_object about `role` for what can't be
  /// rolled.
  [[nodiscard]] virtual Result<ZoneDnssecView> roll(const Scope& scope, const ZoneId& zone, KeyRole role) = 0;
  /// invalid_operation if there is no roll.
  [[nodiscard]] virtual Result<ZoneDnssecView> pause_roll(const Scope& scope, const ZoneId& zone, bool paused) = 0;
  /// Takes a roll back, where that is still safe; else invalid_operation.
  [[nodiscard]] virtual Result<ZoneDnssecView> cancel_roll(const Scope& scope, const ZoneId& zone) = 0;
  /// What a person says of the parent.
  [[nodiscard]] virtual Result<ZoneDnssecView> report_ds(const Scope& scope, const ZoneId& zone,
                                                         const DsReport& report) = 0;
  /// Other providers' DNSKEYs, in place of those before (RFC 8901, model 2).
  [[nodiscard]] virtual Result<ZoneDnssecView> set_foreign_dnskeys(const Scope& scope, const ZoneId& zone,
                                                                   const std::vector<std::string>& dnskeys) = 0;
};

/// What every nameserver should serve, against what it does.
class Sync {
 public:
  virtual ~Sync() = default;
  /// zone_not_found if it isn't there.
  [[nodiscard]] virtual Result<ZoneSyncView> zone(const Scope& scope, const ZoneId& id) = 0;
  /// nameserver_not_found if it isn't there.
  [[nodiscard]] virtual Result<NameserverSyncView> nameserver(const Scope& scope, const NameserverId& id) = 0;
  /// Likewise.
  [[nodiscard]] virtual Result<Page<ZoneExceptionView>> exceptions(const Scope& scope, const NameserverId& id,
                                                                   const ZoneExceptionFilter& filter,
                                                                   const ZoneExceptionPageRequest& page) = 0;
};

/// All of them; each outlives the server.
struct Ports {
  Authenticator& authenticator;
  Zones& zones;
  Recordsets& recordsets;
  Pools& pools;
  Nameservers& nameservers;
  TsigKeys& tsig_keys;
  Views& views;
  ServiceStatuses& service_statuses;
  DnssecPolicies& dnssec_policies;
  ZoneDnssec& zone_dnssec;
  Sync& sync;
  VersionWaits& waits;
};

}  // namespace minidns::api
