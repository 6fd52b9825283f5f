#include "base/uuid.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cstring>

namespace minidns {
namespace {

constexpr std::size_t text_length = 36;
constexpr std::array<std::size_t, 4> dash_positions = {8, 13, 18, 23};

bool is_dash_position(std::size_t position) {
  return std::find(dash_positions.begin(), dash_positions.end(), position) != dash_positions.end();
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != text_length) {
    return std::nullopt;
  }
  std::string digits;
  digits.reserve(32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_dash_position(i)) {
      digits.push_back(text[i]);
    } else if (text[i] != '-') {
      return std::nullopt;
    }
  }
  const auto bytes = from_hex(digits);
  if (!bytes) {
    return std::nullopt;
  }
  std::array<std::uint8_t, 16> octets{};
  std::copy(bytes->begin(), bytes->end(), octets.begin());
  return Uuid(octets);
}

Uuid Uuid::version7(std::chrono::system_clock::time_point now) {
  std::array<std::uint8_t, 16> octets{};
  const Bytes random = random_bytes(10);
  std::copy(random.begin(), random.end(), octets.begin() + 6);

  const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  auto milliseconds = static_cast<std::uint64_t>(since_epoch.count());
  for (std::size_t i = 6; i-- > 0;) {
    octets[i] = static_cast<std::uint8_t>(milliseconds & 0xffU);
    milliseconds >>= 8U;
  }
  octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0fU) | 0x70U);  // version 7
  octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3fU) | 0x80U);  // the variant of RFC 9562 §4.1
  return Uuid(octets);
}

std::string Uuid::to_string() const {
  const std::string digits = to_hex(octets_);
  std::string text;
  text.reserve(text_length);
  for (const char digit : digits) {
    if (is_dash_position(text.size())) {
      text.push_back('-');
    }
    text.push_back(digit);
  }
  return text;
}

}  // namespace minidns

std::size_t std::hash<minidns::Uuid>::operator()(const minidns::Uuid& uuid) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, uuid.octets().data(), sizeof high);
  std::memcpy(&low, uuid.octets().data() + sizeof high, sizeof low);
  // The low half is random in version 7, the high half is mostly time: multiply so that both count.
  return static_cast<std::size_t>(low ^ (high * 0x9e3779b97f4a7c15ULL));
}
