#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/zone_import.hpp"

namespace minidns::storage::postgres {

class PostgresZoneImports final : public ZoneImports {
 public:
  /// `pool` must outlive this and all that it gives. An import holds one connection from its begin to its end.
  explicit PostgresZoneImports(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::unique_ptr<ZoneImport> begin(const ZoneId& zone, const dns::Name& apex) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
