#include "api/target.hpp"

#include "api/text_check.hpp"
#include "base/bytes.hpp"

#include <algorithm>

namespace minidns::api {
namespace {

Problem bad_target(std::string_view reason) {
  return {ProblemType::bad_request, "The request target " + std::string(reason)};
}

/// `+` is a space in a query (HTML forms, and what clients' libraries send).
std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    const auto octet = text.size() - at > 2 ? from_hex(text.substr(at + 1, 2)) : std::nullopt;
    if (!octet) {
      return std::nullopt;
    }
    decoded += static_cast<char>(octet->front());
    at += 2;
  }
  const bool is_text = count_code_points(decoded).has_value() && !has_control_characters(decoded);
  return is_text ? std::optional(std::move(decoded)) : std::nullopt;
}

std::optional<std::vector<QueryParameter>> parse_query(std::string_view text) {
  std::vector<QueryParameter> query;
  while (!text.empty()) {
    const std::string_view raw = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(raw.size() + 1, text.size()));
    if (raw.empty()) {
      continue;
    }
    const std::size_t equals = std::min(raw.find('='), raw.size());
    auto name = decode(raw.substr(0, equals));
    auto value = decode(raw.substr(std::min(equals + 1, raw.size())));
    if (!name || !value) {
      return std::nullopt;
    }
    query.push_back({std::move(*name), std::move(*value), std::string(raw)});
  }
  return query;
}

std::string without_trailing_slashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') {
    path.remove_suffix(1);
  }
  return std::string(path);
}

/// Takes `http://authority` off the front of an absolute-form target.
std::optional<std::string> take_authority(std::string_view& text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      text.remove_prefix(scheme.size());
      const std::size_t size = std::min(text.find_first_of("/?"), text.size());
      std::string authority(text.substr(0, size));
      text.remove_prefix(size);
      return authority;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string Target::to_text() const {
  std::string text = path;
  for (const QueryParameter& parameter : query) {
    text += &parameter == &query.front() ? '?' : '&';
    text += parameter.raw;
  }
  return text;
}

Result<Target> parse_target(std::string_view text) {
  // Beast lets octets above 126 pass; they aren't part of any URI (RFC 3986 §2) and would end up in links.
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~' || c == '#'; })) {
    return bad_target("has a character that must be percent-encoded");
  }
  if (text == "*") {
    return Target{"*", {}, {}};
  }
  Target target;
  target.authority = take_authority(text);
  const std::size_t question = std::min(text.find('?'), text.size());
  const std::string_view path = text.substr(0, question);
  if (!path.starts_with('/') && !(path.empty() && target.authority)) {
    return bad_target("is not a path");
  }
  target.path = path.empty() ? "/" : without_trailing_slashes(path);
  auto query = parse_query(text.substr(std::min(question + 1, text.size())));
  if (!query) {
    return bad_target("has a query that can't be decoded");
  }
  target.query = std::move(*query);
  return target;
}

}  // namespace minidns::api
