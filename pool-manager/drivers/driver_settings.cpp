#include "pool-manager/drivers/driver_settings.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace minidns::pool {
namespace {

namespace json = boost::json;
namespace ip = boost::asio::ip;

constexpr std::uint16_t http_port = 80;

/// A JSON object of settings. Getters note the first thing that is wrong.
class Reader {
 public:
  explicit Reader(std::string_view text) {
    boost::system::error_code error;
    value_ = json::parse(text, error);
    if (error || !value_.is_object()) {
      fail("settings are no JSON object");
    }
  }

  [[nodiscard]] std::optional<std::string> string(std::string_view key) {
    const json::value* const value = find(key);
    if (value == nullptr) {
      return std::nullopt;
    }
    if (!value->is_string()) {
      fail(std::string(key) + " is no string");
      return std::nullopt;
    }
    return std::string(value->as_string());
  }

  [[nodiscard]] std::uint16_t port(std::string_view key, std::uint16_t fallback) {
    const json::value* const value = find(key);
    if (value == nullptr) {
      return fallback;
    }
    boost::system::error_code error;
    const auto number = value->to_number<std::uint16_t>(error);
    if (error || number == 0) {
      fail(std::string(key) + " is no port");
    }
    return number;
  }

  void fail(std::string detail) {
    if (!error_) {
      error_ = SettingsError{std::move(detail)};
    }
  }
  [[nodiscard]] const std::optional<SettingsError>& error() const { return error_; }

 private:
  [[nodiscard]] const json::value* find(std::string_view key) const {
    const json::object* const object = value_.if_object();
    const json::value* const value = object == nullptr ? nullptr : object->if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  json::value value_;
  std::optional<SettingsError> error_;
};

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0 ? std::optional(port) : std::nullopt;
}

/// `http://192.0.2.1:8053`, `http://[2001:db8::1]:8053`, with or without a slash at the end.
std::optional<ip::tcp::endpoint> endpoint_of_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) {
    return std::nullopt;
  }
  url.remove_prefix(scheme.size());
  if (url.ends_with('/')) {
    url.remove_suffix(1);
  }
  const bool is_bracketed = url.starts_with('[');
  const std::size_t host_end = is_bracketed ? url.find(']') : std::min(url.find(':'), url.size());
  if (host_end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string host(is_bracketed ? url.substr(1, host_end - 1) : url.substr(0, host_end));
  const std::string_view rest = url.substr(host_end + (is_bracketed ? 1 : 0));
  boost::system::error_code error;
  const auto address = ip::make_address(host, error);
  const auto port = rest.empty()            ? std::optional(http_port)
                    : rest.starts_with(':') ? port_of(rest.substr(1))
                                            : std::nullopt;
  return error || !port ? std::nullopt : std::optional(ip::tcp::endpoint(address, *port));
}

ip::address control_address(Reader& reader, const ip::address& own) {
  const auto text = reader.string("control_address");
  if (!text) {
    return own;
  }
  boost::system::error_code error;
  const auto address = ip::make_address(*text, error);
  if (error) {
    reader.fail("control_address is no IP address");
  }
  return address;
}

tsig::Algorithm control_algorithm(Reader& reader) {
  const auto text = reader.string("control_algorithm");
  const auto algorithm = text ? tsig::algorithm_from_text(*text) : tsig::Algorithm::hmac_sha256;
  if (!algorithm) {
    reader.fail("control_algorithm is unknown");
  }
  return algorithm.value_or(tsig::Algorithm::hmac_sha256);
}

std::optional<ip::tcp::endpoint> url(Reader& reader, std::string_view key) {
  const auto text = reader.string(key);
  if (!text) {
    return std::nullopt;
  }
  const auto endpoint = endpoint_of_url(*text);
  if (!endpoint) {
    reader.fail(std::string(key) + " is no http URL with an IP address");
  }
  return endpoint;
}

}  // namespace

Result<StoredBindSettings, SettingsError> read_bind_settings(std::string_view json_text, const ip::address& own,
                                                             Secret control_key) {
  Reader reader(json_text);
  const ip::tcp::endpoint control(control_address(reader, own), reader.port("control_port", 953));
  const auto statistics = url(reader, "statistics_url");
  BindSettings settings{
      .control = control,
      .control_key = RndcKey{.algorithm = control_algorithm(reader), .secret = std::move(control_key)},
      .statistics = statistics.value_or(ip::tcp::endpoint())};
  settings.view = reader.string("view").value_or(settings.view);
  settings.zone_folder = reader.string("zone_folder").value_or(settings.zone_folder);
  if (!is_bind_view(settings.view)) {
    reader.fail("view may have letters, digits and -_. only");
  }
  if (!is_bind_folder(settings.zone_folder)) {
    reader.fail("zone_folder may not have quotes, backslashes and control characters");
  }
  if (reader.error()) {
    return *reader.error();
  }
  return StoredBindSettings{std::move(settings), statistics.has_value()};
}

Result<StoredCatalogSettings, SettingsError> read_catalog_settings(std::string_view json_text) {
  Reader reader(json_text);
  const auto family = reader.string("family");
  if (family != "bind" && family != "knot") {
    reader.fail("family is neither bind nor knot");
  }
  StoredCatalogSettings settings{
      .family = family == "bind" ? storage::CatalogFamily::bind : storage::CatalogFamily::knot,
      .statistics = url(reader, "statistics_url"),
      .view = reader.string("view").value_or("_default")};
  if (!is_bind_view(settings.view)) {
    reader.fail("view may have letters, digits and -_. only");
  }
  if (reader.error()) {
    return *reader.error();
  }
  return settings;
}

Result<PowerdnsSettings, SettingsError> read_powerdns_settings(std::string_view json_text, Secret api_key) {
  Reader reader(json_text);
  const auto api = url(reader, "api_url");
  if (!api) {
    reader.fail("api_url is missing");
  }
  if (!is_http_field_value(api_key.reveal())) {
    reader.fail("the API key may have printable ASCII characters only, and at least one");
  }
  PowerdnsSettings settings{.api = api.value_or(ip::tcp::endpoint()), .api_key = std::move(api_key)};
  settings.server_id = reader.string("server_id").value_or(settings.server_id);
  if (reader.error()) {
    return *reader.error();
  }
  return settings;
}

Result<NsdSettings, SettingsError> read_nsd_settings(std::string_view json_text, const ip::address& own,
                                                     const Secret& pem) {
  constexpr std::uint16_t nsd_control_port = 8952;
  Reader reader(json_text);
  const ip::tcp::endpoint control(control_address(reader, own), reader.port("control_port", nsd_control_port));
  std::string pattern = reader.string("pattern").value_or("");
  if (!is_nsd_pattern(pattern)) {
    reader.fail("pattern has 1 to 100 printable characters without spaces");
  }
  auto credentials = NsdCredentials::read(pem);
  if (!credentials) {
    reader.fail(credentials.error().detail);
  }
  if (reader.error()) {
    return *reader.error();
  }
  return NsdSettings{.control = control, .credentials = std::move(*credentials), .pattern = std::move(pattern)};
}

Result<KnotSettings, SettingsError> read_knot_settings(std::string_view json_text) {
  Reader reader(json_text);
  KnotSettings settings{.control_socket = reader.string("control_socket").value_or("/run/knot/knot.sock")};
  settings.zone_template = reader.string("template").value_or(settings.zone_template);
  settings.acl = reader.string("acl").value_or(settings.acl);
  if (!is_knot_setting(settings.control_socket) || !settings.control_socket.starts_with('/')) {
    reader.fail("control_socket is no absolute path of at most 100 printable characters");
  }
  if (!is_knot_setting(settings.zone_template) || (!settings.acl.empty() && !is_knot_setting(settings.acl))) {
    reader.fail("template and acl may have at most 100 printable characters");
  }
  if (reader.error()) {
    return *reader.error();
  }
  return settings;
}

}  // namespace minidns::pool
