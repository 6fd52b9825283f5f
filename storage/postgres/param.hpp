#pragma once

#include "base/bytes.hpp"
#include "base/uuid.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::storage::postgres {

/// One statement parameter. Numbers, UUIDs, octets and arrays go in binary with their type; text goes untyped, so that
/// the server takes it for what the statement needs there (text, inet, jsonb, timestamptz). Where a statement doesn't
/// say (`$1 is null`), it must: `$1::text is null`.
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
  Param(std::chrono::system_clock::time_point timestamp);
  template <class T>
  Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param(nullptr)) {}
  // Arrays, for `unnest`: one-dimensional.
  Param(const std::vector<std::int64_t>& values);
  Param(const std::vector<std::int32_t>& values);
  Param(const std::vector<std::string>& values);
  Param(const std::vector<Uuid>& values);
  Param(const std::vector<Bytes>& values);
  Param(const std::vector<std::optional<std::int64_t>>& values);
  Param(const std::vector<std::optional<std::string>>& values);
  Param(const std::vector<std::optional<Bytes>>& values);

  /// The type's object id; 0: the server decides.
  [[nodiscard]] std::uint32_t oid() const { return oid_; }
  [[nodiscard]] bool is_null() const { return null_; }
  [[nodiscard]] bool is_binary() const { return binary_; }
  [[nodiscard]] const std::string& octets() const { return octets_; }

 private:
  Param(std::uint32_t oid, std::string octets);

  std::uint32_t oid_ = 0;
  bool null_ = true;
  bool binary_ = false;
  std::string octets_;
};

/// The octets of values in PostgreSQL's binary formats, which are big-endian.
namespace binary {
void append_int16(std::string& out, std::int16_t value);
void append_int32(std::string& out, std::int32_t value);
void append_int64(std::string& out, std::int64_t value);
/// Microseconds since 2000-01-01 UTC, what `timestamptz` is made of.
[[nodiscard]] std::int64_t timestamp(std::chrono::system_clock::time_point time);
[[nodiscard]] std::chrono::system_clock::time_point time_of_timestamp(std::int64_t microseconds);
/// Reads 2, 4 or 8 octets.
[[nodiscard]] std::int64_t integer(ByteView octets);
[[nodiscard]] std::string text_array(const std::vector<std::string>& values);
}  // namespace binary

}  // namespace minidns::storage::postgres
