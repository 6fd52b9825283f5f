#include "storage/postgres/param.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// Object ids of built-in types never change (src/include/catalog/pg_type.dat).
constexpr std::uint32_t oid_bool = 16;
constexpr std::uint32_t oid_bytea = 17;
constexpr std::uint32_t oid_int8 = 20;
constexpr std::uint32_t oid_int4 = 23;
constexpr std::uint32_t oid_text = 25;
constexpr std::uint32_t oid_bytea_array = 1001;
constexpr std::uint32_t oid_int4_array = 1007;
constexpr std::uint32_t oid_text_array = 1009;
constexpr std::uint32_t oid_int8_array = 1016;
constexpr std::uint32_t oid_timestamptz = 1184;
constexpr std::uint32_t oid_uuid = 2950;
constexpr std::uint32_t oid_uuid_array = 2951;

// 2000-01-01 in Unix time.
constexpr std::chrono::seconds postgres_epoch{946'684'800};

template <class Unsigned>
void append_big_endian(std::string& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> shift)));
  }
}

std::string octets_of(std::int64_t value) {
  std::string out;
  binary::append_int64(out, value);
  return out;
}

std::string octets_of(std::int32_t value) {
  std::string out;
  binary::append_int32(out, value);
  return out;
}

std::string octets_of(const std::string& value) {
  return value;
}
std::string octets_of(const Uuid& value) {
  return std::string(as_text(value.octets()));
}
std::string octets_of(const Bytes& value) {
  return std::string(as_text(value));
}

template <class T>
const T* pointer_to(const T& value) {
  return &value;
}

template <class T>
const T* pointer_to(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

// array_send in src/backend/utils/adt/arrayfuncs.c: dimensions, whether there are nulls, element type, then size and
// lower bound of each dimension, then the elements with their lengths (-1: null).
template <class T>
std::string array_octets(const std::vector<T>& values, std::uint32_t element_oid) {
  std::string out;
  binary::append_int32(out, values.empty() ? 0 : 1);
  binary::append_int32(out, 1);
  binary::append_int32(out, static_cast<std::int32_t>(element_oid));
  if (values.empty()) {
    return out;
  }
  if (values.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw std::length_error("array parameter too long");
  }
  binary::append_int32(out, static_cast<std::int32_t>(values.size()));
  binary::append_int32(out, 1);
  for (const auto& value : values) {
    const auto* element = pointer_to(value);
    if (element == nullptr) {
      binary::append_int32(out, -1);
      continue;
    }
    const std::string octets = octets_of(*element);
    binary::append_int32(out, static_cast<std::int32_t>(octets.size()));
    out += octets;
  }
  return out;
}

}  // namespace

Param::Param(std::uint32_t oid, std::string octets)
    : oid_(oid), null_(false), binary_(true), octets_(std::move(octets)) {}
Param::Param(std::int64_t value) : Param(oid_int8, octets_of(value)) {}
Param::Param(std::int32_t value) : Param(oid_int4, octets_of(value)) {}
Param::Param(bool value) : Param(oid_bool, std::string(1, value ? '\1' : '\0')) {}
Param::Param(std::string_view text) : null_(false), octets_(text) {}
Param::Param(const std::string& text) : Param(std::string_view(text)) {}
Param::Param(const char* text) : Param(std::string_view(text)) {}
Param::Param(const Uuid& uuid) : Param(oid_uuid, octets_of(uuid)) {}
Param::Param(ByteView bytea) : Param(oid_bytea, std::string(as_text(bytea))) {}
Param::Param(std::chrono::system_clock::time_point timestamp)
    : Param(oid_timestamptz, octets_of(binary::timestamp(timestamp))) {}
Param::Param(const std::vector<std::int64_t>& values) : Param(oid_int8_array, array_octets(values, oid_int8)) {}
Param::Param(const std::vector<std::int32_t>& values) : Param(oid_int4_array, array_octets(values, oid_int4)) {}
Param::Param(const std::vector<std::string>& values) : Param(oid_text_array, array_octets(values, oid_text)) {}
Param::Param(const std::vector<Uuid>& values) : Param(oid_uuid_array, array_octets(values, oid_uuid)) {}
Param::Param(const std::vector<Bytes>& values) : Param(oid_bytea_array, array_octets(values, oid_bytea)) {}
Param::Param(const std::vector<std::optional<std::int64_t>>& values)
    : Param(oid_int8_array, array_octets(values, oid_int8)) {}
Param::Param(const std::vector<std::optional<std::string>>& values)
    : Param(oid_text_array, array_octets(values, oid_text)) {}
Param::Param(const std::vector<std::optional<Bytes>>& values)
    : Param(oid_bytea_array, array_octets(values, oid_bytea)) {}

namespace binary {

void append_int16(std::string& out, std::int16_t value) {
  append_big_endian(out, static_cast<std::uint16_t>(value));
}
void append_int32(std::string& out, std::int32_t value) {
  append_big_endian(out, static_cast<std::uint32_t>(value));
}
void append_int64(std::string& out, std::int64_t value) {
  append_big_endian(out, static_cast<std::uint64_t>(value));
}

std::int64_t timestamp(std::chrono::system_clock::time_point time) {
  const auto since_unix = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  return (since_unix - postgres_epoch).count();
}

std::chrono::system_clock::time_point time_of_timestamp(std::int64_t microseconds) {
  return std::chrono::system_clock::time_point(std::chrono::microseconds(microseconds) + postgres_epoch);
}

std::int64_t integer(ByteView octets) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : octets) {
    value = value << 8 | octet;
  }
  switch (octets.size()) {
    case 2:
      return static_cast<std::int16_t>(value);
    case 4:
      return static_cast<std::int32_t>(value);
    case 8:
      return static_cast<std::int64_t>(value);
    default:
      throw std::logic_error("column is no integer");
  }
}

std::string text_array(const std::vector<std::string>& values) {
  return array_octets(values, oid_text);
}

}  // namespace binary
}  // namespace minidns::storage::postgres
