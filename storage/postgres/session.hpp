#pragma once

#include "storage/postgres/connection.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace minidns::storage::postgres {

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ResultDeleter>;

struct SessionDeleter {
  void operator()(PGconn* session) const { PQfinish(session); }
};
using SessionHandle = std::unique_ptr<PGconn, SessionDeleter>;

/// A libpq session in non-blocking mode, and the waits that make it blocking with a deadline. Internal to this folder.
struct Connection::State {
  explicit State(const ConnectionSettings& settings);

  /// Throws Unavailable if the connection is closed.
  [[nodiscard]] PGconn* session() const;
  /// Closes, and throws Unavailable with libpq's reason.
  [[noreturn]] void lose(std::string_view doing);
  void close() { session_.reset(); }
  [[nodiscard]] bool is_open() const { return session_ != nullptr; }
  [[nodiscard]] bool looks_alive() const;

  /// Sends all that libpq has buffered; reads meanwhile, since a server that can't write doesn't read.
  void flush();
  /// The next result of what was sent; null where libpq says that a statement has no more.
  [[nodiscard]] ResultHandle next_result();
  /// Reads up to the end of one statement; throws its error.
  [[nodiscard]] ResultHandle finish_statement();
  /// Waits for the socket; `statement_timeout` is its bound.
  void wait_readable();

  /// Sends in libpq's simple protocol.
  void send_simple(const char* sql);
  [[nodiscard]] Rows execute(const char* sql, const std::vector<Param>& params);
  [[nodiscard]] Rows execute_unprepared(const std::string& sql, const std::vector<Param>& params);
  [[nodiscard]] std::vector<Rows> execute_all(const std::vector<Statement>& statements);
  void commit();

  /// Throws StatementError, or closes and throws Unavailable where the error says that the session is of no use.
  [[noreturn]] void fail(const PGresult* result);

 private:
  struct Prepared {
    std::string sql;  // compared too: an address may come back with another text
    std::vector<Oid> types;
    std::string name;
  };

  void configure(const ConnectionSettings& settings);
  void wait(short events);
  [[nodiscard]] const Prepared* find(const char* sql, const std::vector<Oid>& types) const;
  void make_room_for_statements(std::size_t count);
  [[nodiscard]] Prepared new_statement(const char* sql, std::vector<Oid> types);
  void send_prepare(const Prepared& statement);
  void send_execute(const std::string& name, const std::vector<Param>& params);
  [[nodiscard]] std::vector<Rows> read_pipeline(std::size_t count, const std::vector<std::size_t>& prepared_before);
  static void on_notice(void* state, const PGresult* notice);

  SessionHandle session_;
  std::chrono::milliseconds statement_timeout_;
  std::unordered_multimap<const char*, Prepared> prepared_;
  std::uint64_t statement_number_ = 0;
  bool warned_ = false;  // a WARNING of class 01000 came since it was reset
};

}  // namespace minidns::storage::postgres
