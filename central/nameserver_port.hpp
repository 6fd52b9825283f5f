#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "base/secret_store.hpp"
#include "central/announcer.hpp"
#include "storage/nameservers.hpp"
#include "storage/pools.hpp"
#include "storage/tsig_keys.hpp"
#include "storage/views.hpp"

namespace minidns::central {

/// Nameservers as the API has them; credentials are sealed before they reach the database and never shown again.
class NameserverPort final : public api::Nameservers {
 public:
  /// All must outlive this.
  NameserverPort(storage::Nameservers& nameservers, storage::Pools& pools, storage::TsigKeys& keys,
                 storage::Views& views, const SecretStore& box, Announcer& announcer, const Clock& clock)
      : nameservers_(nameservers),
        pools_(pools),
        keys_(keys),
        views_(views),
        box_(box),
        announcer_(announcer),
        clock_(clock) {}

  [[nodiscard]] api::Result<api::NameserverView> create(const api::Scope& scope,
                                                        const api::NewNameserver& nameserver) override;
  [[nodiscard]] api::Result<api::NameserverView> get(const api::Scope& scope, const NameserverId& id) override;
  [[nodiscard]] api::Result<api::Page<api::NameserverView>> list(const api::Scope& scope,
                                                                 const api::NameserverFilter& filter,
                                                                 const api::NameserverPageRequest& page) override;
  [[nodiscard]] api::Result<api::NameserverView> update(const api::Scope& scope, const NameserverId& id,
                                                        const api::NameserverChange& change) override;
  [[nodiscard]] api::Result<api::NameserverView> confirm_deletion(const api::Scope& scope, const NameserverId& id,
                                                                  std::int64_t zones) override;
  [[nodiscard]] api::Result<void> remove(const api::Scope& scope, const NameserverId& id) override;

 private:
  [[nodiscard]] Bytes seal(const NameserverId& id, const Secret& secret) const;
  /// The error for a key that isn't there, or opens no zone of the pool.
  /// What the request names, or else that of the transfer key; `otherwise` if there is neither.
  [[nodiscard]] api::Result<storage::ViewRef> view_for(const std::optional<std::string>& wanted,
                                                       const std::optional<TsigKeyId>& transfer_key,
                                                       const storage::ViewRef& otherwise);
  [[nodiscard]] std::optional<api::Problem> check_key(const char* field, const std::optional<TsigKeyId>& key,
                                                      const PoolId& pool);

  /// The error for a driver that needs a catalog which the pool doesn't have.
  [[nodiscard]] std::optional<api::Problem> check_catalog(const std::optional<api::DriverSettings>& settings,
                                                          const PoolId& pool);

  storage::Nameservers& nameservers_;
  storage::Pools& pools_;
  storage::TsigKeys& keys_;
  storage::Views& views_;
  const SecretStore& box_;
  Announcer& announcer_;
  const Clock& clock_;
};

}  // namespace minidns::central
