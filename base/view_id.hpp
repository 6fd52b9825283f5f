#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace minidns {

/// One of the contents that a zone may have (DESIGN.md §3): what belongs to every view, and what belongs to this one.
/// From 1; a number is never used again for another view.
class ViewId {
 public:
  explicit constexpr ViewId(std::int16_t number) : number_(number) {}

  [[nodiscard]] constexpr std::int16_t number() const { return number_; }
  [[nodiscard]] std::string to_string() const { return std::to_string(number_); }

  friend constexpr auto operator<=>(const ViewId&, const ViewId&) = default;

 private:
  std::int16_t number_;
};

/// Of those who name no view; always there.
inline constexpr ViewId default_view{1};

}  // namespace minidns

template <>
struct std::hash<minidns::ViewId> {
  std::size_t operator()(const minidns::ViewId& view) const noexcept {
    return std::hash<std::int16_t>{}(view.number());
  }
};
