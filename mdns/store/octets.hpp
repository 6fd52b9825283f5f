#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace minidns::mdns::store {

/// Writes big-endian numbers, and octets with their length.
class OctetWriter {
 public:
  template <std::integral Number>
  void number(Number value) {
    const auto bits = static_cast<std::make_unsigned_t<Number>>(value);
    for (std::size_t shift = 8 * sizeof(Number); shift > 0; shift -= 8) {
      octets_.push_back(static_cast<std::uint8_t>(std::uint64_t{bits} >> (shift - 8)));
    }
  }
  void fixed(ByteView octets) { octets_.insert(octets_.end(), octets.begin(), octets.end()); }
  void sized(ByteView octets) {
    number(static_cast<std::uint32_t>(octets.size()));
    fixed(octets);
  }
  void text(std::string_view text) { sized(as_bytes(text)); }
  template <class Tag>
  void id(const Id<Tag>& id) {
    fixed(id.uuid().octets());
  }
  [[nodiscard]] Bytes take() && { return std::move(octets_); }

 private:
  Bytes octets_;
};

/// Reads them; throws Fault(damaged) where the octets end too early, and from `finish` if some are left.
class OctetReader {
 public:
  explicit OctetReader(ByteView octets) : rest_(octets) {}

  template <std::integral Number>
  [[nodiscard]] Number number() {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : fixed(sizeof(Number))) {
      value = value << 8 | octet;
    }
    return static_cast<Number>(value);
  }
  [[nodiscard]] ByteView fixed(std::size_t size);
  [[nodiscard]] ByteView sized() { return fixed(number<std::uint32_t>()); }
  [[nodiscard]] std::string text() { return std::string(as_text(sized())); }
  template <class IdType>
  [[nodiscard]] IdType id() {
    return IdType(uuid());
  }
  /// 0 or 1.
  [[nodiscard]] bool flag();
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  void finish() const;

 private:
  [[nodiscard]] Uuid uuid();
  ByteView rest_;
};

}  // namespace minidns::mdns::store
