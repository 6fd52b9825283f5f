#include "dns/escape.hpp"
#include "dns/text/codec.hpp"
#include "dns/text/svc_values.hpp"

#include <map>

namespace minidns::dns {
namespace {

Error bad(std::string why) {
  return {Errc::bad_rdata, std::move(why)};
}

std::size_t u16_at(ByteView octets, std::size_t at) {
  return std::size_t{octets[at]} << 8 | octets[at + 1];
}

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value & 0xff));
}

constexpr std::size_t value_size_octets_max = 0xffff;

/// The parameters by rising key, each with the octets of its value.
using Params = std::map<std::uint16_t, Bytes>;

/// What holds between parameters (RFC 9460 §7.1.1, §8).
std::optional<Error> check_together(const Params& params) {
  const auto has = [&](std::uint16_t key) { return params.contains(key); };
  if (has(svc_key_no_default_alpn) && !has(svc_key_alpn)) {
    return bad("no-default-alpn needs alpn");
  }
  const auto mandatory = params.find(svc_key_mandatory);
  if (mandatory != params.end()) {
    for (std::size_t at = 0; at < mandatory->second.size(); at += 2) {
      const auto key = static_cast<std::uint16_t>(u16_at(mandatory->second, at));
      if (!has(key)) {
        return bad("mandatory names " + svc_key_to_text(key) + ", which is not there");
      }
    }
  }
  return std::nullopt;
}

/// One word `key`, `key=value` or `key="value"` (RFC 9460 §2.1).
struct Assignment {
  std::uint16_t key;
  Bytes value;
};

Result<Assignment> parse_assignment(std::string_view word) {
  const auto equals = word.find('=');
  const auto key = svc_key_from_text(word.substr(0, equals));
  if (!key) {
    return key.error();
  }
  const auto name = svc_key_to_text(*key);
  auto text = equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
  if (text.size() >= 2 && text.front() == '"') {
    text = text.substr(1, text.size() - 2);
  } else if (has_bare_quote(text)) {
    return bad(name + ": a quote must be around the whole value");
  }
  const auto octets = unescape(text);
  if (!octets) {
    return bad(name + ": " + octets.error().detail);
  }
  // `key1=…` is alpn's value as octets, not as a list (RFC 9460 §2.1).
  auto value = word.substr(0, equals).starts_with("key") ? Result<Bytes>(*octets) : svc_value_from_text(*key, *octets);
  if (!value) {
    return bad(name + ": " + value.error().detail);
  }
  if (value->size() > value_size_octets_max) {
    return bad(name + ": the value is too long");
  }
  if (const auto error = check_svc_value(*key, *value)) {
    return bad(name + ": " + error->detail);
  }
  return Assignment{*key, std::move(*value)};
}

Result<Bytes> parse(TokenStream& tokens) {
  Params params;
  while (!tokens.at_end()) {
    const auto word = tokens.take_word();
    if (!word) {
      return word.error();
    }
    auto assignment = parse_assignment(*word);
    if (!assignment) {
      return assignment.error();
    }
    if (!params.emplace(assignment->key, std::move(assignment->value)).second) {
      return bad(svc_key_to_text(assignment->key) + " is there twice");
    }
  }
  if (const auto error = check_together(params)) {
    return *error;
  }
  Bytes out;
  for (const auto& [key, value] : params) {
    append_u16(out, key);
    append_u16(out, value.size());
    out.insert(out.end(), value.begin(), value.end());
  }
  return out;
}

constexpr std::size_t param_head_octets = 4;

Result<std::size_t> size(ByteView rest) {
  const std::size_t all = rest.size();
  Params params;
  int key_before = -1;
  while (!rest.empty()) {
    if (rest.size() < param_head_octets || rest.size() - param_head_octets < u16_at(rest, 2)) {
      return Error{Errc::truncated, "the RDATA ends inside a parameter"};
    }
    const auto key = static_cast<std::uint16_t>(u16_at(rest, 0));
    const auto value = rest.subspan(param_head_octets, u16_at(rest, 2));
    if (key <= key_before) {
      return bad("the keys don't rise");
    }
    if (const auto error = check_svc_value(key, value)) {
      return bad(svc_key_to_text(key) + ": " + error->detail);
    }
    params.emplace(key, Bytes(value.begin(), value.end()));
    key_before = key;
    rest = rest.subspan(param_head_octets + value.size());
  }
  if (const auto error = check_together(params)) {
    return *error;
  }
  return all;
}

std::optional<std::string> print(ByteView field) {
  std::string text;
  while (!field.empty()) {
    const auto key = static_cast<std::uint16_t>(u16_at(field, 0));
    const auto value = field.subspan(param_head_octets, u16_at(field, 2));
    text += (text.empty() ? "" : " ") + svc_key_to_text(key);
    if (!value.empty()) {
      text += "=\"";
      for (const char c : svc_value_to_text(key, value)) {
        append_quoted_character(text, c);
      }
      text += '"';
    }
    field = field.subspan(param_head_octets + value.size());
  }
  return text;
}

}  // namespace

const Codec svc_params_codec{parse, size, print};

}  // namespace minidns::dns
