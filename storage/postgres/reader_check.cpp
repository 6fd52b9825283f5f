#include "storage/postgres/reader_check.hpp"

#include "storage/postgres/migrations.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_epoch = "select epoch from feed_head";

}  // namespace

void ReaderCheck::operator()(Connection& connection) const {
  check_schema(connection);
  newest_->accept(connection.execute(select_epoch).integer(0, 0));
}

}  // namespace minidns::storage::postgres
