#include "storage/postgres/retention.hpp"

namespace minidns::storage::postgres {
namespace {

// Bounds of one step, so that it takes milliseconds and holds no snapshot for long.
constexpr std::int32_t changes_per_step = 500;
constexpr std::int32_t rows_per_step = 5000;

// What is lost in a crash is pruned again.
constexpr const char* begin_asynchronous = "begin; set local synchronous_commit = off";

constexpr const char* call_prune_history =
    "select next_after, pruned from prune_history($1, $2, $3::integer, $4::bigint * interval '1 ms', $5)";
constexpr const char* call_remove_deleted_zone = "select remove_deleted_zone($1::bigint * interval '1 ms', $2)";

}  // namespace

Retention::Step PostgresRetention::prune_history(std::int64_t after, std::int64_t versions_min,
                                                 std::chrono::milliseconds age) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection, begin_asynchronous);
  const auto rows = connection->execute(
      call_prune_history, {after, changes_per_step, versions_min, std::int64_t{age.count()}, rows_per_step});
  transaction.commit();
  return {rows.optional_integer(0, 0), rows.integer(0, 1)};
}

std::int64_t PostgresRetention::remove_deleted(std::chrono::milliseconds age) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection, begin_asynchronous);
  const auto removed =
      connection->execute(call_remove_deleted_zone, {std::int64_t{age.count()}, rows_per_step}).integer(0, 0);
  transaction.commit();
  return removed;
}

}  // namespace minidns::storage::postgres
