#pragma once

#include "storage/pools.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/version_policy.hpp"

#include <utility>

namespace minidns::storage::postgres {

class PostgresPools final : public Pools {
 public:
  /// `pool` must outlive this.
  PostgresPools(ConnectionPool& pool, VersionPolicy policy) : pool_(pool), policy_(std::move(policy)) {}

  PoolRecord create(const PoolId& id, const PoolFields& fields) override;
  [[nodiscard]] std::optional<PoolRecord> get(const PoolId& id) override;
  [[nodiscard]] ListResult<PoolRecord> list(const std::optional<TextFilter>& name,
                                            const ListRequest<PoolId, PoolSort>& request) override;
  std::optional<PoolRecord> update(const PoolId& id, const Edit& edit) override;
  Removal remove(const PoolId& id) override;

 private:
  ConnectionPool& pool_;
  VersionPolicy policy_;
};

}  // namespace minidns::storage::postgres
