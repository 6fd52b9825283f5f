#pragma once

#include "storage/nameservers.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::storage::postgres {

class PostgresNameservers final : public Nameservers {
 public:
  /// `pool` must outlive this.
  explicit PostgresNameservers(ConnectionPool& pool) : pool_(pool) {}

  NameserverRecord create(const NameserverId& id, const PoolId& pool, const NameserverFields& fields) override;
  [[nodiscard]] std::optional<NameserverRecord> get(const NameserverId& id) override;
  [[nodiscard]] ListResult<NameserverRecord> list(const NameserverQuery& query,
                                                  const ListRequest<NameserverId, NameserverSort>& request) override;
  std::optional<NameserverRecord> update(const NameserverId& id,
                                         const std::function<bool(NameserverRecord&)>& edit) override;
  bool confirm_deletion(const NameserverId& id, std::int64_t zones, std::chrono::seconds life) override;
  bool remove(const NameserverId& id) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
