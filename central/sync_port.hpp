#pragma once

#include "api/ports.hpp"
#include "storage/nameservers.hpp"
#include "storage/sync_matrix.hpp"

namespace minidns::central {

/// The sync matrix, as the API shows it. All that is referred to must outlive this. Safe on any thread.
class SyncPort final : public api::Sync {
 public:
  SyncPort(storage::SyncMatrix& matrix, storage::Nameservers& nameservers)
      : matrix_(matrix), nameservers_(nameservers) {}

  [[nodiscard]] api::Result<api::ZoneSyncView> zone(const api::Scope& scope, const ZoneId& id) override;
  [[nodiscard]] api::Result<api::NameserverSyncView> nameserver(const api::Scope& scope,
                                                                const NameserverId& id) override;
  [[nodiscard]] api::Result<api::Page<api::ZoneExceptionView>> exceptions(
      const api::Scope& scope, const NameserverId& id, const api::ZoneExceptionFilter& filter,
      const api::ZoneExceptionPageRequest& page) override;

 private:
  storage::SyncMatrix& matrix_;
  storage::Nameservers& nameservers_;
};

}  // namespace minidns::central
