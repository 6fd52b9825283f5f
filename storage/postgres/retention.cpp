#include "storage/postgres/retention.hpp"

#include <array>

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

constexpr std::int32_t key_sets_per_step = 500;
constexpr std::int32_t keys_per_step = 500;

// The zone's row has the key set that the next version inherits, so that none is missed which is being made.
constexpr const char* delete_key_sets =
    "with page as (select id, zone_id, created_at from key_sets where id > $1 order by id limit $2),"
    " gone as (delete from key_sets s using page p where s.id = p.id"
    "   and p.created_at < now() - $3::bigint * interval '1 ms'"
    "   and not exists (select from zones z where z.id = p.zone_id and z.key_set_id = p.id)"
    "   and not exists (select from versions v where v.zone_id = p.zone_id and v.key_set_id = p.id)"
    "   returning s.id)"
    " select (select id from page order by id desc limit 1), (select count(*) = $2 from page), (select count(*) from "
    "gone)";
// Their private parts go with them. A KSK is kept until the signatures are gone that it made.
constexpr const char* delete_keys =
    "delete from dnssec_keys where id in (select k.id from dnssec_keys k"
    "   where k.state = 'removed' and k.removed_at < now() - $1::bigint * interval '1 ms'"
    "     and not exists (select from key_set_zsks z where z.key_id = k.id)"
    "     and not exists (select from key_set_signers s where s.key_id = k.id)"
    "     and not exists (select from apex_signatures a where a.key_id = k.id)"
    "   order by k.removed_at limit $2)";

const Uuid before_all{std::array<std::uint8_t, 16>{}};

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

Retention::KeySetStep PostgresRetention::prune_key_sets(const std::optional<KeySetId>& after,
                                                        std::chrono::milliseconds age) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection, begin_asynchronous);
  const auto rows = connection->execute(
      delete_key_sets, {after ? after->uuid() : before_all, key_sets_per_step, std::int64_t{age.count()}});
  transaction.commit();
  KeySetStep step{std::nullopt, rows.integer(0, 2)};
  if (rows.boolean(0, 1)) {
    step.next.emplace(rows.uuid(0, 0));
  }
  return step;
}

std::int64_t PostgresRetention::destroy_keys(std::chrono::milliseconds age) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection, begin_asynchronous);
  const auto removed = connection->execute(delete_keys, {std::int64_t{age.count()}, keys_per_step}).affected();
  transaction.commit();
  return removed;
}

}  // namespace minidns::storage::postgres
