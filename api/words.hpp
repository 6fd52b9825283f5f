#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace minidns::api {

/// A closed set of values and the words that stand for them in requests and answers.
template <class T, std::size_t N>
struct Words {
  std::array<std::pair<T, std::string_view>, N> rows;

  /// `value` must be one of the set.
  [[nodiscard]] constexpr std::string_view word_of(T value) const {
    for (const auto& [v, word] : rows) {
      if (v == value) {
        return word;
      }
    }
    return {};
  }
  [[nodiscard]] constexpr std::optional<T> value_of(std::string_view text) const {
    for (const auto& [value, word] : rows) {
      if (word == text) {
        return value;
      }
    }
    return std::nullopt;
  }
  /// `A, B or C`, for messages.
  [[nodiscard]] std::string choices() const {
    std::string text;
    for (std::size_t i = 0; i < N; ++i) {
      text += i == 0 ? "" : (i + 1 == N ? " or " : ", ");
      text += rows[i].second;
    }
    return text;
  }
};

}  // namespace minidns::api
