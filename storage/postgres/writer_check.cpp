#include "storage/postgres/writer_check.hpp"

#include "storage/postgres/migrations.hpp"

#include <string>

namespace minidns::storage::postgres {
namespace {

constexpr const char* is_standby = "select pg_is_in_recovery()";
constexpr const char* open_epoch = "select open_epoch()";

}  // namespace

void WriterCheck::operator()(Connection& connection) const {
  check_schema(connection);
  if (connection.execute(is_standby).boolean(0, 0)) {
    throw Unavailable("the database server is a standby, which can't be written to");
  }
  const auto epoch = connection.execute(open_epoch).integer(0, 0);
  auto newest = newest_epoch_->load();
  while (epoch > newest && !newest_epoch_->compare_exchange_weak(newest, epoch)) {
  }
  if (epoch < newest) {
    throw Unavailable("the database is of epoch " + std::to_string(epoch) + ", but epoch " + std::to_string(newest) +
                      " was seen before: an old primary that came back?");
  }
}

}  // namespace minidns::storage::postgres
