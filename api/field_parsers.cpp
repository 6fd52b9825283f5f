#include "api/field_parsers.hpp"

#include "api/named_view.hpp"
#include "api/text_check.hpp"
#include "api/zone.hpp"

#include <limits>

namespace minidns::api {
namespace {

std::string range_text(std::int64_t min, std::int64_t max) {
  return std::to_string(min) + " to " + std::to_string(max);
}

}  // namespace

std::optional<std::string_view> parse_string(const Field& field) {
  const boost::json::string* text = field.value().if_string();
  if (text == nullptr) {
    return field.fail("not a string");
  }
  return std::string_view(text->data(), text->size());
}

std::optional<std::string> parse_line(const Field& field, std::size_t length_min, std::size_t length_max) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  // The JSON parser has made sure that it is UTF-8, but for escapes of lone surrogates.
  const auto length = count_code_points(*text);
  if (!length || has_control_characters(*text)) {
    return field.fail("has a character that is not allowed");
  }
  if (*length < length_min || *length > length_max) {
    return field.fail("is not " +
                      range_text(static_cast<std::int64_t>(length_min), static_cast<std::int64_t>(length_max)) +
                      " characters long");
  }
  return std::string(*text);
}

std::optional<std::string> parse_description(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  const auto length = count_code_points(*text);
  if (!length || has_control_characters_but_white_space(*text)) {
    return field.fail("has a character that is not allowed");
  }
  if (*length > description_length_max) {
    return field.fail("is longer than " + std::to_string(description_length_max) + " characters");
  }
  return std::string(*text);
}

std::optional<std::string> parse_view_name(const Field& field) {
  const auto text = parse_line(field, 1, view_name_length_max);
  if (!text) {
    return std::nullopt;
  }
  const auto is_first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto is_allowed = [&](char c) { return is_first(c) || c == '-' || c == '_'; };
  if (!is_first(text->front()) || !std::all_of(text->begin(), text->end(), is_allowed)) {
    return field.fail("not a lower-case letter or digit, followed by such, - and _");
  }
  return text;
}

std::optional<bool> parse_boolean(const Field& field) {
  const bool* value = field.value().if_bool();
  return value != nullptr ? std::optional(*value) : field.fail("not true or false");
}

std::optional<std::int64_t> parse_integer(const Field& field, std::int64_t min, std::int64_t max) {
  if (!field.value().is_int64() && !field.value().is_uint64()) {
    return field.fail("not an integer");
  }
  const std::int64_t* value = field.value().if_int64();  // what doesn't fit is a uint64
  if (value == nullptr || *value < min || *value > max) {
    return field.fail("is not in the range " + range_text(min, max));
  }
  return *value;
}

std::optional<std::uint16_t> parse_port(const Field& field) {
  const auto value = parse_integer(field, 1, std::numeric_limits<std::uint16_t>::max());
  return value ? std::optional(static_cast<std::uint16_t>(*value)) : std::nullopt;
}

std::optional<dns::Name> parse_name(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  auto name = dns::Name::from_text(*text);
  return name ? std::optional(std::move(*name)) : field.fail("not a domain name: " + name.error().detail);
}

std::optional<dns::RRType> parse_rr_type(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  const auto type = dns::RRType::from_text(*text);
  if (!type) {
    return field.fail("not a record type: " + type.error().detail);
  }
  return type->is_meta() ? field.fail(type->to_text() + " is no type of zone data") : std::optional(*type);
}

std::optional<dns::Ttl> parse_ttl(const Field& field) {
  const auto seconds = parse_integer(field, 0, dns::Ttl::seconds_max);
  if (!seconds) {
    return std::nullopt;
  }
  const auto ttl = dns::Ttl::from_seconds(*seconds);
  return ttl ? std::optional(*ttl) : field.fail(ttl.error().detail);
}

std::optional<Uuid> parse_uuid(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  const auto uuid = Uuid::parse(*text);
  return uuid ? uuid : field.fail("not a UUID");
}

std::optional<IpAddress> parse_ip_address(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  const auto address = IpAddress::parse(*text);
  return address ? address : field.fail("not an IP address");
}

std::optional<SocketAddress> parse_http_url(const Field& field) {
  constexpr std::string_view scheme = "http://";
  constexpr std::uint16_t no_port = 0;
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  if (text->starts_with(scheme)) {
    const auto address = SocketAddress::parse(text->substr(scheme.size()), no_port);
    if (address && address->port != no_port) {
      return address;
    }
  }
  return field.fail("not http://ADDRESS:PORT");
}

}  // namespace minidns::api
