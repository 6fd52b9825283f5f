#pragma once

#include "base/bytes.hpp"
#include "base/uuid.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage::postgres {

/// The rows of one statement, in binary form. Columns are read by position with the type that the SQL says; a null, or
/// another type, is a programmer's error and throws std::logic_error. Cheap to copy.
class Rows {
 public:
  /// Takes over a PGresult.
  explicit Rows(std::shared_ptr<void> result);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// Rows that an INSERT, UPDATE, DELETE or COPY touched.
  [[nodiscard]] std::int64_t affected() const;

  [[nodiscard]] bool is_null(std::size_t row, int column) const;
  [[nodiscard]] std::int64_t integer(std::size_t row, int column) const;  ///< int2, int4, int8, xid8
  [[nodiscard]] bool boolean(std::size_t row, int column) const;
  [[nodiscard]] std::string text(std::size_t row, int column) const;  ///< text; for json and inet cast to text
  [[nodiscard]] ByteView bytea(std::size_t row, int column) const;    ///< valid as long as the Rows
  [[nodiscard]] Uuid uuid(std::size_t row, int column) const;
  [[nodiscard]] std::chrono::system_clock::time_point timestamp(std::size_t row, int column) const;
  [[nodiscard]] std::vector<std::string> texts(std::size_t row, int column) const;  ///< text[] without nulls

  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::size_t row, int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t row, int column) const;
  [[nodiscard]] std::optional<Uuid> optional_uuid(std::size_t row, int column) const;
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> optional_timestamp(std::size_t row,
                                                                                        int column) const;

 private:
  [[nodiscard]] ByteView value(std::size_t row, int column) const;

  std::shared_ptr<void> result_;
};

}  // namespace minidns::storage::postgres
