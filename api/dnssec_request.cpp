#include "api/dnssec_request.hpp"

#include "api/field_parsers.hpp"
#include "api/json_text.hpp"
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
  return fields;
}

}  // namespace

Result<NewDnssecPolicy> parse_new_dnssec_policy(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  auto name = reader.required("name", parse_view_name);
  auto fields = read_fields(reader);
  reader.finish(noun);
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return NewDnssecPolicy{*std::move(name), std::move(fields)};
}

Result<DnssecPolicyRequest> parse_dnssec_policy_change(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  auto fields = read_fields(reader);
  reader.finish(noun);
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return fields;
}

Result<ZoneSigningRequest> parse_zone_signing(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  ZoneSigningRequest request;
  request.policy = reader.optional("policy", parse_view_name).value_or(request.policy);
  auto keys = reader.optional("keys", parse_key_imports);
  reader.finish("zone's dnssec");
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  if (keys) {
    request.keys = *std::move(keys);
  }
  return request;
}

Result<bool> parse_ds_report(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  const auto at_parent = reader.required("at_parent", parse_boolean);
  reader.finish("DS report");
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return *at_parent;
}

Result<KeyRole> parse_roll(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  const auto role = reader.required("role", parse_role);
  reader.finish("roll");
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return *role;
}

}  // namespace minidns::api
