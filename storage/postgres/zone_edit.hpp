#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/zone_edit.hpp"

namespace minidns::storage::postgres {

class PostgresZoneEditor final : public ZoneEditor {
 public:
  /// `pool` must outlive this and all that it gives.
  explicit PostgresZoneEditor(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::unique_ptr<ZoneEdit> edit(const Reach& reach, const ZoneId& id) override;
  [[nodiscard]] std::unique_ptr<ZoneCreation> create(const dns::Name& name, const ProjectId& project,
                                                     const std::optional<PoolId>& pool) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
