#include "pool-manager/sync/configuration.hpp"

#include "base/bytes.hpp"
#include "pool-manager/drivers/bind.hpp"
#include "pool-manager/drivers/knot.hpp"
#include "pool-manager/drivers/nsd.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace minidns::pool::sync {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, ConfigurationKind>, 8> kinds{{
    {"bind", ConfigurationKind::bind},
    {"bind-nzf", ConfigurationKind::bind_nzf},
    {"bind-catalog", ConfigurationKind::bind_catalog},
    {"powerdns", ConfigurationKind::powerdns},
    {"powerdns-mysql", ConfigurationKind::powerdns_mysql},
    {"knot", ConfigurationKind::knot},
    {"knot-catalog", ConfigurationKind::knot_catalog},
    {"nsd", ConfigurationKind::nsd},
}};

template <class T>
using SourceResult = Result<T, ConfigurationError>;

/// A member of the driver's settings that is a string, or `fallback`.
std::string string_setting(const json::value& settings, std::string_view key, std::string fallback) {
  const json::object* const object = settings.if_object();
  const json::value* const value = object == nullptr ? nullptr : object->if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::move(fallback);
}

SourceResult<ConfiguredKey> configured_key(const storage::SealedKey& sealed, const SecretStore* secrets) {
  ConfiguredKey key{sealed.name.lowercased(), sealed.algorithm, std::nullopt};
  if (secrets == nullptr) {
    return key;
  }
  const auto secret = secrets->open(sealed.secret_sealed, "tsig-key:" + sealed.id.to_string());
  if (!secret) {
    return ConfigurationError{"key " + sealed.name.to_text() + " can't be opened: " + secret.error().detail};
  }
  key.secret = to_base64(secret->reveal());
  return key;
}

SourceResult<Upstream> upstream_of(const storage::NameserverSettings& settings) {
  if (settings.primaries.empty()) {
    return ConfigurationError{"the pool has no primaries"};
  }
  Upstream upstream{{}, settings.transfer_key->name.lowercased()};
  for (const storage::PrimaryAddress& primary : settings.primaries) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(primary.address, error);
    if (error) {
      return ConfigurationError{"a primary of the pool is no IP address: " + primary.address};
    }
    upstream.primaries.push_back({address, primary.port});
  }
  return upstream;
}

std::optional<storage::CatalogFamily> family_of(ConfigurationKind kind) {
  switch (kind) {
    case ConfigurationKind::bind_catalog:
      return storage::CatalogFamily::bind;
    case ConfigurationKind::knot_catalog:
      return storage::CatalogFamily::knot;
    case ConfigurationKind::bind:
    case ConfigurationKind::bind_nzf:
    case ConfigurationKind::powerdns:
    case ConfigurationKind::powerdns_mysql:
    case ConfigurationKind::knot:
    case ConfigurationKind::nsd:
      break;
  }
  return std::nullopt;
}

/// The driver's settings, checked as the drivers do, since they go into files.
std::optional<ConfigurationError> read_driver_settings(const std::string& text, ConfigurationSource& source) {
  boost::system::error_code error;
  const json::value settings = json::parse(text, error);
  if (error) {
    return ConfigurationError{"the nameserver's settings are no JSON"};
  }
  source.bind_view = string_setting(settings, "view", source.bind_view);
  source.bind_zone_folder = string_setting(settings, "zone_folder", source.bind_zone_folder);
  source.knot_template = string_setting(settings, "template", source.knot_template);
  source.knot_acl = string_setting(settings, "acl", source.knot_acl);
  source.nsd_pattern = string_setting(settings, "pattern", source.nsd_pattern);
  if (!is_bind_view(source.bind_view) || !is_bind_folder(source.bind_zone_folder) ||
      !is_knot_setting(source.knot_template) || (!source.knot_acl.empty() && !is_knot_setting(source.knot_acl)) ||
      !is_nsd_pattern(source.nsd_pattern)) {
    return ConfigurationError{"the nameserver's settings hold a view, folder, template, acl or pattern that isn't one"};
  }
  if (!source.bind_zone_folder.empty() && !source.bind_zone_folder.ends_with('/')) {
    source.bind_zone_folder += '/';
  }
  return std::nullopt;
}

}  // namespace

std::optional<ConfigurationKind> configuration_kind_from_text(std::string_view text) {
  const auto found = std::ranges::find(kinds, text, [](const auto& kind) { return kind.first; });
  return found == kinds.end() ? std::nullopt : std::optional(found->second);
}

std::string configuration_kinds_text() {
  std::string text;
  for (const auto& kind : kinds) {
    text += (text.empty() ? "" : ", ") + std::string(kind.first);
  }
  return text;
}

std::optional<ConfigurationKind> configuration_kind_for(const storage::NameserverSettings& settings) {
  switch (settings.driver) {
    case storage::DriverKind::bind:
      return ConfigurationKind::bind_nzf;
    case storage::DriverKind::powerdns:
      return ConfigurationKind::powerdns;
    case storage::DriverKind::knot:
      return ConfigurationKind::knot;
    case storage::DriverKind::nsd:
      return ConfigurationKind::nsd;
    case storage::DriverKind::catalog: {
      boost::system::error_code error;
      const json::value stored = json::parse(settings.driver_settings, error);
      const bool is_knot = !error && string_setting(stored, "family", "bind") == "knot";
      return is_knot ? ConfigurationKind::knot_catalog : ConfigurationKind::bind_catalog;
    }
    case storage::DriverKind::none:
      break;
  }
  return std::nullopt;
}

bool is_catalog_kind(ConfigurationKind kind) {
  return family_of(kind).has_value();
}

Result<ConfigurationSource, ConfigurationError> configuration_source(const storage::NameserverSettings& settings,
                                                                     ConfigurationKind kind,
                                                                     const SecretStore* secrets) {
  if (!settings.transfer_key) {
    return ConfigurationError{"the nameserver has no transfer key"};
  }
  auto key = configured_key(*settings.transfer_key, secrets);
  if (!key) {
    return key.error();
  }
  auto upstream = upstream_of(settings);
  if (!upstream) {
    return upstream.error();
  }
  ConfigurationSource source{.nameserver = settings.name,
                             .address = settings.address,
                             .port = settings.port,
                             .upstream = std::move(*upstream),
                             .transfer_key = std::move(*key),
                             .notify_key = std::nullopt,
                             .catalog = std::nullopt};
  if (settings.notify_key && settings.notify_key->name != settings.transfer_key->name) {
    auto notify = configured_key(*settings.notify_key, secrets);
    if (!notify) {
      return notify.error();
    }
    source.notify_key = std::move(*notify);
  }
  if (auto error = read_driver_settings(settings.driver_settings, source)) {
    return *std::move(error);
  }
  if (const auto family = family_of(kind)) {
    const auto catalog = std::ranges::find(settings.catalogs, *family, &storage::PoolCatalog::family);
    if (catalog == settings.catalogs.end()) {
      return ConfigurationError{"the pool has no catalog of this family: give it one by REST (`catalogs` of a pool)"};
    }
    source.catalog = catalog->name;
  }
  return source;
}

std::unique_ptr<ConfigurationWriter> make_configuration_writer(ConfigurationKind kind,
                                                               const ConfigurationSource& source, OutputFiles& out) {
  switch (kind) {
    case ConfigurationKind::bind:
    case ConfigurationKind::bind_nzf:
    case ConfigurationKind::bind_catalog:
      return make_bind_writer(kind, source, out);
    case ConfigurationKind::powerdns:
    case ConfigurationKind::powerdns_mysql:
      return make_powerdns_writer(kind, source, out);
    case ConfigurationKind::knot:
    case ConfigurationKind::knot_catalog:
      return make_knot_writer(kind, source, out);
    case ConfigurationKind::nsd:
      return make_nsd_writer(source, out);
  }
  return nullptr;
}

}  // namespace minidns::pool::sync
