#include "api/nameserver_request.hpp"

#include "api/body.hpp"
#include "api/driver_settings.hpp"
#include "api/field_parsers.hpp"
#include "api/vocabulary.hpp"
#include "base/bytes.hpp"

#include <limits>
#include <utility>

namespace minidns::api {
namespace {

constexpr std::string_view noun = "nameserver";

std::optional<std::string> parse_nameserver_name(const Field& field) {
  return parse_line(field, 1, nameserver_name_length_max);
}

std::optional<Driver> parse_driver(const Field& field) {
  return parse_word(field, driver_words);
}

std::optional<NameserverState> parse_state(const Field& field) {
  return parse_word(field, nameserver_state_words);
}

/// Any number that can be told apart from others.
std::optional<std::int64_t> parse_zone_count(const Field& field) {
  return parse_integer(field, 1, std::numeric_limits<std::int32_t>::max());
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

/// Only its shape; the pool manager reads it, and says what else is wrong.
std::optional<Secret> parse_pem(const Field& field) {
  const auto text = parse_string(field);
  if (!text) {
    return std::nullopt;
  }
  if (text->size() > nameserver_pem_octets_max) {
    return field.fail("longer than " + std::to_string(nameserver_pem_octets_max) + " octets");
  }
  if (count_of(*text, "PRIVATE KEY-----\n") != 2 || count_of(*text, "-----BEGIN CERTIFICATE-----\n") < 2) {
    return field.fail("not the PEM text of a private key, its certificate and NSD's certificate");
  }
  const ByteView octets = as_bytes(*text);
  return Secret(Bytes(octets.begin(), octets.end()));
}

/// An rndc key comes as named.conf has it, in base64; an API key is text that is sent as it is.
std::optional<Secret> parse_secret(const Field& field, Driver driver) {
  if (driver == Driver::nsd) {
    return parse_pem(field);
  }
  const auto text = parse_line(field, 1, nameserver_secret_octets_max);
  if (!text) {
    return std::nullopt;
  }
  switch (driver) {
    case Driver::bind: {
      auto octets = from_base64(*text);
      return octets ? std::optional(Secret(std::move(*octets))) : field.fail("not base64 with padding");
    }
    case Driver::powerdns: {
      const ByteView octets = as_bytes(*text);
      return Secret(Bytes(octets.begin(), octets.end()));
    }
    case Driver::nsd:  // above
    case Driver::knot:
    case Driver::catalog:
    case Driver::none:
      return field.fail("the driver needs none");
  }
  return std::nullopt;
}

/// Reads what depends on the driver. Without a driver nothing can be said about the rest.
struct DriverFields {
  std::optional<DriverSettings> settings;
  std::optional<Secret> secret;
};

DriverFields parse_driver_fields(ObjectReader& reader, std::optional<Driver> driver) {
  DriverFields fields;
  fields.settings = reader.optional("settings", [driver](const Field& field) {
    return driver ? parse_driver_settings(field, *driver) : std::optional<DriverSettings>();
  });
  fields.secret = reader.optional("secret", [driver](const Field& field) {
    return driver ? parse_secret(field, *driver) : std::optional<Secret>();
  });
  return fields;
}

/// What a nameserver has whose request says nothing of settings.
std::optional<DriverSettings> default_settings(Driver driver) {
  switch (driver) {
    case Driver::bind:
      return BindSettings{};
    case Driver::knot:
      return KnotSettings{};
    case Driver::powerdns:
    case Driver::nsd:
    case Driver::catalog:
      return std::nullopt;  // nobody can guess the API's URL, the pattern or the family
    case Driver::none:
      return NoSettings{};
  }
  return std::nullopt;
}

bool needs_secret(Driver driver) {
  return driver == Driver::bind || driver == Driver::powerdns || driver == Driver::nsd;
}

}  // namespace

Result<NewNameserver> parse_new_nameserver(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NewNameserver> {
    const auto pool_id = reader.required("pool_id", parse_id<PoolId>);
    auto name = reader.required("name", parse_nameserver_name);
    const auto driver = reader.required("driver", parse_driver);
    const auto address = reader.required("address", parse_ip_address);
    const auto port = reader.optional("port", parse_port);
    const auto state = reader.optional("state", parse_state);
    const auto enters_service = reader.optional("enters_service", parse_boolean);
    const auto force = reader.optional("force", parse_boolean);
    auto view = reader.optional("view", parse_view_name);
    const auto transfer_key_id = reader.nullable("transfer_key_id", parse_id<TsigKeyId>);
    const auto notify_key_id = reader.nullable("notify_key_id", parse_id<TsigKeyId>);
    const auto allow_unsigned_soa = reader.optional("allow_unsigned_soa", parse_boolean);
    DriverFields fields = parse_driver_fields(reader, driver);
    if (driver && !reader.has("settings")) {
      fields.settings = default_settings(*driver);
      if (!fields.settings) {
        reader.fail("settings", "'settings' is a required property of this driver");
      }
    }
    if (driver && needs_secret(*driver) && !reader.has("secret")) {
      reader.fail("secret", "'secret' is a required property of this driver");
    }
    if (!pool_id || !name || !driver || !address || !fields.settings) {
      return std::nullopt;
    }
    NewNameserver nameserver{*pool_id, std::move(*name), *address};
    nameserver.port = port.value_or(nameserver.port);
    nameserver.state = state.value_or(nameserver.state);
    nameserver.enters_service = enters_service;
    nameserver.force = force.value_or(false);
    nameserver.view = std::move(view);
    nameserver.transfer_key_id = transfer_key_id;
    nameserver.notify_key_id = notify_key_id;
    nameserver.allow_unsigned_soa = allow_unsigned_soa.value_or(nameserver.allow_unsigned_soa);
    nameserver.settings = std::move(*fields.settings);
    nameserver.secret = std::move(fields.secret);
    return nameserver;
  });
}

Result<NameserverChange> parse_nameserver_change(std::string_view body) {
  return parse_body(body, noun, [](ObjectReader& reader) -> std::optional<NameserverChange> {
    NameserverChange change;
    change.name = reader.optional("name", parse_nameserver_name);
    change.address = reader.optional("address", parse_ip_address);
    change.port = reader.optional("port", parse_port);
    change.state = reader.optional("state", parse_state);
    change.enters_service = reader.optional("enters_service", parse_boolean);
    change.force = reader.optional("force", parse_boolean).value_or(false);
    change.view = reader.optional("view", parse_view_name);
    change.transfer_key_id = reader.change("transfer_key_id", parse_id<TsigKeyId>);
    change.notify_key_id = reader.change("notify_key_id", parse_id<TsigKeyId>);
    change.allow_unsigned_soa = reader.optional("allow_unsigned_soa", parse_boolean);
    change.pool_id = reader.optional("pool_id", parse_id<PoolId>);
    change.driver = reader.optional("driver", parse_driver);
    DriverFields fields = parse_driver_fields(reader, change.driver);
    change.settings = std::move(fields.settings);
    change.secret = std::move(fields.secret);
    if (!reader.has("driver") && (reader.has("settings") || reader.has("secret"))) {
      reader.fail("driver", "must be given beside 'settings' and 'secret', whose form it decides");
    }
    return change;
  });
}

Result<std::int64_t> parse_deletion_confirmation(std::string_view body) {
  return parse_body(body, "confirmation", [](ObjectReader& reader) -> std::optional<std::int64_t> {
    return reader.required("zones", parse_zone_count);
  });
}

}  // namespace minidns::api
