#pragma once

#include "api/fields.hpp"
#include "api/socket_address.hpp"
#include "api/words.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/ttl.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Parse functions for ObjectReader: from one JSON value to one value of ours, or an error at the value's path.
namespace minidns::api {

/// A string as it is.
[[nodiscard]] std::optional<std::string_view> parse_string(const Field& field);
/// `length_min` to `length_max` code points, no control characters.
[[nodiscard]] std::optional<std::string> parse_line(const Field& field, std::size_t length_min, std::size_t length_max);
/// At most `description_length_max` code points; may have line feeds and tabs.
[[nodiscard]] std::optional<std::string> parse_description(const Field& field);
/// The name of a view (api/named_view.hpp).
[[nodiscard]] std::optional<std::string> parse_view_name(const Field& field);
[[nodiscard]] std::optional<bool> parse_boolean(const Field& field);
[[nodiscard]] std::optional<std::int64_t> parse_integer(const Field& field, std::int64_t min, std::int64_t max);
[[nodiscard]] std::optional<std::uint16_t> parse_port(const Field& field);
[[nodiscard]] std::optional<dns::Name> parse_name(const Field& field);
/// No meta type.
[[nodiscard]] std::optional<dns::RRType> parse_rr_type(const Field& field);
[[nodiscard]] std::optional<dns::Ttl> parse_ttl(const Field& field);
[[nodiscard]] std::optional<Uuid> parse_uuid(const Field& field);
[[nodiscard]] std::optional<IpAddress> parse_ip_address(const Field& field);
/// `http://192.0.2.1:8053`: address and port, no path; names aren't resolved and TLS isn't spoken there.
[[nodiscard]] std::optional<SocketAddress> parse_http_url(const Field& field);

template <class IdType>
[[nodiscard]] std::optional<IdType> parse_id(const Field& field) {
  const auto uuid = parse_uuid(field);
  return uuid ? std::optional(IdType(*uuid)) : std::nullopt;
}

template <class T, std::size_t N>
[[nodiscard]] std::optional<T> parse_word(const Field& field, const Words<T, N>& words) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  const auto value = words.value_of(*text);
  return value ? value : field.fail("not " + words.choices());
}

/// An array of at most `length_max` elements, each read by `parse`.
template <class Parse>
[[nodiscard]] auto parse_list(const Field& field, std::size_t length_max, Parse parse)
    -> std::optional<std::vector<typename decltype(parse(field))::value_type>> {
  std::vector<typename decltype(parse(field))::value_type> list;
  const boost::json::array* array = field.value().if_array();
  if (array == nullptr) {
    return field.fail("not an array");
  }
  if (array->size() > length_max) {
    return field.fail("has more than " + std::to_string(length_max) + " elements");
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto element = parse(field.inside((*array)[i], std::to_string(i)));
    if (element) {
      list.push_back(std::move(*element));
    }
  }
  // With an element missing the list is wrong, but its errors have been reported.
  return list;
}

/// Reports each element that equals an earlier one under `key`, which has an order.
template <class T, class Key>
void refuse_repeats(const Field& field, const std::vector<T>& list, Key key) {
  for (std::size_t i = 1; i < list.size(); ++i) {
    const auto is_equal = [&](const T& other) { return key(other) == key(list[i]); };
    if (std::any_of(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(i), is_equal)) {
      field.inside(field.value(), std::to_string(i)).fail("is there twice");
    }
  }
}

}  // namespace minidns::api
