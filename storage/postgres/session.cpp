#include "storage/postgres/session.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <string>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// A session prepares each named constant once per combination of parameter types; far fewer than this. Beyond it,
// somebody builds SQL text, and the server's memory is bounded by starting anew.
constexpr std::size_t prepared_statements_max = 500;

// What a poll of an idle socket may find before the end of file: notifications, a farewell message.
constexpr int reads_of_idle_socket_max = 8;

// On one line, for logs.
std::string trimmed(const char* message) {
  std::string text;
  for (const char c : std::string_view(message == nullptr ? "" : message)) {
    text += c == '\n' || c == '\t' ? ' ' : c;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string field(const PGresult* result, int code) {
  const char* value = PQresultErrorField(result, code);
  return value == nullptr ? "" : value;
}

// True where the error is not about the statement but about the session or the server (PostgreSQL, appendix A):
// connection exceptions, shutdown (not 57014, a cancelled statement), insufficient resources, a server that is no
// primary (any more), and a transaction that the server ended because it idled.
bool is_about_server(std::string_view sqlstate) {
  const auto kind = sqlstate.substr(0, 2);
  return sqlstate.empty() || kind == "08" || kind == "53" || (kind == "57" && sqlstate != "57014") || kind == "58" ||
         kind == "XX" || sqlstate == "25006" || sqlstate == "25P03";
}

int milliseconds_for_poll(std::chrono::milliseconds time) {
  return static_cast<int>(std::clamp<std::int64_t>(time.count(), 0, std::numeric_limits<int>::max()));
}

// poll(2) that goes on after a signal; false if the time is over.
bool poll_socket(int socket, short events, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    pollfd entry{socket, events, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const int count = ::poll(&entry, 1, milliseconds_for_poll(left));
    if (count > 0 || (count < 0 && errno != EINTR)) {
      return true;  // an error shows at the next read
    }
    if (std::chrono::steady_clock::now() >= end) {
      return false;
    }
  }
}

std::vector<Oid> types_of(const std::vector<Param>& params) {
  std::vector<Oid> types;
  std::ranges::transform(params, std::back_inserter(types), &Param::oid);
  return types;
}

/// Parameters in the form that libpq takes; points into them.
struct Arguments {
  explicit Arguments(const std::vector<Param>& params) {
    for (const auto& param : params) {
      values.push_back(param.is_null() ? nullptr : param.octets().c_str());
      lengths.push_back(static_cast<int>(param.octets().size()));
      formats.push_back(param.is_binary() ? 1 : 0);
    }
  }
  [[nodiscard]] int count() const { return static_cast<int>(values.size()); }

  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

}  // namespace

Connection::State::State(const ConnectionSettings& settings) : statement_timeout_(settings.statement_timeout) {
  const auto connect_timeout_s =
      std::to_string(std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count());
  // What stands before `dbname` may be overridden in the connection string. Keep-alives find a dead peer while a
  // session only listens.
  const std::array<const char*, 9> keywords{"keepalives_idle", "keepalives_interval", "keepalives_count",
                                            "connect_timeout", "application_name",    "target_session_attrs",
                                            "dbname",          "client_encoding",     nullptr};
  const std::array<const char*, 9> values{"10",
                                          "5",
                                          "3",
                                          connect_timeout_s.c_str(),
                                          settings.application_name.c_str(),
                                          settings.target_session_attrs.c_str(),
                                          settings.conninfo.c_str(),
                                          "UTF8",
                                          nullptr};
  session_.reset(PQconnectdbParams(keywords.data(), values.data(), 1));
  if (!session_ || PQstatus(session_.get()) != CONNECTION_OK) {
    lose("connect to database");
  }
  PQsetNoticeReceiver(session_.get(), &State::on_notice, this);
  if (PQsetnonblocking(session_.get(), 1) != 0) {
    lose("set up database connection");
  }
  configure(settings);
}

void Connection::State::configure(const ConnectionSettings& settings) {
  // client_connection_check_interval: what we gave up on ends on the server too.
  static constexpr const char* set_session = R"(
    select set_config('jit', 'off', false), set_config('max_parallel_workers_per_gather', '0', false),
           set_config('TimeZone', 'UTC', false), set_config('idle_in_transaction_session_timeout', $1, false),
           set_config('client_connection_check_interval', '2s', false))";
  static_cast<void>(execute(set_session, {Param(std::to_string(settings.idle_in_transaction_timeout.count()) + "ms")}));
}

PGconn* Connection::State::session() const {
  if (!session_) {
    throw Unavailable("database connection is closed");
  }
  return session_.get();
}

void Connection::State::lose(std::string_view doing) {
  const std::string reason = session_ ? trimmed(PQerrorMessage(session_.get())) : "out of memory";
  close();
  throw Unavailable(std::string(doing) + ": " + reason);
}

bool Connection::State::looks_alive() const {
  if (!session_) {
    return false;
  }
  for (int i = 0; i < reads_of_idle_socket_max; ++i) {
    if (!poll_socket(PQsocket(session_.get()), POLLIN, std::chrono::milliseconds(0))) {
      break;
    }
    if (PQconsumeInput(session_.get()) == 0) {
      return false;
    }
  }
  return PQstatus(session_.get()) == CONNECTION_OK;
}

void Connection::State::wait(short events) {
  if (!poll_socket(PQsocket(session()), events, statement_timeout_)) {
    close();
    throw Unavailable("database gave no answer within " + std::to_string(statement_timeout_.count()) + " ms");
  }
}

void Connection::State::wait_readable() {
  wait(POLLIN);
  if (PQconsumeInput(session()) == 0) {
    lose("read from database");
  }
}

void Connection::State::flush() {
  while (true) {
    const int pending = PQflush(session());
    if (pending == 0) {
      return;
    }
    if (pending < 0) {
      lose("write to database");
    }
    wait(POLLIN | POLLOUT);
    if (PQconsumeInput(session()) == 0) {
      lose("read from database");
    }
  }
}

ResultHandle Connection::State::next_result() {
  while (PQisBusy(session()) != 0) {
    wait_readable();
  }
  return ResultHandle(PQgetResult(session()));
}

void Connection::State::fail(const PGresult* result) {
  const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
  auto message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) {
    message += " (" + detail + ")";
  }
  if (message.empty()) {
    message = trimmed(PQresultErrorMessage(result));
  }
  if (is_about_server(sqlstate)) {
    close();
    throw Unavailable("database: " + message + (sqlstate.empty() ? "" : " [" + sqlstate + "]"));
  }
  throw StatementError(message, sqlstate, field(result, PG_DIAG_CONSTRAINT_NAME));
}

ResultHandle Connection::State::finish_statement() {
  ResultHandle first;
  ResultHandle failed;
  while (auto result = next_result()) {
    const auto status = PQresultStatus(result.get());
    const bool bad = status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
    auto& kept = bad ? failed : first;
    if (!kept) {
      kept = std::move(result);
    }
    if (status == PGRES_COPY_OUT || status == PGRES_COPY_IN) {
      return std::move(kept);  // more comes after the data
    }
  }
  if (failed) {
    fail(failed.get());
  }
  if (!first) {
    lose("execute statement");
  }
  return first;
}

void Connection::State::send_simple(const char* sql) {
  if (PQsendQuery(session(), sql) == 0) {
    lose("send statement");
  }
  flush();
}

Rows Connection::State::execute(const char* sql, const std::vector<Param>& params) {
  make_room_for_statements(1);
  auto types = types_of(params);
  const Prepared* statement = find(sql, types);
  if (statement == nullptr) {
    auto fresh = new_statement(sql, std::move(types));
    send_prepare(fresh);
    flush();
    static_cast<void>(finish_statement());
    statement = &prepared_.emplace(sql, std::move(fresh))->second;
  }
  send_execute(statement->name, params);
  flush();
  return Rows(std::shared_ptr<PGresult>(finish_statement().release(), ResultDeleter()));
}

std::vector<Rows> Connection::State::execute_all(const std::vector<Statement>& statements) {
  make_room_for_statements(statements.size());
  if (PQenterPipelineMode(session()) == 0) {
    lose("enter pipeline mode");
  }
  // A statement that is new here is prepared in the same round trip; it counts as prepared once the server said so.
  std::vector<std::pair<const char*, Prepared>> fresh;
  std::vector<std::size_t> prepared_before;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const auto& [sql, params] = statements[i];
    auto types = types_of(params);
    const Prepared* statement = find(sql, types);
    if (statement == nullptr) {
      // clang 14 captures no structured binding by default.
      const auto same = std::ranges::find_if(fresh, [&types, &wanted = sql](const auto& entry) {
        return entry.second.sql == wanted && entry.second.types == types;
      });
      if (same != fresh.end()) {
        statement = &same->second;
      } else {
        statement = &fresh.emplace_back(sql, new_statement(sql, std::move(types))).second;
        prepared_before.push_back(i);
        send_prepare(*statement);
      }
    }
    send_execute(statement->name, params);
  }
  if (PQpipelineSync(session()) == 0) {
    lose("send statements");
  }
  flush();
  auto rows = read_pipeline(statements.size(), prepared_before);
  for (auto& [sql, statement] : fresh) {
    prepared_.emplace(sql, std::move(statement));
  }
  return rows;
}

// `prepared_before`: indexes, rising, of the statements whose PREPARE went just before them.
std::vector<Rows> Connection::State::read_pipeline(std::size_t count, const std::vector<std::size_t>& prepared_before) {
  std::vector<Rows> rows;
  rows.reserve(count);
  ResultHandle failed;
  auto next_prepared = prepared_before.begin();
  // Each statement's results end with a null; the sync point comes alone.
  while (true) {
    auto result = next_result();
    if (!result) {
      if (PQstatus(session()) != CONNECTION_OK) {
        lose("read from database");
      }
      continue;
    }
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) {
      break;
    }
    if (status == PGRES_PIPELINE_ABORTED) {
      continue;  // came after the one that failed
    }
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      if (PQstatus(session()) != CONNECTION_OK) {
        fail(result.get());
      }
      failed = std::move(result);
      continue;
    }
    if (next_prepared != prepared_before.end() && *next_prepared == rows.size()) {
      ++next_prepared;
      continue;
    }
    rows.emplace_back(std::shared_ptr<PGresult>(result.release(), ResultDeleter()));
  }
  if (PQexitPipelineMode(session()) == 0) {
    lose("leave pipeline mode");
  }
  if (failed) {
    fail(failed.get());
  }
  return rows;
}

void Connection::State::commit() {
  static_cast<void>(session());  // throws Unavailable if closed before: nothing was committed
  warned_ = false;
  ResultHandle result;
  try {
    send_simple("commit");
    result = finish_statement();
  } catch (const Unavailable& error) {
    throw CommitInDoubt(error.what());
  }
  // COMMIT of a transaction that has failed is a ROLLBACK, and no error.
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") {
    throw StatementError("transaction was rolled back, since a statement had failed", "25P02", "");
  }
  // "The transaction has already committed locally, but might not have been replicated to the standby."
  if (warned_) {
    close();
    throw CommitInDoubt("a synchronous standby did not confirm the commit");
  }
}

const Connection::State::Prepared* Connection::State::find(const char* sql, const std::vector<Oid>& types) const {
  const auto [begin, end] = prepared_.equal_range(sql);
  for (auto entry = begin; entry != end; ++entry) {
    if (entry->second.types == types && entry->second.sql == sql) {
      return &entry->second;
    }
  }
  return nullptr;
}

void Connection::State::make_room_for_statements(std::size_t count) {
  if (prepared_.size() + count <= prepared_statements_max) {
    return;
  }
  send_simple("deallocate all");
  static_cast<void>(finish_statement());
  prepared_.clear();
}

Connection::State::Prepared Connection::State::new_statement(const char* sql, std::vector<Oid> types) {
  return {.sql = sql, .types = std::move(types), .name = "s" + std::to_string(++statement_number_)};
}

void Connection::State::send_prepare(const Prepared& statement) {
  if (PQsendPrepare(session(), statement.name.c_str(), statement.sql.c_str(), static_cast<int>(statement.types.size()),
                    statement.types.data()) == 0) {
    lose("prepare statement");
  }
}

void Connection::State::send_execute(const std::string& name, const std::vector<Param>& params) {
  const Arguments arguments(params);
  if (PQsendQueryPrepared(session(), name.c_str(), arguments.count(), arguments.values.data(), arguments.lengths.data(),
                          arguments.formats.data(), 1) == 0) {
    lose("send statement");
  }
}

Rows Connection::State::execute_unprepared(const std::string& sql, const std::vector<Param>& params) {
  const Arguments arguments(params);
  const auto types = types_of(params);
  if (PQsendQueryParams(session(), sql.c_str(), arguments.count(), types.data(), arguments.values.data(),
                        arguments.lengths.data(), arguments.formats.data(), 1) == 0) {
    lose("send statement");
  }
  flush();
  return Rows(std::shared_ptr<PGresult>(finish_statement().release(), ResultDeleter()));
}

void Connection::State::on_notice(void* state, const PGresult* notice) {
  if (field(notice, PG_DIAG_SQLSTATE) == "01000" && field(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING") {
    static_cast<State*>(state)->warned_ = true;
  }
}

}  // namespace minidns::storage::postgres
