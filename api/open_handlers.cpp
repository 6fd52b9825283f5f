#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/openapi.hpp"
#include "dns/name.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

/// What needs no port.
namespace minidns::api {

namespace json = boost::json;

Answer show_versions(const Call& call) {
  const std::string v2 = call.base_url + "/v2";
  const auto version = [&v2](std::string_view id, std::string_view status) {
    return json::object{
        {"id", id},
        {"status", status},
        {"updated", "2022-06-29T00:00:00Z"},
        {"links", json::array{json::object{{"href", v2}, {"rel", "self"}},
                              json::object{{"href", "https://docs.openstack.org/api-ref/dns"}, {"rel", "help"}}}}};
  };
  // Later minor versions include shared zones (v2.1), which aren't here.
  return json_answer(200, {{"versions", json::array{version("v2", "SUPPORTED"), version("v2.0", "CURRENT")}}});
}

Answer show_health(const Call& /*call*/) {
  Answer answer;
  answer.body = "OK";
  answer.content_type = "text/plain";
  return answer;
}

Answer show_openapi(const Call& /*call*/) {
  Answer answer;
  answer.body = openapi_document();
  return answer;
}

Result<Answer> show_limits(const Exchange& exchange) {
  const Limits& limits = exchange.call.limits;
  return json_answer(200, {{"max_zones", limits.zones_max},
                           {"max_zone_recordsets", limits.zone_recordsets_max},
                           {"max_zone_records", limits.zone_records_max},
                           {"max_recordset_records", limits.recordset_records_max},
                           {"min_ttl", limits.ttl_min_s},
                           {"max_zone_name_length", dns::Name::size_octets_max},
                           {"max_recordset_name_length", dns::Name::size_octets_max},
                           {"max_page_limit", ZonePageRequest::limit_max}});
}

}  // namespace minidns::api
