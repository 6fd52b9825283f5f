#pragma once

#include "api/ports.hpp"
#include "tests/unit/api_fakes_dnssec.hpp"
#include "tests/unit/api_fakes_sync.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace minidns::api::test {

/// A door that calls wait at until it is opened.
class Gate {
 public:
  void pass();
  void open();
  /// Until `count` callers have come to it; false after a deadline.
  [[nodiscard]] bool wait_for_callers(int count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int callers_ = 0;
};

/// Ports that keep everything in memory, and remember what they were asked. Safe on every thread.
class FakePorts final : public Authenticator,
                        public Zones,
                        public Recordsets,
                        public Pools,
                        public Nameservers,
                        public TsigKeys,
                        public Views,
                        public ServiceStatuses {
 public:
  static constexpr const char* member_token = "member-token";  ///< of project `p1`
  static constexpr const char* other_token = "other-token";    ///< of project `p2`
  static constexpr const char* admin_token = "admin-token";    ///< of project `ops`

  [[nodiscard]] Ports ports() {
    return {*this, *this, *this, *this, *this, *this, *this, *this, dnssec_, dnssec_, sync_, waits_};
  }
  [[nodiscard]] FakeSync& sync() { return sync_; }
  [[nodiscard]] FakeWaits& waits() { return waits_; }

  /// Every port but the authenticator answers with it.
  void fail_with(Problem problem);
  /// Run in every port but the authenticator.
  void run_in_ports(std::function<void()> action);
  /// How many of two nameservers serve what is asked for: of its version or another.
  void set_visibility(std::int64_t served, std::int64_t failed = 0);
  /// What a port was called with last.
  [[nodiscard]] std::optional<Scope> last_scope();

  ZoneView add_zone(const std::string& name, const std::string& project);
  RecordsetView add_recordset(const ZoneView& zone, const std::string& name, std::vector<RecordText> records);

  Result<std::optional<Caller>> authenticate(std::string_view token) override;

  Result<ZoneView> create(const Scope& scope, const NewZone& zone) override;
  Result<ZoneView> get(const Scope& scope, const ZoneId& id, const std::optional<dns::Version>& version = {}) override;
  Result<Page<ZoneView>> list(const Scope& scope, const ZoneFilter& filter, const ZonePageRequest& page) override;
  Result<ZoneView> update(const Scope& scope, const ZoneId& id, const ZoneChange& change) override;
  Result<ZoneView> remove(const Scope& scope, const ZoneId& id) override;
  Result<std::vector<NsRecord>> nameservers(const Scope& scope, const ZoneId& id) override;
  Result<void> request_transfer(const Scope& scope, const ZoneId& id) override;
  Result<void> accept_transfer(const Scope& scope, const ZoneId& id) override;

  Result<RecordsetView> create(const Scope& scope, const ZoneId& zone, const NewRecordset& recordset) override;
  Result<RecordsetView> get(const Scope& scope, const ZoneId& zone, const RecordsetId& id,
                            const std::optional<dns::Version>& version = {}) override;
  Result<ZoneId> zone_of(const Scope& scope, const RecordsetId& id) override;
  Result<Page<RecordsetView>> list(const Scope& scope, const ZoneId& zone, const RecordsetFilter& filter,
                                   const RecordsetPageRequest& page) override;
  Result<Page<RecordsetView>> list_all(const Scope& scope, const RecordsetFilter& filter,
                                       const RecordsetPageRequest& page) override;
  Result<RecordsetView> update(const Scope& scope, const ZoneId& zone, const RecordsetId& id,
                               const RecordsetChange& change) override;
  Result<RecordsetView> remove(const Scope& scope, const ZoneId& zone, const RecordsetId& id) override;

  Result<PoolView> create(const Scope& scope, const NewPool& pool) override;
  Result<PoolView> get(const Scope& scope, const PoolId& id) override;
  Result<Page<PoolView>> list(const Scope& scope, const PoolFilter& filter, const PoolPageRequest& page) override;
  Result<PoolView> update(const Scope& scope, const PoolId& id, const PoolChange& change) override;
  Result<void> remove(const Scope& scope, const PoolId& id) override;

  Result<NameserverView> create(const Scope& scope, const NewNameserver& nameserver) override;
  Result<NameserverView> get(const Scope& scope, const NameserverId& id) override;
  Result<Page<NameserverView>> list(const Scope& scope, const NameserverFilter& filter,
                                    const NameserverPageRequest& page) override;
  Result<NameserverView> update(const Scope& scope, const NameserverId& id, const NameserverChange& change) override;
  Result<NameserverView> confirm_deletion(const Scope& scope, const NameserverId& id, std::int64_t zones) override;
  Result<void> remove(const Scope& scope, const NameserverId& id) override;

  Result<TsigKeyView> create(const Scope& scope, const NewTsigKey& key) override;
  Result<TsigKeyView> get(const Scope& scope, const TsigKeyId& id) override;
  Result<Page<TsigKeyView>> list(const Scope& scope, const TsigKeyFilter& filter,
                                 const TsigKeyPageRequest& page) override;
  Result<TsigKeyView> update(const Scope& scope, const TsigKeyId& id, const TsigKeyChange& change) override;
  Result<void> remove(const Scope& scope, const TsigKeyId& id) override;

  Result<NamedView> create(const Scope& scope, const NewNamedView& view) override;
  Result<NamedView> get(const Scope& scope, const std::string& name) override;
  Result<std::vector<NamedView>> list(const Scope& scope) override;
  Result<NamedView> update(const Scope& scope, const std::string& name, const NamedViewChange& change) override;
  Result<void> remove(const Scope& scope, const std::string& name) override;

  Result<ServiceStatusView> get(const Scope& scope, const InstanceId& id) override;
  Result<Page<ServiceStatusView>> list(const Scope& scope, const ServiceStatusFilter& filter,
                                       const ServiceStatusPageRequest& page) override;

 private:
  /// What every port begins with.
  [[nodiscard]] std::optional<Problem> begin(const Scope& scope);
  [[nodiscard]] ZoneView* find_zone(const Scope& scope, const ZoneId& id);
  ZoneView& insert_zone(const std::string& name, const std::string& project);
  RecordsetView& insert_recordset(const ZoneView& zone, const std::string& name, std::vector<RecordText> records);

  FakeDnssec dnssec_;
  FakeSync sync_;
  FakeWaits waits_;

  std::mutex mutex_;  // guards what follows
  std::optional<Problem> problem_;
  std::function<void()> in_port_ = [] {};
  std::optional<Scope> last_scope_;
  VisibilityView visibility_{.version = dns::Version(1), .served = 2, .needed = 2, .nameservers = 2};
  std::vector<ZoneView> zones_;
  std::vector<RecordsetView> recordsets_;
  std::vector<PoolView> pools_;
  std::vector<NameserverView> nameservers_;
  std::vector<TsigKeyView> keys_;
  std::vector<NamedView> views_;
};

}  // namespace minidns::api::test
