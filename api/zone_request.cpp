#include "api/zone_request.hpp"

#include "api/body.hpp"
#include "api/field_parsers.hpp"
#include "api/json_text.hpp"
#include "api/tsig_key_request.hpp"
#include "api/vocabulary.hpp"
#include "dns/soa.hpp"

#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "zone";
constexpr std::size_t attribute_length_max = 50;
constexpr std::uint16_t dns_port = 53;

std::optional<ZoneType> parse_type(const Field& field) {
  return parse_word(field, zone_type_words);
}

/// Shown in the SOA as RNAME, so it must fit a name.
std::optional<std::string> parse_email(const Field& field) {
  auto email = parse_line(field, 1, email_length_max);
  if (!email) {
    return std::nullopt;
  }
  const auto rname = dns::rname_of_email(*email);
  return rname ? email : field.fail("not an e-mail address: " + rname.error().detail);
}

std::optional<SocketAddress> parse_master(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  const auto address = SocketAddress::parse(*text, dns_port);
  return address ? address : field.fail("not an IP address, or one with a port");
}

std::optional<std::vector<SocketAddress>> parse_masters(const Field& field) {
  return parse_list(field, zone_masters_max, parse_master);
}

std::optional<MastersKey> parse_masters_key(const Field& field) {
  ObjectReader reader(field.value(), field.path(), field.errors());
  auto name = reader.required("name", parse_key_name);
  const auto algorithm = reader.required("algorithm", parse_key_algorithm);
  auto secret = reader.required("secret", parse_key_secret);
  reader.finish("masters_tsig_key");
  if (!name || !algorithm || !secret) {
    return std::nullopt;
  }
  return MastersKey{std::move(name->name), *algorithm, std::move(*secret)};
}

std::optional<ZoneAttributes> parse_attributes(const Field& field) {
  const boost::json::object* object = field.value().if_object();
  if (object == nullptr) {
    return field.fail("not an object");
  }
  if (object->size() > zone_attributes_max) {
    return field.fail("has more than " + std::to_string(zone_attributes_max) + " keys");
  }
  ZoneAttributes attributes;
  for (const auto& [key, value] : *object) {
    const boost::json::value key_value(key);
    const auto name = parse_line(field.inside(key_value, std::string(key)), 1, attribute_length_max);
    const auto text = parse_line(field.inside(value, std::string(key)), 1, attribute_length_max);
    if (name && text) {
      attributes.emplace(*name, *text);
    }
  }
  return attributes;
}

std::optional<dns::Name> parse_zone_name(const Field& field) {
  auto name = parse_name(field);
  if (!name) {
    return std::nullopt;
  }
  if (name->is_root()) {
    return field.fail("the root can't be a zone here");
  }
  return name->is_wildcard() ? field.fail("a zone's name can't be a wildcard") : name;
}

/// What a zone's type asks of the other fields.
void check_type(ObjectReader& reader, ZoneType type, bool has_email, bool has_masters, bool has_key) {
  switch (type) {
    case ZoneType::primary:
      if (!has_email) {
        reader.fail("email", "'email' is a required property");
      }
      if (has_masters) {
        reader.fail("masters", "only a SECONDARY zone has masters");
      }
      if (has_key) {
        reader.fail("masters_tsig_key", "only a SECONDARY zone has masters");
      }
      return;
    case ZoneType::secondary:
      if (!has_masters) {
        reader.fail("masters", "a SECONDARY zone needs at least one");
      }
      return;
  }
}

}  // namespace

Result<NewZone> parse_new_zone(std::string_view body) {
  const auto value = parse_json(body);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  ObjectReader reader(*value, {}, errors);
  auto name = reader.required("name", parse_zone_name);
  const bool type_given = reader.has("type");
  const auto type = reader.optional("type", parse_type);
  const bool email_given = reader.has("email");
  auto email = reader.nullable("email", parse_email);
  auto description = reader.nullable("description", parse_description);
  const auto ttl = reader.nullable("ttl", parse_ttl);
  auto attributes = reader.nullable("attributes", parse_attributes);
  auto masters = reader.nullable("masters", parse_masters);
  auto masters_key = reader.nullable("masters_tsig_key", parse_masters_key);
  reader.finish(noun);
  if (errors.empty() && (type || !type_given)) {
    check_type(reader, type.value_or(ZoneType::primary), email_given && email, masters && !masters->empty(),
               masters_key.has_value());
  }
  if (!errors.empty()) {
    return problem_of(std::move(errors));
  }
  return NewZone{std::move(*name),
                 type.value_or(ZoneType::primary),
                 std::move(email).value_or(""),
                 std::move(description),
                 ttl,
                 std::move(attributes).value_or(ZoneAttributes{}),
                 std::move(masters).value_or(std::vector<SocketAddress>{}),
                 std::move(masters_key)};
}

Result<ZoneChange> parse_zone_change(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<ZoneChange> {
    ZoneChange change;
    change.email = reader.optional("email", parse_email);
    change.ttl = reader.optional("ttl", parse_ttl);
    change.description = reader.change("description", parse_description);
    change.masters = reader.optional("masters", parse_masters);
    change.masters_key = reader.change("masters_tsig_key", parse_masters_key);
    change.name = reader.optional("name", parse_zone_name);
    change.type = reader.optional("type", parse_type);
    change.attributes = reader.optional("attributes", parse_attributes);
    return change;
  });
}

}  // namespace minidns::api
