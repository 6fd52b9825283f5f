#include "storage/postgres/views.hpp"

#include "storage/postgres/errors.hpp"
#include "storage/postgres/zone_columns.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_view = "select id, name, description, created_at, updated_at from views where name = $1";
constexpr const char* select_views = "select id, name, description, created_at, updated_at from views order by name";
constexpr const char* insert_view =
    "insert into views (name, description) values ($1, $2)"
    " returning id, name, description, created_at, updated_at";
constexpr const char* update_view =
    "update views set description = $2, updated_at = now() where name = $1"
    " returning id, name, description, created_at, updated_at";
constexpr const char* delete_view = "delete from views where name = $1";

ViewRecord record_of(const Rows& rows, std::size_t row) {
  return {{view_column(rows, row, 0), rows.text(row, 1)},
          rows.optional_text(row, 2),
          rows.timestamp(row, 3),
          rows.optional_timestamp(row, 4)};
}

}  // namespace

ViewRecord PostgresViews::create(const std::string& name, const std::optional<std::string>& description) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  auto record = record_of(connection->execute(insert_view, {name, description}), 0);
  transaction.commit();
  return record;
}

std::optional<ViewRecord> PostgresViews::get(const std::string& name) {
  const auto rows = pool_.acquire()->execute(select_view, {name});
  return rows.empty() ? std::nullopt : std::optional(record_of(rows, 0));
}

std::vector<ViewRecord> PostgresViews::list() {
  const auto rows = pool_.acquire()->execute(select_views, {});
  std::vector<ViewRecord> records;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    records.push_back(record_of(rows, row));
  }
  return records;
}

std::optional<ViewRecord> PostgresViews::describe(const std::string& name,
                                                  const std::optional<std::string>& description) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto rows = connection->execute(update_view, {name, description});
  if (rows.empty()) {
    return std::nullopt;
  }
  auto record = record_of(rows, 0);
  transaction.commit();
  return record;
}

Views::Removal PostgresViews::remove(const std::string& name) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  try {
    if (connection->execute(delete_view, {name}).affected() == 0) {
      return Removal::not_found;
    }
  } catch (const StatementError& error) {
    if (error.is_foreign_key_violation()) {
      return Removal::in_use;
    }
    throw;
  }
  transaction.commit();
  return Removal::done;
}

}  // namespace minidns::storage::postgres
