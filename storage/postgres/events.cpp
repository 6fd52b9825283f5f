#include "storage/postgres/events.hpp"

#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

constexpr const char* insert_event = "insert into events (kind, subject) values ($1, $2)";

const char* to_column(EventKind kind) {
  switch (kind) {
    case EventKind::key:
      return "key";
    case EventKind::nameserver:
      return "nameserver";
    case EventKind::pool:
      return "pool";
  }
  throw std::logic_error("no such kind");
}

}  // namespace

void add_event(std::vector<Connection::Statement>& statements, EventKind kind, const Uuid& subject) {
  statements.push_back({insert_event, {to_column(kind), subject}});
}

}  // namespace minidns::storage::postgres
