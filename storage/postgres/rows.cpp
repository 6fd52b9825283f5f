#include "storage/postgres/rows.hpp"

#include "storage/postgres/param.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace minidns::storage::postgres {
namespace {

PGresult* raw(const std::shared_ptr<void>& result) {
  return static_cast<PGresult*>(result.get());
}

// Reads the elements of a one-dimensional binary array; see `array_octets` in param.cpp.
class ArrayReader {
 public:
  explicit ArrayReader(ByteView octets) : rest_(octets) {}

  std::vector<std::string> texts() {
    const auto dimensions = int32();
    int32();  // whether there are nulls
    int32();  // element type
    if (dimensions == 0) {
      return {};
    }
    if (dimensions != 1) {
      throw std::logic_error("array has more than one dimension");
    }
    const auto count = int32();
    int32();  // lower bound
    std::vector<std::string> values;
    values.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      const auto length = int32();
      if (length < 0) {
        throw std::logic_error("array has a null");
      }
      values.emplace_back(as_text(take(static_cast<std::size_t>(length))));
    }
    return values;
  }

 private:
  ByteView take(std::size_t count) {
    if (count > rest_.size()) {
      throw std::logic_error("column is no array");
    }
    const auto head = rest_.first(count);
    rest_ = rest_.subspan(count);
    return head;
  }

  std::int64_t int32() { return binary::integer(take(4)); }

  ByteView rest_;
};

}  // namespace

Rows::Rows(std::shared_ptr<void> result) : result_(std::move(result)) {}

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(raw(result_)));
}

std::int64_t Rows::affected() const {
  const std::string_view text = PQcmdTuples(raw(result_));
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);  // empty for statements that touch no rows
  return count;
}

bool Rows::is_null(std::size_t row, int column) const {
  return PQgetisnull(raw(result_), static_cast<int>(row), column) != 0;
}

ByteView Rows::value(std::size_t row, int column) const {
  if (row >= size() || column >= PQnfields(raw(result_)) || is_null(row, column)) {
    throw std::logic_error("no such value, or null, in column " + std::to_string(column));
  }
  const auto index = static_cast<int>(row);
  const char* octets = PQgetvalue(raw(result_), index, column);
  return as_bytes(std::string_view(octets, static_cast<std::size_t>(PQgetlength(raw(result_), index, column))));
}

std::int64_t Rows::integer(std::size_t row, int column) const {
  return binary::integer(value(row, column));
}

bool Rows::boolean(std::size_t row, int column) const {
  const auto octets = value(row, column);
  if (octets.size() != 1) {
    throw std::logic_error("column is no boolean");
  }
  return octets[0] != 0;
}

std::string Rows::text(std::size_t row, int column) const {
  return std::string(as_text(value(row, column)));
}

ByteView Rows::bytea(std::size_t row, int column) const {
  return value(row, column);
}

Uuid Rows::uuid(std::size_t row, int column) const {
  const auto octets = value(row, column);
  std::array<std::uint8_t, 16> copy{};
  if (octets.size() != copy.size()) {
    throw std::logic_error("column is no uuid");
  }
  std::ranges::copy(octets, copy.begin());
  return Uuid(copy);
}

std::chrono::system_clock::time_point Rows::timestamp(std::size_t row, int column) const {
  return binary::time_of_timestamp(integer(row, column));
}

std::vector<std::string> Rows::texts(std::size_t row, int column) const {
  return ArrayReader(value(row, column)).texts();
}

std::optional<std::int64_t> Rows::optional_integer(std::size_t row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(integer(row, column));
}

std::optional<std::string> Rows::optional_text(std::size_t row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(text(row, column));
}

std::optional<Uuid> Rows::optional_uuid(std::size_t row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(uuid(row, column));
}

std::optional<std::chrono::system_clock::time_point> Rows::optional_timestamp(std::size_t row, int column) const {
  return is_null(row, column) ? std::nullopt : std::optional(timestamp(row, column));
}

}  // namespace minidns::storage::postgres
