#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/sync_matrix.hpp"

namespace minidns::storage::postgres {

class PostgresSyncMatrix final : public SyncMatrix {
 public:
  /// `pool` must outlive this.
  explicit PostgresSyncMatrix(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::optional<ZoneMatrix> zone(const Reach& reach, const ZoneId& id) override;
  [[nodiscard]] std::optional<NameserverMatrix> nameserver(const NameserverId& id) override;
  [[nodiscard]] ListResult<ZoneExceptionRecord> exceptions(
      const NameserverId& nameserver, const ZoneExceptionQuery& query,
      const ListRequest<ZoneId, ZoneExceptionSort>& request) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
