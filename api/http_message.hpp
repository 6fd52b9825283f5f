#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

/// HTTP requests and answers as values, free of sockets and of Beast.
namespace minidns::api {

enum class Method { get, head, post, put, patch, remove, options, other };

struct HttpField {
  std::string name;
  std::string value;
};

/// Field names are the same in any case (RFC 9110 §5.1).
[[nodiscard]] inline bool is_same_field_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

struct HttpRequest {
  Method method = Method::other;
  std::string target = {};
  bool is_http_1_0 = false;
  bool wants_keep_alive = true;
  std::vector<HttpField> fields = {};
  std::string body = {};

  /// All values of a field, in order.
  [[nodiscard]] std::vector<std::string_view> values_of(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const HttpField& field : fields) {
      if (is_same_field_name(field.name, name)) {
        values.emplace_back(field.value);
      }
    }
    return values;
  }
};

struct Answer {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";  ///< not sent if the body is empty
  std::vector<HttpField> fields = {};
};

}  // namespace minidns::api
