#pragma once

#include "api/ports.hpp"
#include "storage/service_statuses.hpp"

namespace minidns::central {

/// The running programs, as the API shows them.
class ServiceStatusPort final : public api::ServiceStatuses {
 public:
  explicit ServiceStatusPort(storage::ServiceStatuses& services) : services_(services) {}

  [[nodiscard]] api::Result<api::ServiceStatusView> get(const api::Scope& scope, const InstanceId& id) override;
  [[nodiscard]] api::Result<api::Page<api::ServiceStatusView>> list(const api::Scope& scope,
                                                                    const api::ServiceStatusFilter& filter,
                                                                    const api::ServiceStatusPageRequest& page) override;

 private:
  storage::ServiceStatuses& services_;
};

}  // namespace minidns::central
