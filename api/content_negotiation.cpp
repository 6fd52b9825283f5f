#include "api/content_negotiation.hpp"

#include <algorithm>

namespace minidns::api {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// The text up to `separator`, which is taken off with it.
std::string_view take_part(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return trimmed(part);
}

/// `q=0`, `q=0.0` … among a range's parameters (RFC 9110 §12.4.2).
bool has_weight_zero(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take_part(parameters, ';');
    if (parameter.size() > 2 && is_same_field_name(parameter.substr(0, 2), "q=") &&
        parameter.find_first_not_of("0.", 2) == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

/// A more specific range wins over a less specific one (RFC 9110 §12.5.1).
int specificity(std::string_view range) {
  if (is_same_field_name(range, "application/json")) {
    return 3;
  }
  if (is_same_field_name(range, "application/*")) {
    return 2;
  }
  return range == "*/*" ? 1 : 0;
}

}  // namespace

bool accepts_json(const HttpRequest& request) {
  const auto values = request.values_of("Accept");
  if (values.empty()) {
    return true;
  }
  int best = 0;
  bool accepted = false;
  for (std::string_view value : values) {
    while (!value.empty()) {
      std::string_view parameters = take_part(value, ',');
      const int rank = specificity(take_part(parameters, ';'));
      if (rank > best) {
        best = rank;
        accepted = !has_weight_zero(parameters);
      }
    }
  }
  return accepted;
}

bool has_json_body(const HttpRequest& request) {
  const auto values = request.values_of("Content-Type");
  if (values.size() != 1) {
    return false;
  }
  std::string_view value = values.front();
  return is_same_field_name(take_part(value, ';'), "application/json");
}

}  // namespace minidns::api
