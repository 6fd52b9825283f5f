#include "api/tsig_key_request.hpp"

#include "api/body.hpp"
#include "api/field_parsers.hpp"
#include "api/vocabulary.hpp"
#include "base/bytes.hpp"

#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "tsigkey";

std::optional<TsigKeyScopeKind> parse_scope(const Field& field) {
  return parse_word(field, tsig_key_scope_words);
}

TsigKeyScope make_scope(TsigKeyScopeKind kind, const Uuid& resource) {
  return kind == TsigKeyScopeKind::pool ? TsigKeyScope(PoolId(resource)) : TsigKeyScope(ZoneId(resource));
}

}  // namespace

/// Clients often leave the trailing dot out; a TSIG key's name is a domain name all the same (RFC 8945 §4.2).
std::optional<TsigKeyName> parse_key_name(const Field& field) {
  auto text = parse_line(field, 1, tsig_key_name_length_max);
  if (!text) {
    return std::nullopt;
  }
  auto name = dns::Name::from_text(text->ends_with('.') ? *text : *text + ".");
  if (!name) {
    return field.fail("not a domain name: " + name.error().detail);
  }
  return name->is_root() ? field.fail("the root is no name for a key")
                         : std::optional(TsigKeyName{std::move(*text), std::move(*name)});
}

std::optional<tsig::Algorithm> parse_key_algorithm(const Field& field) {
  return parse_word(field, key_algorithm_words);
}

std::optional<Secret> parse_key_secret(const Field& field) {
  const auto text = parse_line(field, 1, tsig_key_secret_length_max);
  if (!text) {
    return std::nullopt;
  }
  auto octets = from_base64(*text);
  return octets && !octets->empty() ? std::optional(Secret(std::move(*octets))) : field.fail("not base64 with padding");
}

Result<NewTsigKey> parse_new_tsig_key(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NewTsigKey> {
    auto name = reader.required("name", parse_key_name);
    const auto algorithm = reader.required("algorithm", parse_key_algorithm);
    auto secret = reader.required("secret", parse_key_secret);
    const auto scope = reader.required("scope", parse_scope);
    const auto resource_id = reader.required("resource_id", parse_uuid);
    auto view = reader.optional("view", parse_view_name);
    if (!name || !algorithm || !secret || !scope || !resource_id) {
      return std::nullopt;
    }
    return NewTsigKey{std::move(*name), *algorithm, std::move(*secret), make_scope(*scope, *resource_id),
                      std::move(view)};
  });
}

Result<TsigKeyChange> parse_tsig_key_change(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<TsigKeyChange> {
    TsigKeyChange change;
    change.name = reader.optional("name", parse_key_name);
    change.algorithm = reader.optional("algorithm", parse_key_algorithm);
    change.secret = reader.optional("secret", parse_key_secret);
    change.scope = reader.optional("scope", parse_scope);
    change.resource_id = reader.optional("resource_id", parse_uuid);
    change.view = reader.optional("view", parse_view_name);
    return change;
  });
}

}  // namespace minidns::api
