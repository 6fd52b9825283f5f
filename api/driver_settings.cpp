#include "api/driver_settings.hpp"

#include "api/field_parsers.hpp"
#include "api/json_text.hpp"
#include "api/vocabulary.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace minidns::api {
namespace {

namespace json = boost::json;

std::optional<std::string> parse_setting(const Field& field) {
  return parse_line(field, 1, setting_length_max);
}

std::optional<tsig::Algorithm> parse_control_algorithm(const Field& field) {
  return parse_word(field, control_algorithm_words);
}

BindSettings parse_bind(ObjectReader& reader) {
  BindSettings settings;
  settings.control_address = reader.nullable("control_address", parse_ip_address);
  settings.control_port = reader.optional("control_port", parse_port).value_or(settings.control_port);
  settings.control_algorithm =
      reader.optional("control_algorithm", parse_control_algorithm).value_or(settings.control_algorithm);
  settings.statistics = reader.nullable("statistics_url", parse_http_url);
  settings.view = reader.nullable("view", parse_setting);
  settings.zone_folder = reader.nullable("zone_folder", parse_setting);
  return settings;
}

std::optional<PowerdnsSettings> parse_powerdns(ObjectReader& reader) {
  const auto api = reader.required("api_url", parse_http_url);
  auto server_id = reader.optional("server_id", parse_setting);
  if (!api) {
    return std::nullopt;
  }
  PowerdnsSettings settings{*api};
  if (server_id) {
    settings.server_id = std::move(*server_id);
  }
  return settings;
}

/// What configuration files and commands take without quotes.
std::optional<std::string> parse_config_word(const Field& field) {
  auto text = parse_line(field, 1, config_word_length_max);
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7f'; };
  if (text && !std::ranges::all_of(*text, is_plain)) {
    return field.fail("printable ASCII characters without spaces only");
  }
  return text;
}

std::optional<std::string> parse_socket_path(const Field& field) {
  auto path = parse_config_word(field);
  if (path && !path->starts_with('/')) {
    return field.fail("not an absolute path");
  }
  return path;
}

KnotSettings parse_knot(ObjectReader& reader) {
  KnotSettings settings;
  settings.control_socket = reader.optional("control_socket", parse_socket_path).value_or(settings.control_socket);
  settings.zone_template = reader.optional("template", parse_config_word).value_or(settings.zone_template);
  settings.acl = reader.nullable("acl", parse_config_word);
  return settings;
}

std::optional<NsdSettings> parse_nsd(ObjectReader& reader) {
  auto pattern = reader.required("pattern", parse_config_word);
  const auto control_address = reader.nullable("control_address", parse_ip_address);
  const auto control_port = reader.optional("control_port", parse_port);
  if (!pattern) {
    return std::nullopt;
  }
  NsdSettings settings{std::move(*pattern), control_address};
  settings.control_port = control_port.value_or(settings.control_port);
  return settings;
}

std::optional<CatalogFamily> parse_family(const Field& field) {
  return parse_word(field, catalog_family_words);
}

std::optional<CatalogSettings> parse_catalog(ObjectReader& reader) {
  const auto family = reader.required("family", parse_family);
  const auto statistics = reader.nullable("statistics_url", parse_http_url);
  auto view = reader.nullable("view", parse_setting);
  if (!family) {
    return std::nullopt;
  }
  if (*family != CatalogFamily::bind && (statistics || view)) {
    reader.fail(statistics ? "statistics_url" : "view", "only BIND has it");
    return std::nullopt;
  }
  return CatalogSettings{*family, statistics, std::move(view)};
}

std::string http_url(const SocketAddress& address) {
  return "http://" + address.to_text();
}

/// One form per kind of settings.
struct ToJson {
  json::object operator()(const NoSettings& /*settings*/) const { return {}; }

  json::object operator()(const BindSettings& settings) const {
    json::object object;
    if (settings.control_address) {
      object["control_address"] = settings.control_address->text();
    }
    object["control_port"] = settings.control_port;
    object["control_algorithm"] = control_algorithm_words.word_of(settings.control_algorithm);
    if (settings.statistics) {
      object["statistics_url"] = http_url(*settings.statistics);
    }
    if (settings.view) {
      object["view"] = *settings.view;
    }
    if (settings.zone_folder) {
      object["zone_folder"] = *settings.zone_folder;
    }
    return object;
  }

  json::object operator()(const PowerdnsSettings& settings) const {
    return {{"api_url", http_url(settings.api)}, {"server_id", settings.server_id}};
  }

  json::object operator()(const KnotSettings& settings) const {
    json::object object{{"control_socket", settings.control_socket}, {"template", settings.zone_template}};
    if (settings.acl) {
      object["acl"] = *settings.acl;
    }
    return object;
  }

  json::object operator()(const NsdSettings& settings) const {
    json::object object{{"pattern", settings.pattern}, {"control_port", settings.control_port}};
    if (settings.control_address) {
      object["control_address"] = settings.control_address->text();
    }
    return object;
  }

  json::object operator()(const CatalogSettings& settings) const {
    json::object object{{"family", to_text(settings.family)}};
    if (settings.statistics) {
      object["statistics_url"] = http_url(*settings.statistics);
    }
    if (settings.view) {
      object["view"] = *settings.view;
    }
    return object;
  }
};

struct ToDriver {
  Driver operator()(const NoSettings& /*settings*/) const { return Driver::none; }
  Driver operator()(const BindSettings& /*settings*/) const { return Driver::bind; }
  Driver operator()(const PowerdnsSettings& /*settings*/) const { return Driver::powerdns; }
  Driver operator()(const KnotSettings& /*settings*/) const { return Driver::knot; }
  Driver operator()(const NsdSettings& /*settings*/) const { return Driver::nsd; }
  Driver operator()(const CatalogSettings& /*settings*/) const { return Driver::catalog; }
};

}  // namespace

std::optional<DriverSettings> parse_driver_settings(const Field& field, Driver driver) {
  ObjectReader reader(field.value(), field.path(), field.errors());
  std::optional<DriverSettings> settings;
  switch (driver) {
    case Driver::bind:
      settings = parse_bind(reader);
      break;
    case Driver::powerdns:
      settings = parse_powerdns(reader);
      break;
    case Driver::knot:
      settings = parse_knot(reader);
      break;
    case Driver::nsd:
      settings = parse_nsd(reader);
      break;
    case Driver::catalog:
      settings = parse_catalog(reader);
      break;
    case Driver::none:
      settings = NoSettings{};
      break;
  }
  reader.finish("settings of driver " + std::string(to_text(driver)));
  return settings;
}

json::object to_json(const DriverSettings& settings) {
  return std::visit(ToJson{}, settings);
}

Driver driver_of(const DriverSettings& settings) {
  return std::visit(ToDriver{}, settings);
}

std::string to_json_text(const DriverSettings& settings) {
  return json::serialize(to_json(settings));
}

Result<DriverSettings> driver_settings_from_json(Driver driver, std::string_view text) {
  const auto value = parse_json(text);
  if (!value) {
    return value.error();
  }
  FieldErrors errors;
  auto settings = parse_driver_settings(Field(*value, {"settings"}, errors), driver);
  if (!errors.empty() || !settings) {
    return problem_of(std::move(errors));
  }
  return std::move(*settings);
}

}  // namespace minidns::api
