#include "storage/postgres/session.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// PostgreSQL, COPY, "Binary Format": signature, flags, length of the extension.
constexpr std::string_view file_header{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};

// What is collected before it is handed to libpq.
constexpr std::size_t buffer_size_octets = 64 * 1024;

struct LibpqDeleter {
  void operator()(char* memory) const { PQfreemem(memory); }
};

/// Cuts the stream of a binary COPY into rows, whatever the borders of its messages are.
class RowReader {
 public:
  using OnRow = std::function<void(std::span<const std::optional<ByteView>>)>;

  explicit RowReader(const OnRow& on_row) : on_row_(on_row) {}

  void feed(std::string_view chunk) {
    if (rest_.empty()) {
      rest_ = chunk.substr(consume(chunk));
      return;
    }
    rest_ += chunk;
    rest_.erase(0, consume(rest_));
  }

  [[nodiscard]] bool at_end() const { return ended_; }

 private:
  // How much of `octets` was whole rows.
  std::size_t consume(std::string_view octets) {
    std::size_t used = 0;
    if (!started_) {
      if (octets.size() < file_header.size()) {
        return 0;
      }
      started_ = true;
      used = file_header.size();
    }
    while (!ended_) {
      const auto length = consume_row(octets.substr(used));
      if (length == 0) {
        break;
      }
      used += length;
    }
    return used;
  }

  // The size of the first row; 0 if it isn't whole.
  std::size_t consume_row(std::string_view octets) {
    std::size_t used = 0;
    const auto take = [&](std::size_t count) -> std::optional<ByteView> {
      if (octets.size() - used < count) {
        return std::nullopt;
      }
      const auto part = as_bytes(octets.substr(used, count));
      used += count;
      return part;
    };
    const auto count = take(2);
    if (!count) {
      return 0;
    }
    const auto fields = binary::integer(*count);
    if (fields < 0) {
      ended_ = true;
      return used;
    }
    fields_.clear();
    for (std::int64_t i = 0; i < fields; ++i) {
      const auto length = take(4);
      if (!length) {
        return 0;
      }
      const auto octet_count = binary::integer(*length);
      if (octet_count < 0) {
        fields_.emplace_back();
        continue;
      }
      const auto value = take(static_cast<std::size_t>(octet_count));
      if (!value) {
        return 0;
      }
      fields_.emplace_back(*value);
    }
    on_row_(fields_);
    return used;
  }

  const OnRow& on_row_;
  std::string rest_;
  std::vector<std::optional<ByteView>> fields_;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace

void Connection::copy_out(const std::string& sql,
                          const std::function<void(std::span<const std::optional<ByteView>>)>& on_row) {
  state_->send_simple(sql.c_str());
  if (PQresultStatus(state_->finish_statement().get()) != PGRES_COPY_OUT) {
    throw std::logic_error("copy_out: not a COPY TO STDOUT");
  }
  RowReader reader(on_row);
  while (true) {
    char* message = nullptr;
    const int length = PQgetCopyData(state_->session(), &message, 1);
    const std::unique_ptr<char, LibpqDeleter> owner(message);
    if (length == -1) {
      break;
    }
    if (length == -2) {
      state_->lose("copy from database");
    }
    if (length == 0) {
      state_->wait_readable();
      continue;
    }
    try {
      reader.feed(std::string_view(message, static_cast<std::size_t>(length)));
    } catch (...) {
      state_->close();  // what is still to come would have to be read
      throw;
    }
  }
  static_cast<void>(state_->finish_statement());
  if (!reader.at_end()) {
    throw std::logic_error("copy_out: not in binary format");
  }
}

Connection::CopyIn Connection::copy_in(const std::string& sql) {
  state_->send_simple(sql.c_str());
  if (PQresultStatus(state_->finish_statement().get()) != PGRES_COPY_IN) {
    throw std::logic_error("copy_in: not a COPY FROM STDIN");
  }
  return CopyIn(*state_);
}

Connection::CopyIn::CopyIn(State& connection) : connection_(&connection), buffer_(file_header) {}

Connection::CopyIn::CopyIn(CopyIn&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), buffer_(std::move(other.buffer_)) {}

Connection::CopyIn::~CopyIn() {
  if (connection_ == nullptr || !connection_->is_open()) {
    return;
  }
  try {
    if (PQputCopyEnd(connection_->session(), "abandoned") < 0) {
      connection_->lose("abandon copy");
    }
    connection_->flush();
    static_cast<void>(connection_->finish_statement());
  } catch (const StatementError&) {
    // "COPY from stdin failed: abandoned", as asked for.
  } catch (const Unavailable&) {
    // The connection is closed; the server threw the rows away with it.
  }
}

void Connection::CopyIn::flush_if_full() {
  if (buffer_.size() < buffer_size_octets) {
    return;
  }
  if (PQputCopyData(connection_->session(), buffer_.data(), static_cast<int>(buffer_.size())) != 1) {
    connection_->lose("copy to database");
  }
  connection_->flush();
  buffer_.clear();
}

void Connection::CopyIn::begin_row(int fields) {
  flush_if_full();
  binary::append_int16(buffer_, static_cast<std::int16_t>(fields));
}

void Connection::CopyIn::add_value(std::string_view octets) {
  if (octets.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw std::length_error("copy_in: value too long");
  }
  binary::append_int32(buffer_, static_cast<std::int32_t>(octets.size()));
  buffer_ += octets;
}

void Connection::CopyIn::add_null() {
  binary::append_int32(buffer_, -1);
}

void Connection::CopyIn::add_int2(std::int16_t value) {
  binary::append_int32(buffer_, sizeof value);
  binary::append_int16(buffer_, value);
}

void Connection::CopyIn::add_int4(std::int32_t value) {
  binary::append_int32(buffer_, sizeof value);
  binary::append_int32(buffer_, value);
}

void Connection::CopyIn::add_int8(std::int64_t value) {
  binary::append_int32(buffer_, sizeof value);
  binary::append_int64(buffer_, value);
}

void Connection::CopyIn::add_boolean(bool value) {
  add_value(std::string_view(value ? "\1" : "\0", 1));
}
void Connection::CopyIn::add_text(std::string_view text) {
  add_value(text);
}
void Connection::CopyIn::add_bytea(ByteView octets) {
  add_value(as_text(octets));
}
void Connection::CopyIn::add_uuid(const Uuid& uuid) {
  add_value(as_text(uuid.octets()));
}
void Connection::CopyIn::add_texts(const std::vector<std::string>& texts) {
  add_value(binary::text_array(texts));
}

std::int64_t Connection::CopyIn::finish() {
  binary::append_int16(buffer_, -1);
  State& connection = *std::exchange(connection_, nullptr);
  if (PQputCopyData(connection.session(), buffer_.data(), static_cast<int>(buffer_.size())) != 1 ||
      PQputCopyEnd(connection.session(), nullptr) != 1) {
    connection.lose("copy to database");
  }
  connection.flush();
  const Rows rows(std::shared_ptr<PGresult>(connection.finish_statement().release(), ResultDeleter()));
  return rows.affected();
}

}  // namespace minidns::storage::postgres
