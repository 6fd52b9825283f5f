#pragma once

#include "storage/catalogs.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/version_policy.hpp"

#include <utility>

namespace minidns::storage::postgres {

class PostgresCatalogs final : public Catalogs {
 public:
  /// `pool` must outlive this.
  PostgresCatalogs(ConnectionPool& pool, VersionPolicy policy) : pool_(pool), policy_(std::move(policy)) {}

  [[nodiscard]] std::vector<ZoneId> behind() override;
  [[nodiscard]] Step advance(const ZoneId& catalog) override;

 private:
  ConnectionPool& pool_;
  VersionPolicy policy_;
};

}  // namespace minidns::storage::postgres
