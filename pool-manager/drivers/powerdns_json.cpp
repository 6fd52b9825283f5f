#include "pool-manager/drivers/powerdns_json.hpp"

#include "pool-manager/drivers/failure.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace minidns::pool {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 8;  // answers have 3 levels; their size is limited by HttpLimits

/// An object, or an empty one for anything else.
json::object parse_object(const std::string& text) {
  json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string string_member(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(json::string_view(name.data(), name.size()));
  return member != nullptr && member->is_string() ? std::string(member->get_string().c_str()) : std::string();
}

json::array masters_of(const Upstream& upstream) {
  json::array masters;
  for (const Primary& primary : upstream.primaries) {
    const std::string address = primary.address.to_string();
    const std::string host = primary.address.is_v6() ? "[" + address + "]" : address;
    masters.emplace_back(host + ":" + std::to_string(primary.port));
  }
  return masters;
}

json::object zone_settings(const Upstream& upstream) {
  json::object zone;
  zone["kind"] = "Slave";  // 4.7 takes Secondary too; older ones don't
  zone["masters"] = masters_of(upstream);
  // With which key it asks. The other one, `master_tsig_key_ids`, is for what it serves to others.
  zone["slave_tsig_key_ids"] = json::array{upstream.key.lowercased().to_text()};
  return zone;
}

}  // namespace

std::string powerdns_new_zone_json(const dns::Name& zone, const Upstream& upstream) {
  json::object object = zone_settings(upstream);
  object["name"] = zone.to_text();
  object["nameservers"] = json::array();  // required, and empty for a secondary
  return json::serialize(object);
}

std::string powerdns_zone_change_json(const Upstream& upstream) {
  return json::serialize(zone_settings(upstream));
}

std::string powerdns_key_json(const tsig::Key& key) {
  json::object object;
  object["name"] = key.name.lowercased().to_text();
  object["algorithm"] = std::string(to_text(key.algorithm));
  object["key"] = to_base64(key.secret.reveal());
  return json::serialize(object);
}

bool powerdns_is_key(const std::string& text, const tsig::Key& key) {
  const std::optional<Bytes> secret = from_base64(string_member(parse_object(text), "key"));
  return secret && Secret(*secret).equals(key.secret) && powerdns_has_algorithm(text, key.algorithm);
}

bool powerdns_has_algorithm(const std::string& text, tsig::Algorithm algorithm) {
  return tsig::algorithm_from_text(string_member(parse_object(text), "algorithm")) == algorithm;
}

bool powerdns_has_metadata(const std::string& text) {
  const json::object object = parse_object(text);
  const json::value* values = object.if_contains("metadata");
  return values != nullptr && values->is_array() && !values->get_array().empty();
}

DriverResult<void> powerdns_result(const HttpResponse& response) {
  const unsigned status = response.status;
  if (status >= 200 && status < 300) {
    return {};
  }
  std::string reason = string_member(parse_object(response.body), "error");
  if (reason.empty()) {
    reason = "HTTP status " + std::to_string(status);
  }
  const auto failure = [&reason](DriverErrc code) { return DriverError{code, quote(reason)}; };
  switch (status) {
    case 401:
    case 403:
      return failure(DriverErrc::refused);
    case 404:
      return failure(DriverErrc::no_such_zone);
    case 409:
      return failure(DriverErrc::already_exists);
    default:
      return failure(status >= 400 && status < 600 ? DriverErrc::rejected : DriverErrc::protocol);
  }
}

}  // namespace minidns::pool
