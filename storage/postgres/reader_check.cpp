#include "storage/postgres/reader_check.hpp"

#include "storage/postgres/migrations.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_epoch = "select epoch from feed_head";

}  // namespace

void ReaderCheck::operator()(Connection& connection) const {
  check_schema(connection);
  const std::int64_t epoch = connection.execute(select_epoch).integer(0, 0);
  newest_->accept(epoch);
  connection.set_outdated([newest = newest_, epoch] { return newest->get() > epoch; });
}

}  // namespace minidns::storage::postgres
