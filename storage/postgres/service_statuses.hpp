#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/service_statuses.hpp"

namespace minidns::storage::postgres {

class PostgresServiceStatuses final : public ServiceStatuses {
 public:
  /// `pool` must outlive this.
  explicit PostgresServiceStatuses(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::optional<ServiceRecord> get(const InstanceId& id) override;
  [[nodiscard]] ListResult<ServiceRecord> list(const ServiceQuery& query,
                                               const ListRequest<InstanceId, ServiceSort>& request) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
