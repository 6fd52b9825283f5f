#include "storage/postgres/data_keys.hpp"

#include "storage/postgres/events.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// "keys" in ASCII. Whoever adds data keys, or changes them, holds it: a key that was made under a master key that is
// being taken away would be lost with it.
constexpr const char* lock_data_keys = "select pg_advisory_xact_lock(1801812339)";

constexpr const char* select_ksk = "select id, purpose, wrapped from ksk_data_keys order by id";
constexpr const char* insert_shared = "insert into data_keys (id, purpose, wrapped) values ($1, $2, $3)";
constexpr const char* insert_ksk = "insert into ksk_data_keys (id, purpose, wrapped) values ($1, $2, $3)";
constexpr const char* update_shared = "update data_keys set wrapped = $2, wrapped_at = now() where id = $1";
constexpr const char* update_ksk = "update ksk_data_keys set wrapped = $2, wrapped_at = now() where id = $1";

struct Sql {
  const char* select;
  const char* insert;
  const char* update;
};

Sql sql_of(KeyHierarchy hierarchy) {
  return hierarchy == KeyHierarchy::shared ? Sql{select_shared_data_keys, insert_shared, update_shared}
                                           : Sql{select_ksk, insert_ksk, update_ksk};
}

DataKeyPurpose purpose_of(const std::string& text) {
  for (const auto purpose : {DataKeyPurpose::seal, DataKeyPurpose::derive}) {
    if (text == to_text(purpose)) {
      return purpose;
    }
  }
  return DataKeyPurpose::ksk;  // the columns' CHECKs have these three
}

// Where there are sealed values.
struct SealedColumn {
  std::string context;  // before the id
  std::string table;
  std::string id;
  std::string column;

  /// Rows from one id on whose value has version octet 1 (SecretBox), locked.
  [[nodiscard]] std::string select() const {
    return "select " + id + ", " + column + " from " + table + " where get_byte(" + column + ", 0) = 1 and " + id +
           " > $1 order by " + id + " limit $2 for update";
  }
  [[nodiscard]] std::string update() const {
    return "update " + table + " t set " + column + " = n.sealed from unnest($1::uuid[], $2::bytea[]) n (id, sealed)" +
           " where t." + id + " = n.id";
  }
};

std::vector<SealedColumn> sealed_columns(KeyHierarchy hierarchy) {
  if (hierarchy == KeyHierarchy::ksk) {
    return {{"dnssec-key:", "ksk_secrets", "key_id", "sealed"}};
  }
  return {{"tsig-key:", "tsig_keys", "id", "secret_sealed"},
          {"nameserver:", "nameservers", "id", "secret_sealed"},
          {"inbound-key:", "inbound_zones", "zone_id", "key_secret_sealed"},
          {"dnssec-key:", "zsk_secrets", "key_id", "sealed"}};
}

const Uuid before_all{std::array<std::uint8_t, 16>{}};

}  // namespace

std::vector<WrappedDataKey> data_keys_of(const Rows& rows) {
  std::vector<WrappedDataKey> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ByteView wrapped = rows.bytea(row, 2);
    keys.push_back(
        {DataKeyId(rows.uuid(row, 0)), purpose_of(rows.text(row, 1)), Bytes(wrapped.begin(), wrapped.end())});
  }
  return keys;
}

std::vector<WrappedDataKey> PostgresDataKeys::read(KeyHierarchy hierarchy) {
  return data_keys_of(pool_.acquire()->execute(sql_of(hierarchy).select));
}

void PostgresDataKeys::add_missing(KeyHierarchy hierarchy, const std::vector<WrappedDataKey>& keys) {
  const Sql sql = sql_of(hierarchy);
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  connection->execute(lock_data_keys);
  const auto present = data_keys_of(connection->execute(sql.select));
  std::vector<Connection::Statement> statements;
  for (const WrappedDataKey& key : keys) {
    const bool is_there =
        std::ranges::any_of(present, [&](const WrappedDataKey& other) { return other.purpose == key.purpose; });
    if (!is_there) {
      statements.push_back({sql.insert, {key.id.uuid(), to_text(key.purpose), ByteView(key.wrapped)}});
    }
  }
  if (statements.empty()) {
    return;
  }
  add_event(statements, EventKind::key, keys.front().id.uuid());
  (void)connection->execute_all(statements);
  transaction.commit();
}

std::size_t PostgresDataKeys::rewrap(const std::vector<Rewrap>& rewraps) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  connection->execute(lock_data_keys);
  std::vector<Connection::Statement> statements;
  std::optional<DataKeyId> subject;
  for (const Rewrap& rewrap : rewraps) {
    const Sql sql = sql_of(rewrap.hierarchy);
    for (const WrappedDataKey& key : data_keys_of(connection->execute(sql.select))) {
      const WrappedDataKey next = rewrap.under_another(key);
      statements.push_back({sql.update, {key.id.uuid(), ByteView(next.wrapped)}});
      subject = key.id;
    }
  }
  const std::size_t count = statements.size();
  if (subject) {
    add_event(statements, EventKind::key, subject->uuid());
    (void)connection->execute_all(statements);
  }
  transaction.commit();
  return count;
}

std::size_t PostgresOldSealedValues::seal_anew(KeyHierarchy hierarchy, const SealAnew& seal_anew) {
  std::size_t count = 0;
  for (const SealedColumn& column : sealed_columns(hierarchy)) {
    const std::string select = column.select();
    const std::string update = column.update();
    for (Uuid after = before_all;;) {
      const auto connection = pool_.acquire();
      Transaction transaction(*connection);
      const auto rows = connection->execute(select.c_str(), {after, batch});
      if (rows.empty()) {
        break;
      }
      std::vector<Uuid> ids;
      std::vector<Bytes> sealed;
      for (std::size_t row = 0; row < rows.size(); ++row) {
        const ByteView old = rows.bytea(row, 1);
        ids.push_back(rows.uuid(row, 0));
        sealed.push_back(seal_anew({column.context + ids.back().to_string(), Bytes(old.begin(), old.end())}));
      }
      connection->execute(update.c_str(), {ids, sealed});
      transaction.commit();
      count += ids.size();
      after = ids.back();
    }
  }
  return count;
}

}  // namespace minidns::storage::postgres
