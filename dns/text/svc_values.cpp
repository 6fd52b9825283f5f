#include "dns/text/svc_values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <set>
#include <vector>

namespace minidns::dns {
namespace {

Error bad(const char* why) {
  return {Errc::bad_rdata, why};
}

struct KeyName {
  std::uint16_t key;
  std::string_view name;
};

constexpr std::array key_names = std::to_array<KeyName>({{svc_key_mandatory, "mandatory"},
                                                         {svc_key_alpn, "alpn"},
                                                         {svc_key_no_default_alpn, "no-default-alpn"},
                                                         {svc_key_port, "port"},
                                                         {svc_key_ipv4hint, "ipv4hint"},
                                                         {svc_key_ech, "ech"},
                                                         {svc_key_ipv6hint, "ipv6hint"},
                                                         {svc_key_dohpath, "dohpath"},
                                                         {svc_key_ohttp, "ohttp"}});

constexpr std::size_t alpn_id_octets_max = 255;
constexpr std::size_t ipv4_octets = 4;
constexpr std::size_t ipv6_octets = 16;

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value & 0xff));
}

std::size_t u16_at(ByteView octets, std::size_t at) {
  return std::size_t{octets[at]} << 8 | octets[at + 1];
}

std::optional<std::uint16_t> decimal(std::string_view digits) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

/// A comma-separated list in which `\,` and `\\` stand for themselves (RFC 9460 appendix A.1). At least one item, none
/// empty.
Result<std::vector<std::string>> items_of(std::string_view text) {
  std::vector<std::string> items(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      items.emplace_back();
      continue;
    }
    if (text[i] == '\\') {
      if (++i == text.size() || (text[i] != ',' && text[i] != '\\')) {
        return bad("inside a list only commas and backslashes may be escaped");
      }
    }
    items.back().push_back(text[i]);
  }
  if (std::any_of(items.begin(), items.end(), [](const std::string& item) { return item.empty(); })) {
    return bad("a list must not be empty or have empty items");
  }
  return items;
}

std::string escaped_item(std::string_view item) {
  std::string text;
  for (const char c : item) {
    if (c == ',' || c == '\\') {
      text.push_back('\\');
    }
    text.push_back(c);
  }
  return text;
}

/// Makes the wire form of a list from that of its items.
template <class AppendItem>
Result<Bytes> list_from_text(std::string_view text, AppendItem append_item) {
  const auto items = items_of(text);
  if (!items) {
    return items.error();
  }
  Bytes out;
  for (const auto& item : *items) {
    if (auto error = append_item(out, item)) {
      return *error;
    }
  }
  return out;
}

Result<Bytes> keys_from_text(std::string_view text) {
  std::set<std::uint16_t> keys;
  const auto items = items_of(text);
  if (!items) {
    return items.error();
  }
  for (const auto& item : *items) {
    const auto key = svc_key_from_text(item);
    if (!key) {
      return key.error();
    }
    if (!keys.insert(*key).second) {
      return bad("a key is there twice");
    }
  }
  Bytes out;
  for (const auto key : keys) {  // rising (RFC 9460 §8)
    append_u16(out, key);
  }
  return out;
}

Result<Bytes> alpn_from_text(std::string_view text) {
  return list_from_text(text, [](Bytes& out, const std::string& id) -> std::optional<Error> {
    if (id.size() > alpn_id_octets_max) {
      return bad("a protocol has more than 255 octets");
    }
    out.push_back(static_cast<std::uint8_t>(id.size()));
    out.insert(out.end(), id.begin(), id.end());
    return std::nullopt;
  });
}

Result<Bytes> hints_from_text(std::string_view text, int family, std::size_t octets, const char* what) {
  return list_from_text(text, [=](Bytes& out, const std::string& item) -> std::optional<Error> {
    std::array<std::uint8_t, ipv6_octets> address{};
    if (item.find('\0') != std::string::npos || inet_pton(family, item.c_str(), address.data()) != 1) {
      return bad(what);
    }
    out.insert(out.end(), address.begin(), address.begin() + static_cast<std::ptrdiff_t>(octets));
    return std::nullopt;
  });
}

std::string hints_to_text(ByteView value, int family, std::size_t octets) {
  std::string text;
  for (; !value.empty(); value = value.subspan(octets)) {
    std::array<char, INET6_ADDRSTRLEN> printed{};
    inet_ntop(family, value.data(), printed.data(), printed.size());  // the size of `printed` fits every address
    text += (text.empty() ? "" : ",") + std::string(printed.data());
  }
  return text;
}

std::optional<Error> check_keys(ByteView value) {
  if (value.empty() || value.size() % 2 != 0) {
    return bad("it must have at least one key");
  }
  std::size_t before = svc_key_mandatory;  // which must not name itself
  for (std::size_t at = 0; at < value.size(); at += 2) {
    const std::size_t key = u16_at(value, at);
    if (key <= before) {
      return bad("its keys must rise and must not be mandatory itself");
    }
    before = key;
  }
  return std::nullopt;
}

std::optional<Error> check_alpn(ByteView value) {
  if (value.empty()) {
    return bad("it must have at least one protocol");
  }
  while (!value.empty()) {
    const std::size_t size = value[0];
    if (size == 0 || size > value.size() - 1) {
      return bad("a protocol is empty or cut off");
    }
    value = value.subspan(1 + size);
  }
  return std::nullopt;
}

std::optional<Error> check_hints(ByteView value, std::size_t octets) {
  if (value.empty() || value.size() % octets != 0) {
    return bad("it must have at least one whole address");
  }
  return std::nullopt;
}

/// A path (RFC 3986 §3.3) with one `{?dns}` in it. RFC 9461 §5 allows every URI template that has the variable; this is
/// what BIND takes in a transfer.
std::optional<Error> check_dohpath(ByteView value) {
  constexpr std::string_view variable = "{?dns}";
  constexpr std::string_view marks = "-._~!$&'()*+,;=:@/";
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  std::string path(as_text(value));
  const auto variable_at = path.find(variable);
  if (!path.starts_with('/') || variable_at == std::string::npos) {
    return bad("it must be an absolute path with the variable {?dns}");
  }
  path.erase(variable_at, variable.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%' && i + 2 < path.size() && is_hex(path[i + 1]) && is_hex(path[i + 2])) {
      i += 2;
    } else if (!is_alphanumeric(c) && marks.find(c) == std::string_view::npos) {
      return bad("it must be an absolute path with the variable {?dns}; other characters must be written as %XX");
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint16_t> svc_key_from_text(std::string_view text) {
  const auto known = std::find_if(key_names.begin(), key_names.end(),
                                  [&](const KeyName& known_name) { return known_name.name == text; });
  if (known != key_names.end()) {
    return known->key;
  }
  if (text.starts_with("key")) {
    const auto digits = text.substr(3);
    const auto value = decimal(digits);
    if (value && *value != svc_key_invalid && (digits == "0" || digits.front() != '0')) {
      return *value;
    }
  }
  return bad("a key must be a known name in lower case or key0 to key65534");
}

std::string svc_key_to_text(std::uint16_t key) {
  const auto known = std::find_if(key_names.begin(), key_names.end(),
                                  [&](const KeyName& known_name) { return known_name.key == key; });
  return known == key_names.end() ? "key" + std::to_string(key) : std::string(known->name);
}

Result<Bytes> svc_value_from_text(std::uint16_t key, ByteView text) {
  const auto characters = as_text(text);
  switch (key) {
    case svc_key_mandatory:
      return keys_from_text(characters);
    case svc_key_alpn:
      return alpn_from_text(characters);
    case svc_key_port: {
      const auto port = decimal(characters);
      if (!port) {
        return bad("it must be a number in 0..65535");
      }
      Bytes out;
      append_u16(out, *port);
      return out;
    }
    case svc_key_ipv4hint:
      return hints_from_text(characters, AF_INET, ipv4_octets, "it must be IPv4 addresses with commas between");
    case svc_key_ipv6hint:
      return hints_from_text(characters, AF_INET6, ipv6_octets, "it must be IPv6 addresses with commas between");
    case svc_key_ech: {
      auto octets = from_base64(characters);
      if (!octets) {
        return bad("it must be Base64 with padding");
      }
      return std::move(*octets);
    }
    default:
      return Bytes(text.begin(), text.end());
  }
}

std::string svc_value_to_text(std::uint16_t key, ByteView value) {
  switch (key) {
    case svc_key_mandatory: {
      std::string text;
      for (std::size_t at = 0; at < value.size(); at += 2) {
        text += (text.empty() ? "" : ",") + svc_key_to_text(static_cast<std::uint16_t>(u16_at(value, at)));
      }
      return text;
    }
    case svc_key_alpn: {
      std::string text;
      for (; !value.empty(); value = value.subspan(1 + std::size_t{value[0]})) {
        text += (text.empty() ? "" : ",") + escaped_item(as_text(value.subspan(1, value[0])));
      }
      return text;
    }
    case svc_key_port:
      return std::to_string(u16_at(value, 0));
    case svc_key_ipv4hint:
      return hints_to_text(value, AF_INET, ipv4_octets);
    case svc_key_ipv6hint:
      return hints_to_text(value, AF_INET6, ipv6_octets);
    case svc_key_ech:
      return to_base64(value);
    default:
      return std::string(as_text(value));
  }
}

std::optional<Error> check_svc_value(std::uint16_t key, ByteView value) {
  switch (key) {
    case svc_key_mandatory:
      return check_keys(value);
    case svc_key_alpn:
      return check_alpn(value);
    case svc_key_no_default_alpn:
    case svc_key_ohttp:
      return value.empty() ? std::nullopt : std::optional(bad("it must have no value"));
    case svc_key_port:
      return value.size() == 2 ? std::nullopt : std::optional(bad("it must be a number in 0..65535"));
    case svc_key_ipv4hint:
      return check_hints(value, ipv4_octets);
    case svc_key_ipv6hint:
      return check_hints(value, ipv6_octets);
    case svc_key_ech:
      return value.empty() ? std::optional(bad("it must not be empty")) : std::nullopt;
    case svc_key_dohpath:
      return check_dohpath(value);
    case svc_key_invalid:
      return bad("the key is reserved");
    default:
      return std::nullopt;
  }
}

}  // namespace minidns::dns
