#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace minidns::mdns::store {

/// Why the store can't do what was asked.
class Fault : public std::runtime_error {
 public:
  enum class Kind {
    full,     ///< no room in the map or on the disk: try again later
    damaged,  ///< what it holds isn't what was written: never to be served
    failed    ///< the system refuses
  };
  Fault(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

enum class Table : std::uint8_t { state, zones, contents, chunks, steps };

/// The one door to LMDB: a file of tables with ordered keys, changed by atomic, durable transactions (fsync at commit;
/// never NOSYNC, never WRITEMAP). Opening checks that the file is as long as it says (a page behind its end is a
/// SIGBUS) and that its two heads follow each other. Safe on every thread; one process at a time may use a folder.
class Environment {
 public:
  /// Opens or makes it; `folder` must exist. `size_octets_max` is the size of the map: the most that the file may take.
  /// Where that is all in use, even taking something away fails with Fault(full): it needs new pages first.
  Environment(const std::string& folder, std::uint64_t size_octets_max);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Of the last transaction that was committed.
  [[nodiscard]] std::uint64_t last_transaction() const;
  /// What the file takes, with pages that are free again.
  [[nodiscard]] std::uint64_t octets_used() const;
  /// Without them. O(transactions that left free pages).
  [[nodiscard]] std::uint64_t octets_live() const;

 private:
  friend class Transaction;
  struct State;
  std::unique_ptr<State> state_;
};

/// One state of the file. Values are copied out. For one thread, and short: while it lives no page is used again.
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(const Environment& environment, Kind kind);
  /// Gives up what wasn't committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] std::optional<Bytes> get(Table table, ByteView key) const;
  [[nodiscard]] bool contains(Table table, ByteView key) const;
  /// Calls `visit` for keys from `from` on, in order, until it says false. The views end with the call.
  using Visit = std::function<bool(ByteView key, ByteView value)>;
  void for_each(Table table, ByteView from, const Visit& visit) const;

  // Of `write`:
  void put(Table table, ByteView key, ByteView value);
  /// False if there was no such key.
  bool erase(Table table, ByteView key);
  [[nodiscard]] std::uint64_t id() const;
  /// The transaction is over, whether this throws or not.
  void commit();

 private:
  friend class Environment;
  void for_each(unsigned lmdb_table, const std::function<void(ByteView value)>& visit) const;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns::mdns::store
