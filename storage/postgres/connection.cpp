#include "storage/postgres/connection.hpp"

#include "storage/postgres/session.hpp"

#include <cerrno>
#include <poll.h>

namespace minidns::storage::postgres {
namespace {

struct NotificationDeleter {
  void operator()(PGnotify* notification) const { PQfreemem(notification); }
};

}  // namespace

Connection::Connection(const ConnectionSettings& settings) : state_(std::make_unique<State>(settings)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

bool Connection::is_usable() const {
  return state_->looks_alive() && !(is_outdated_ && is_outdated_());
}

bool Connection::is_idle() const {
  return is_usable() && PQtransactionStatus(state_->session()) == PQTRANS_IDLE;
}

Rows Connection::execute(const char* sql, const std::vector<Param>& params) {
  return state_->execute(sql, params);
}

Rows Connection::execute_unprepared(const std::string& sql, const std::vector<Param>& params) {
  return state_->execute_unprepared(sql, params);
}

std::vector<Rows> Connection::execute_all(const std::vector<Statement>& statements) {
  return state_->execute_all(statements);
}

void Connection::execute_script(const std::string& sql) {
  state_->send_simple(sql.c_str());
  static_cast<void>(state_->finish_statement());
}

std::vector<Notification> Connection::wait_notifications(std::chrono::milliseconds timeout) {
  std::vector<Notification> received;
  const auto take = [&] {
    while (auto notification = std::unique_ptr<PGnotify, NotificationDeleter>(PQnotifies(state_->session()))) {
      received.push_back({notification->relname, notification->extra});
    }
  };
  const auto end = std::chrono::steady_clock::now() + timeout;
  take();
  while (received.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() < 0) {
      break;
    }
    pollfd entry{socket(), POLLIN, 0};
    const int count = ::poll(&entry, 1, static_cast<int>(left.count()));
    if (count == 0 || (count < 0 && errno == EINTR)) {
      break;
    }
    if (PQconsumeInput(state_->session()) == 0) {
      state_->lose("wait for notifications");
    }
    take();
  }
  return received;
}

void Connection::notify(const std::string& channel, const std::string& payload) {
  static constexpr const char* send_notification = "select pg_notify($1, $2)";
  execute(send_notification, {channel, payload});
}

int Connection::socket() const {
  return PQsocket(state_->session());
}

std::string Connection::quote(const Uuid& uuid) {
  return "'" + uuid.to_string() + "'::uuid";
}
std::string Connection::quote(std::int64_t value) {
  return "'" + std::to_string(value) + "'::bigint";
}

Transaction::Transaction(Connection& connection, const char* begin) : connection_(connection) {
  connection_.execute_script(begin);
}

Transaction::~Transaction() {
  if (!open_ || !connection_.state_->is_open()) {
    return;
  }
  try {
    connection_.execute_script("rollback");
  } catch (const Unavailable&) {
    // The connection is closed now, which rolls back too.
  } catch (const StatementError&) {
    connection_.state_->close();  // likewise
  }
}

void Transaction::commit() {
  open_ = false;
  connection_.state_->commit();
}

}  // namespace minidns::storage::postgres
