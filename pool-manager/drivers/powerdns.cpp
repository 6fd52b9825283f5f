#include "pool-manager/drivers/powerdns.hpp"

#include "pool-manager/drivers/one_by_one.hpp"
#include "pool-manager/drivers/powerdns_json.hpp"
#include "pool-manager/drivers/zone_list.hpp"

#include <memory>
#include <utility>

namespace minidns::pool {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-';
}

/// A key that isn't there is no zone that isn't there.
DriverResult<void> about_keys(DriverResult<void> result) {
  if (!result && result.error().code == DriverErrc::no_such_zone) {
    return DriverError{DriverErrc::rejected, "PowerDNS has no such TSIG key"};
  }
  return result;
}

}  // namespace

std::string powerdns_zone_id(const dns::Name& zone) {
  const std::string text = zone.to_text();
  if (text == ".") {
    return "=2E";  // the one name whose dots are not kept
  }
  std::string id;
  for (const char c : text) {
    if (is_plain(c)) {
      id += c;
    } else {
      const auto octet = static_cast<std::uint8_t>(c);
      id += {'=', hex_digits[octet >> 4], hex_digits[octet & 15]};
    }
  }
  return id;
}

PowerdnsDriver::PowerdnsDriver(const boost::asio::any_io_executor& executor, PowerdnsSettings settings)
    : prefix_("/api/v1/servers/" + percent_encoded(settings.server_id)),
      http_(executor, settings.api, HttpCredential{"X-API-Key", settings.api_key}, settings.limits),
      list_http_(executor, settings.api, HttpCredential{"X-API-Key", std::move(settings.api_key)}, settings.limits) {}

boost::asio::awaitable<ZoneResults> PowerdnsDriver::add_zones(std::vector<dns::Name> zones, Upstream upstream) {
  const DriverResult<void> key = co_await require_key(upstream.key);
  if (!key) {
    co_return ZoneResults(zones.size(), key.error());
  }
  const ZoneAction add = [this, &upstream](dns::Name zone) { return add_zone(std::move(zone), upstream); };
  co_return co_await one_by_one(std::move(zones), add, permit());
}

boost::asio::awaitable<ZoneResults> PowerdnsDriver::change_zones(std::vector<dns::Name> zones, Upstream upstream) {
  const DriverResult<void> key = co_await require_key(upstream.key);
  if (!key) {
    co_return ZoneResults(zones.size(), key.error());
  }
  const ZoneAction change = [this, &upstream](dns::Name zone) { return change_zone(std::move(zone), upstream); };
  co_return co_await one_by_one(std::move(zones), change, permit());
}

boost::asio::awaitable<ZoneResults> PowerdnsDriver::remove_zones(std::vector<dns::Name> zones) {
  const ZoneAction remove = [this](const dns::Name& zone) { return run(HttpMethod::del, zone_target(zone)); };
  co_return co_await one_by_one(std::move(zones), remove, permit());
}

DriverTask<std::vector<ListedZone>> PowerdnsDriver::list_zones() {
  const auto parser = std::make_shared<ZoneListParser>(ZoneListFormat{ZoneListFormat::Kind::powerdns, {}});
  const HttpSink sink = [parser](std::string_view piece) { return parser->add(piece); };
  // Without `dnssec=false` PowerDNS reads every zone's keys: ten times slower.
  const DriverResult<HttpResponse> response = co_await list_http_.stream(prefix_ + "/zones?dnssec=false", sink);
  if (!response) {
    co_return response.error();
  }
  const DriverResult<void> result = powerdns_result(*response);
  if (!result) {
    co_return result.error();
  }
  co_return std::move(*parser).finish();
}

DriverTask<void> PowerdnsDriver::fetch(dns::Name /*zone*/) {
  co_return DriverError{DriverErrc::unsupported, "PowerDNS compares serials only when it gets a NOTIFY"};
}

DriverTask<void> PowerdnsDriver::force(dns::Name zone) {
  co_return co_await run(HttpMethod::put, zone_target(zone) + "/axfr-retrieve");
}

DriverTask<void> PowerdnsDriver::ensure_key(tsig::Key key) {
  const std::string target = key_target(key.name);
  const DriverResult<HttpResponse> present = co_await http_.request(HttpMethod::get, target);
  if (!present) {
    co_return present.error();
  }
  const DriverResult<void> found = powerdns_result(*present);
  if (!found && found.error().code == DriverErrc::no_such_zone) {
    co_return about_keys(co_await run(HttpMethod::post, prefix_ + "/tsigkeys", powerdns_key_json(key)));
  }
  if (!found || powerdns_is_key(present->body, key)) {
    co_return found;
  }
  if (powerdns_has_algorithm(present->body, key.algorithm)) {
    co_return about_keys(co_await run(HttpMethod::put, target, powerdns_key_json(key)));
  }
  // PUT with another algorithm leaves the old key beside the new one (4.7).
  const DriverResult<void> removed = about_keys(co_await run(HttpMethod::del, target));
  if (!removed) {
    co_return removed;
  }
  co_return about_keys(co_await run(HttpMethod::post, prefix_ + "/tsigkeys", powerdns_key_json(key)));
}

DriverTask<void> PowerdnsDriver::ping() {
  co_return co_await run(HttpMethod::get, prefix_);
}

/// A zone with a key that isn't there is refused, but made all the same (4.7); so this is asked first.
DriverTask<void> PowerdnsDriver::require_key(dns::Name key) {
  co_return about_keys(co_await run(HttpMethod::get, key_target(key)));
}

std::string PowerdnsDriver::key_target(const dns::Name& key) const {
  return prefix_ + "/tsigkeys/" + powerdns_zone_id(key.lowercased());
}

std::string PowerdnsDriver::zone_target(const dns::Name& zone) const {
  return prefix_ + "/zones/" + powerdns_zone_id(zone);
}

DriverTask<void> PowerdnsDriver::add_zone(dns::Name zone, Upstream upstream) {
  const DriverResult<void> added =
      co_await run(HttpMethod::post, prefix_ + "/zones", powerdns_new_zone_json(zone, upstream));
  if (!added) {
    co_return added;
  }
  // It may have cached that the zone isn't there, for up to a minute.
  co_return co_await run(HttpMethod::put, prefix_ + "/cache/flush?domain=" + percent_encoded(zone.to_text()));
}

DriverTask<void> PowerdnsDriver::change_zone(dns::Name zone, Upstream upstream) {
  const DriverResult<void> changed =
      co_await run(HttpMethod::put, zone_target(zone), powerdns_zone_change_json(upstream));
  if (!changed) {
    co_return changed;
  }
  co_return co_await remove_ixfr_metadata(zone);
}

DriverTask<void> PowerdnsDriver::remove_ixfr_metadata(dns::Name zone) {
  const std::string target = zone_target(zone) + "/metadata/IXFR";
  const DriverResult<HttpResponse> metadata = co_await http_.request(HttpMethod::get, target);
  if (!metadata) {
    co_return metadata.error();
  }
  const DriverResult<void> found = powerdns_result(*metadata);
  if (!found || !powerdns_has_metadata(metadata->body)) {
    co_return found;
  }
  co_return co_await run(HttpMethod::del, target);
}

DriverTask<void> PowerdnsDriver::run(HttpMethod method, std::string target, std::string json) {
  const DriverResult<HttpResponse> response = co_await http_.request(method, std::move(target), std::move(json));
  if (!response) {
    co_return response.error();
  }
  co_return powerdns_result(*response);
}

}  // namespace minidns::pool
