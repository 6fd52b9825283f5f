#include "mdns/store/lmdb.hpp"

#include "mdns/store/crash_mark.hpp"
#include "mdns/store/file_heads.hpp"

#include <lmdb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace minidns::mdns::store {
namespace {

constexpr std::array<const char*, 5> table_names = {"state", "zones", "contents", "chunks", "steps"};
/// Above all threads of the program that read.
constexpr unsigned readers_max = 512;
constexpr unsigned file_mode = 0600;

Fault::Kind kind_of(int code) {
  switch (code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Fault::Kind::full;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_CURSOR_FULL:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_DBI:
    case MDB_BAD_VALSIZE:
    case MDB_BAD_TXN:
    case MDB_PAGE_FULL:
    case MDB_PANIC:
    case MDB_NOTFOUND:
      return Fault::Kind::damaged;
    default:
      return Fault::Kind::failed;
  }
}

void check(int code, const char* what) {
  if (code != MDB_SUCCESS) {
    throw Fault(kind_of(code), std::string(what) + ": " + mdb_strerror(code));
  }
}

MDB_val value_of(ByteView octets) {
  // LMDB takes what it only reads as void*.
  return {octets.size(), const_cast<std::uint8_t*>(octets.data())};
}

ByteView view_of(const MDB_val& value) {
  return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

struct CloseCursor {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};

}  // namespace

struct Environment::State {
  MDB_env* env = nullptr;
  std::array<MDB_dbi, table_names.size()> tables{};
  ~State() { mdb_env_close(env); }
};

Environment::Environment(const std::string& folder, std::uint64_t size_octets_max) : state_(std::make_unique<State>()) {
  check_file_heads(folder + "/data.mdb");
  const InsideStore inside;
  check(mdb_env_create(&state_->env), "making the environment");
  check(mdb_env_set_mapsize(state_->env, size_octets_max), "setting the map's size");
  check(mdb_env_set_maxdbs(state_->env, table_names.size()), "setting the number of tables");
  check(mdb_env_set_maxreaders(state_->env, readers_max), "setting the number of readers");
  // NORDAHEAD: what is read lies all over the file.
  check(mdb_env_open(state_->env, folder.c_str(), MDB_NOTLS | MDB_NORDAHEAD, file_mode), "opening the file");
  MDB_txn* txn = nullptr;
  check(mdb_txn_begin(state_->env, nullptr, 0, &txn), "beginning");
  for (std::size_t i = 0; i < table_names.size(); ++i) {
    // A file that was written and has no such table is damaged; a new one would hide it.
    const int opened = mdb_dbi_open(txn, table_names[i], last_transaction() == 0 ? MDB_CREATE : 0, &state_->tables[i]);
    if (opened != MDB_SUCCESS) {
      mdb_txn_abort(txn);
      check(opened, "opening a table");
    }
  }
  // Writes nothing if the tables were there.
  check(mdb_txn_commit(txn), "making the tables");
}

Environment::~Environment() = default;

std::uint64_t Environment::last_transaction() const {
  MDB_envinfo info;
  check(mdb_env_info(state_->env, &info), "asking for the last transaction");
  return info.me_last_txnid;
}

std::uint64_t Environment::octets_used() const {
  MDB_envinfo info;
  MDB_stat stat;
  check(mdb_env_info(state_->env, &info), "asking for the last page");
  check(mdb_env_stat(state_->env, &stat), "asking for the page size");
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

std::uint64_t Environment::octets_live() const {
  // LMDB's own table 0: for each transaction the pages that it left, after their number.
  constexpr MDB_dbi free_pages_table = 0;
  const Transaction reading(*this, Transaction::Kind::read);
  std::uint64_t free_pages = 0;
  reading.for_each(free_pages_table, [&](ByteView pages) {
    std::size_t count = 0;
    if (pages.size() >= sizeof(count)) {
      std::memcpy(&count, pages.data(), sizeof(count));
    }
    free_pages += count;
  });
  MDB_stat stat;
  check(mdb_env_stat(state_->env, &stat), "asking for the page size");
  const std::uint64_t used = octets_used();
  return used - std::min(used, free_pages * stat.ms_psize);
}

struct Transaction::State {
  InsideStore inside;
  MDB_txn* txn = nullptr;
  const Environment::State* environment;

  explicit State(const Environment::State* owner) : environment(owner) {}
  ~State() {
    if (txn != nullptr) {
      mdb_txn_abort(txn);
    }
  }
  [[nodiscard]] MDB_dbi table(Table table) const { return environment->tables[static_cast<std::size_t>(table)]; }
};

Transaction::Transaction(const Environment& environment, Kind kind)
    : state_(std::make_unique<State>(environment.state_.get())) {
  check(mdb_txn_begin(environment.state_->env, nullptr, kind == Kind::read ? MDB_RDONLY : 0, &state_->txn),
        "beginning");
}

Transaction::~Transaction() = default;

std::optional<Bytes> Transaction::get(Table table, ByteView key) const {
  MDB_val name = value_of(key);
  MDB_val value;
  const int got = mdb_get(state_->txn, state_->table(table), &name, &value);
  if (got == MDB_NOTFOUND) {
    return std::nullopt;
  }
  check(got, "reading");
  const ByteView octets = view_of(value);
  return Bytes(octets.begin(), octets.end());
}

bool Transaction::contains(Table table, ByteView key) const {
  MDB_val name = value_of(key);
  MDB_val value;
  const int got = mdb_get(state_->txn, state_->table(table), &name, &value);
  if (got != MDB_NOTFOUND) {
    check(got, "reading");
  }
  return got == MDB_SUCCESS;
}

void Transaction::for_each(Table table, ByteView from, const Visit& visit) const {
  MDB_cursor* opened = nullptr;
  check(mdb_cursor_open(state_->txn, state_->table(table), &opened), "reading");
  const std::unique_ptr<MDB_cursor, CloseCursor> cursor(opened);
  MDB_val key = value_of(from);
  MDB_val value;
  Bytes last;
  int got = mdb_cursor_get(opened, &key, &value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
  for (bool first = true; got == MDB_SUCCESS; first = false) {
    const ByteView present = view_of(key);
    // A page that a damaged one points to twice would be read without end.
    if (!first && as_text(present) <= as_text(last)) {
      throw Fault(Fault::Kind::damaged, "reading: keys out of order");
    }
    last.assign(present.begin(), present.end());
    if (!visit(present, view_of(value))) {
      return;
    }
    got = mdb_cursor_get(opened, &key, &value, MDB_NEXT);
  }
  if (got != MDB_NOTFOUND) {
    check(got, "reading");
  }
}

void Transaction::for_each(unsigned lmdb_table, const std::function<void(ByteView value)>& visit) const {
  MDB_cursor* opened = nullptr;
  check(mdb_cursor_open(state_->txn, lmdb_table, &opened), "reading");
  const std::unique_ptr<MDB_cursor, CloseCursor> cursor(opened);
  MDB_val key;
  MDB_val value;
  std::size_t last = 0;
  int got = mdb_cursor_get(opened, &key, &value, MDB_FIRST);
  for (; got == MDB_SUCCESS; got = mdb_cursor_get(opened, &key, &value, MDB_NEXT)) {
    std::size_t number = 0;
    if (key.mv_size != sizeof(number)) {
      throw Fault(Fault::Kind::damaged, "free pages: not a transaction");
    }
    std::memcpy(&number, key.mv_data, sizeof(number));
    if (number <= last) {
      throw Fault(Fault::Kind::damaged, "free pages: out of order");
    }
    last = number;
    visit(view_of(value));
  }
  if (got != MDB_NOTFOUND) {
    check(got, "reading");
  }
}

void Transaction::put(Table table, ByteView key, ByteView value) {
  MDB_val name = value_of(key);
  MDB_val content = value_of(value);
  check(mdb_put(state_->txn, state_->table(table), &name, &content, 0), "writing");
}

bool Transaction::erase(Table table, ByteView key) {
  MDB_val name = value_of(key);
  const int erased = mdb_del(state_->txn, state_->table(table), &name, nullptr);
  if (erased == MDB_NOTFOUND) {
    return false;
  }
  check(erased, "erasing");
  return true;
}

std::uint64_t Transaction::id() const {
  return mdb_txn_id(state_->txn);
}

void Transaction::commit() {
  check(mdb_txn_commit(std::exchange(state_->txn, nullptr)), "committing");
}

}  // namespace minidns::mdns::store
