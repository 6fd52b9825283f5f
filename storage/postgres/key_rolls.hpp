#pragma once

#include "storage/key_rolls.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <optional>

namespace minidns::storage::postgres {

[[nodiscard]] std::optional<KeyRollState> read_roll(Connection& connection, const ZoneId& zone);
/// In place of the zone's roll, if it has one.
void add_roll(Statements& statements, const ZoneId& zone, const KeyRoll& roll);
void add_end_of_roll(Statements& statements, const ZoneId& zone);

class PostgresKeyRolls final : public KeyRolls {
 public:
  /// `pool` must outlive this.
  explicit PostgresKeyRolls(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::vector<ZoneId> due(std::size_t limit) override;
  [[nodiscard]] Counts count() override;
  [[nodiscard]] std::vector<Overdue> overdue(std::size_t limit) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
