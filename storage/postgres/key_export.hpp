#pragma once

#include "storage/key_export.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::storage::postgres {

class PostgresKeyExport final : public KeyExport {
 public:
  /// `pool` must outlive this.
  explicit PostgresKeyExport(ConnectionPool& pool) : pool_(pool) {}
  [[nodiscard]] std::vector<ExportedKey> read(const dns::Name& zone) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
