#pragma once

#include "base/bytes.hpp"
#include "base/uuid.hpp"
#include "storage/postgres/errors.hpp"
#include "storage/postgres/param.hpp"
#include "storage/postgres/rows.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::storage::postgres {

struct Notification {
  std::string channel;
  std::string payload;
};

struct ConnectionSettings {
  /// A libpq connection string or URI; may name several hosts.
  std::string conninfo;
  std::string application_name;
  /// libpq's target_session_attrs, unless the connection string has its own: which of several hosts will do.
  std::string target_session_attrs = "any";
  /// Per host; libpq rounds it up to whole seconds and waits at least 2.
  std::chrono::milliseconds connect_timeout{3000};
  /// Bounds each wait for the server; a statement that takes longer is given up and the connection closed (the server
  /// notices within 2 s and ends the statement). A COPY may take longer as long as it moves.
  std::chrono::milliseconds statement_timeout{30000};
  /// Of a transaction that is idle, enforced by the server.
  std::chrono::milliseconds idle_in_transaction_timeout{10000};
};

/// One session, for one thread at a time, blocking. Sets `jit=off`, `max_parallel_workers_per_gather=0` and UTC.
/// Prepares a statement at its first use and finds it again by its text's address: SQL statements are named constants.
/// Once a call threw Unavailable or CommitInDoubt the connection is closed and `is_usable` is false. A write outside a
/// transaction that throws Unavailable may have been done: what must be known goes into a Transaction.
class Connection {
 public:
  /// Throws Unavailable.
  explicit Connection(const ConnectionSettings& settings);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Looks at the socket, without waiting: false if the server has closed it, or it is outdated.
  [[nodiscard]] bool is_usable() const;
  /// From the moment on that `is_outdated` says so, whoever keeps the connection takes a new one, which is checked
  /// anew.
  void set_outdated(std::function<bool()> is_outdated) { is_outdated_ = std::move(is_outdated); }
  /// Usable, and in no transaction.
  [[nodiscard]] bool is_idle() const;

  /// Throws StatementError, Unavailable.
  Rows execute(const char* sql, const std::vector<Param>& params = {});
  /// For SQL that is put together: planned for these parameters, and not kept.
  Rows execute_unprepared(const std::string& sql, const std::vector<Param>& params);
  /// Several statements in one round trip (libpq pipeline). All run, in order, in the open transaction, or in one of
  /// their own if none is open; the first that fails stops the rest and is thrown.
  struct Statement {
    const char* sql;
    std::vector<Param> params;
  };
  std::vector<Rows> execute_all(const std::vector<Statement>& statements);
  /// One or more statements of a script, without parameters or results (migrations). Not prepared.
  void execute_script(const std::string& sql);

  /// COPY … TO STDOUT (FORMAT binary): calls `on_row` with the fields of each row (nothing for null). Streams: memory
  /// is one row. Only `sql` without parameters can be copied: quote values with `quote`. If `on_row` throws, the
  /// connection is closed.
  void copy_out(const std::string& sql, const std::function<void(std::span<const std::optional<ByteView>>)>& on_row);

  class CopyIn;
  /// COPY … FROM STDIN (FORMAT binary).
  [[nodiscard]] CopyIn copy_in(const std::string& sql);

  /// After LISTEN: what came within `timeout`, or earlier. Throws Unavailable when the connection is lost.
  [[nodiscard]] std::vector<Notification> wait_notifications(std::chrono::milliseconds timeout);
  /// A bare NOTIFY, outside a transaction; no flush.
  void notify(const std::string& channel, const std::string& payload);
  /// The socket, to be watched together with others.
  [[nodiscard]] int socket() const;

  [[nodiscard]] static std::string quote(const Uuid& uuid);
  [[nodiscard]] static std::string quote(std::int64_t value);

 private:
  friend class Transaction;
  struct State;
  std::unique_ptr<State> state_;
  std::function<bool()> is_outdated_;  // null: never
};

/// Rows that go into a COPY. Every row must get as many fields as the statement has columns, each in the type of its
/// column: there is no conversion. Must not outlive its Connection, which can do nothing else meanwhile.
class Connection::CopyIn {
 public:
  CopyIn(CopyIn&&) noexcept;
  CopyIn& operator=(CopyIn&&) = delete;
  /// Without `finish`: the server throws the rows away.
  ~CopyIn();

  void begin_row(int fields);
  void add_null();
  void add_int2(std::int16_t value);
  void add_int4(std::int32_t value);
  void add_int8(std::int64_t value);
  void add_boolean(bool value);
  void add_text(std::string_view text);
  void add_bytea(ByteView octets);
  void add_uuid(const Uuid& uuid);
  void add_texts(const std::vector<std::string>& texts);

  /// Ends the COPY; returns the number of rows. Throws StatementError if the server refused a row.
  std::int64_t finish();

 private:
  friend class Connection;
  explicit CopyIn(State& connection);
  void add_value(std::string_view octets);
  void flush_if_full();

  State* connection_;  // null: finished, or moved from
  std::string buffer_;
};

/// BEGIN at construction; ROLLBACK in the destructor unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection, const char* begin = "begin");
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] Connection& connection() { return connection_; }
  /// Throws CommitInDoubt, StatementError (a deferred constraint). Never cancelled: at the deadline the connection is
  /// dropped.
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// Connections, opened when needed and kept; at most `size_max`. A thread that finds none free waits up to
/// `acquire_timeout`. A broken one is replaced; after a failure the next attempt waits (0.1 s, doubling up to 5 s) and
/// until then `acquire` fails at once, so that a dead database is neither stormed nor waited for. `on_connect` runs on
/// every new connection (epoch and schema checks); what it throws leaves `acquire`.
class ConnectionPool {
 public:
  using OnConnect = std::function<void(Connection&)>;
  ConnectionPool(ConnectionSettings settings, std::size_t size_max, std::chrono::milliseconds acquire_timeout,
                 OnConnect on_connect = {});
  ~ConnectionPool();

  class Lease;
  /// Throws Unavailable.
  [[nodiscard]] Lease acquire();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Gives its connection back when it ends; a broken one is thrown away. May outlive its pool.
class ConnectionPool::Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  [[nodiscard]] Connection& operator*() const;
  [[nodiscard]] Connection* operator->() const;

 private:
  friend class ConnectionPool;
  Lease(std::shared_ptr<State> state, std::unique_ptr<Connection> connection);
  std::shared_ptr<State> state_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace minidns::storage::postgres
