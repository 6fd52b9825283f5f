#include "storage/postgres/feed_numbering.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* call_number_changes = "select number_changes()";
constexpr const char* call_open_epoch = "select open_epoch(true)";

std::int64_t committed(Connection& connection, const char* sql) {
  Transaction transaction(connection);
  const auto value = connection.execute(sql).integer(0, 0);
  transaction.commit();
  return value;
}

}  // namespace

std::int64_t number_changes(Connection& connection) {
  return committed(connection, call_number_changes);
}

std::int64_t open_new_epoch(Connection& connection) {
  return committed(connection, call_open_epoch);
}

}  // namespace minidns::storage::postgres
