#include "api/dnssec_request.hpp"

#include "api/body.hpp"
#include "api/field_parsers.hpp"
#include "api/vocabulary.hpp"

#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "dnssec policy";

// The columns' own limits (migrations/0010_dnssec.sql).
constexpr std::int64_t hour_s = 3'600;
constexpr std::int64_t day_s = 24 * hour_s;
constexpr std::int64_t key_lifetime_max_s = 20 * 365 * day_s;

template <std::int64_t min, std::int64_t max>
std::optional<std::int64_t> parse_seconds(const Field& field) {
  return parse_integer(field, min, max);
}

std::optional<dnssec::Algorithm> parse_algorithm(const Field& field) {
  return parse_word(field, dnssec_algorithm_words);
}

std::optional<KeyModel> parse_key_model(const Field& field) {
  return parse_word(field, key_model_words);
}

std::optional<KeyRole> parse_role(const Field& field) {
  return parse_word(field, key_role_words);
}

std::optional<Denial> parse_denial(const Field& field) {
  return parse_word(field, denial_words);
}

std::optional<Secret> parse_private_key(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  if (text->empty() || text->size() > key_import_length_max) {
    return field.fail("must have 1 to " + std::to_string(key_import_length_max) + " octets");
  }
  return Secret(Bytes(text->begin(), text->end()));
}

std::optional<KeyImport> parse_key_import(const Field& field) {
  ObjectReader reader(field.value(), field.path(), field.errors());
  const auto role = reader.required("role", parse_role);
  auto private_key = reader.required("private_key", parse_private_key);
  reader.finish("key");
  return role && private_key ? std::optional(KeyImport{*role, *std::move(private_key)}) : std::nullopt;
}

std::optional<std::vector<KeyImport>> parse_key_imports(const Field& field) {
  return parse_list(field, key_imports_max, parse_key_import);
}

std::optional<std::string> parse_dnskey_text(const Field& field) {
  const auto text = parse_string(field);
  if (text && (text->empty() || text->size() > foreign_dnskey_length_max)) {
    return field.fail("must have 1 to " + std::to_string(foreign_dnskey_length_max) + " octets");
  }
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

std::optional<std::vector<std::string>> parse_dnskey_texts(const Field& field) {
  return parse_list(field, foreign_dnskeys_max, parse_dnskey_text);
}

DnssecPolicyRequest read_fields(ObjectReader& reader) {
  DnssecPolicyRequest fields;
  fields.description = reader.change("description", parse_description);
  fields.algorithm = reader.optional("algorithm", parse_algorithm);
  fields.key_model = reader.optional("key_model", parse_key_model);
  fields.denial = reader.optional("denial", parse_denial);
  fields.refresh_period = reader.optional("refresh_period", parse_seconds<hour_s, 30 * day_s>);
  fields.signature_lifetime = reader.optional("signature_lifetime", parse_seconds<2 * hour_s, 90 * day_s>);
  fields.inception_skew = reader.optional("inception_skew", parse_seconds<0, 7 * day_s>);
  fields.dnskey_ttl = reader.optional("dnskey_ttl", parse_seconds<60, day_s>);
  fields.ksk_lifetime = reader.change("ksk_lifetime", parse_seconds<day_s, key_lifetime_max_s>);
  fields.zsk_lifetime = reader.change("zsk_lifetime", parse_seconds<day_s, key_lifetime_max_s>);
  fields.publish_cds = reader.optional("publish_cds", parse_boolean);
  fields.zonemd = reader.optional("zonemd", parse_boolean);
  return fields;
}

}  // namespace

Result<NewDnssecPolicy> parse_new_dnssec_policy(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NewDnssecPolicy> {
    auto name = reader.required("name", parse_view_name);
    auto fields = read_fields(reader);
    return name ? std::optional(NewDnssecPolicy{*std::move(name), std::move(fields)}) : std::nullopt;
  });
}

Result<DnssecPolicyRequest> parse_dnssec_policy_change(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) { return std::optional(read_fields(reader)); });
}

Result<std::string> parse_dnssec_default(std::string_view body) {
  return parse_body(body, "dnssec default",
                    [](ObjectReader& reader) { return reader.required("policy", parse_view_name); });
}

Result<ZoneSigningRequest> parse_zone_signing(std::string_view body) {
  return parse_body(body, "zone's dnssec", [](ObjectReader& reader) -> std::optional<ZoneSigningRequest> {
    ZoneSigningRequest request;
    request.policy = reader.optional("policy", parse_view_name).value_or(request.policy);
    auto keys = reader.optional("keys", parse_key_imports);
    if (keys) {
      request.keys = *std::move(keys);
    }
    return request;
  });
}

Result<DsReport> parse_ds_report(std::string_view body) {
  return parse_body(body, "DS report", [](ObjectReader& reader) -> std::optional<DsReport> {
    const auto at_parent = reader.required("at_parent", parse_boolean);
    const auto ttl = reader.optional("ttl", parse_seconds<0, 7 * day_s>);
    return at_parent ? std::optional(DsReport{*at_parent, ttl}) : std::nullopt;
  });
}

Result<bool> parse_roll_change(std::string_view body) {
  return parse_body(body, "roll", [](ObjectReader& reader) { return reader.required("paused", parse_boolean); });
}

Result<std::vector<std::string>> parse_foreign_dnskeys(std::string_view body) {
  return parse_body(body, "zone's foreign DNSKEYs",
                    [](ObjectReader& reader) { return reader.required("dnskeys", parse_dnskey_texts); });
}

Result<KeyRole> parse_roll(std::string_view body) {
  return parse_body(body, "roll", [](ObjectReader& reader) { return reader.required("role", parse_role); });
}

}  // namespace minidns::api
