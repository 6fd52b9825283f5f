#include "storage/postgres/writer_check.hpp"

#include "storage/postgres/migrations.hpp"

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
  newest_->accept(connection.execute(open_epoch).integer(0, 0));
}

}  // namespace minidns::storage::postgres
