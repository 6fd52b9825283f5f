#pragma once

#include "base/bytes.hpp"
#include "base/uuid.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::storage::postgres {

/// The database can't be reached, or went away in the middle of something that surely did not commit.
class Unavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The connection was lost, or the deadline passed, while COMMIT was under way: done or not, nobody knows (DESIGN.md
/// invariant 4). Also for a commit that a synchronous standby did not confirm.
class CommitInDoubt : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server refused a statement. `sqlstate` has 5 characters, `constraint` is the name of a violated one.
class StatementError : public std::runtime_error {
 public:
  StatementError(std::string message, std::string sqlstate, std::string constraint);
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  [[nodiscard]] const std::string& constraint() const { return constraint_; }

 private:
  std::string sqlstate_;
  std::string constraint_;
};

/// One statement parameter, sent in text or binary form.
class Param {
 public:
  Param(std::nullptr_t) {}
  Param(std::int64_t value);
  Param(std::int32_t value);
  Param(bool value);
  Param(std::string_view text);
  Param(const std::string& text);
  Param(const char* text);
  Param(const Uuid& uuid);
  Param(ByteView bytea);
  template <class T>
  Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param(nullptr)) {}
  // Arrays, for `unnest`: one-dimensional, sent in binary.
  Param(const std::vector<std::int64_t>& values);
  Param(const std::vector<std::int32_t>& values);
  Param(const std::vector<std::string>& values);
  Param(const std::vector<Uuid>& values);
  Param(const std::vector<Bytes>& values);
  // See connection.cpp for the fields.
  struct Encoded;

 private:
  friend class Connection;
  std::uint32_t oid_ = 0;
  bool null_ = true;
  bool binary_ = false;
  std::string octets_;
};

/// The rows of one statement, in binary form. Columns are read by position with the type that the SQL says.
class Rows {
 public:
  explicit Rows(std::shared_ptr<void> result);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::int64_t affected() const;

  [[nodiscard]] bool is_null(std::size_t row, int column) const;
  [[nodiscard]] std::int64_t integer(std::size_t row, int column) const;  ///< int2, int4, int8, oid, xid8
  [[nodiscard]] bool boolean(std::size_t row, int column) const;
  [[nodiscard]] std::string text(std::size_t row, int column) const;
  [[nodiscard]] ByteView bytea(std::size_t row, int column) const;  ///< valid as long as the Rows
  [[nodiscard]] Uuid uuid(std::size_t row, int column) const;
  [[nodiscard]] std::chrono::system_clock::time_point timestamp(std::size_t row, int column) const;
  [[nodiscard]] std::vector<std::string> texts(std::size_t row, int column) const;  ///< text[]

 private:
  std::shared_ptr<void> result_;
};

struct Notification {
  std::string channel;
  std::string payload;
};

struct ConnectionSettings {
  /// A libpq connection string or URI; may name several hosts.
  std::string conninfo;
  std::string application_name;
  std::chrono::milliseconds connect_timeout{3000};
  /// Bounds each wait for the server; a statement that takes longer is given up and the connection closed.
  std::chrono::milliseconds statement_timeout{30000};
  /// Of a transaction that is idle, enforced by the server.
  std::chrono::milliseconds idle_in_transaction_timeout{10000};
};

/// One session, for one thread at a time, blocking. Sets `jit=off`, `max_parallel_workers_per_gather=0` and UTC.
/// Prepares a statement at its first use and keeps it by its text's address: SQL statements are named constants.
class Connection {
 public:
  /// Throws Unavailable.
  explicit Connection(const ConnectionSettings& settings);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  [[nodiscard]] bool is_usable() const;

  /// Throws StatementError, Unavailable.
  Rows execute(const char* sql, const std::vector<Param>& params = {});
  /// Several statements in one round trip (libpq pipeline). All run, in order, in the open transaction.
  struct Statement {
    const char* sql;
    std::vector<Param> params;
  };
  std::vector<Rows> execute_all(const std::vector<Statement>& statements);

  /// COPY … TO STDOUT (FORMAT binary): calls `on_row` with the fields of each row (nothing for null). Streams: memory
  /// is one row. Only `sql` without parameters can be copied: quote values with `quote_*`.
  void copy_out(const std::string& sql, const std::function<void(std::span<const std::optional<ByteView>>)>& on_row);

  /// COPY … FROM STDIN (FORMAT binary).
  class CopyIn;
  [[nodiscard]] CopyIn copy_in(const std::string& sql);

  /// After LISTEN: what came within `timeout`, or earlier.
  [[nodiscard]] std::vector<Notification> wait_notifications(std::chrono::milliseconds timeout);
  /// A bare NOTIFY, outside a transaction; no flush.
  void notify(const std::string& channel, const std::string& payload);
  /// The socket, to be watched together with others.
  [[nodiscard]] int socket() const;

  [[nodiscard]] static std::string quote(const Uuid& uuid);
  [[nodiscard]] static std::string quote(std::int64_t value);

 private:
  struct State;
  std::unique_ptr<State> state_;
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
/// `acquire_timeout`. A broken one is replaced; after failures, attempts are spaced out so that a dead database isn't
/// stormed. `on_connect` runs on every new connection (epoch and schema checks).
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

/// Gives its connection back when it ends; a broken one is thrown away.
class ConnectionPool::Lease {
 public:
  Lease(Lease&&) noexcept;
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
