#pragma once

#include "dns/name.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/http_client.hpp"
#include "tsig/key.hpp"

#include <string>

/// What PowerDNS's API is sent and what it answers, as text. Pure.
namespace minidns::pool {

[[nodiscard]] std::string powerdns_new_zone_json(const dns::Name& zone, const Upstream& upstream);
[[nodiscard]] std::string powerdns_zone_change_json(const Upstream& upstream);
[[nodiscard]] std::string powerdns_key_json(const tsig::Key& key);

/// Whether the API's description of a key is this key. Anything that isn't one is another key.
[[nodiscard]] bool powerdns_is_key(const std::string& json, const tsig::Key& key);
[[nodiscard]] bool powerdns_has_algorithm(const std::string& json, tsig::Algorithm algorithm);
/// Whether a metadata item (`{"kind": …, "metadata": […]}`) has values.
[[nodiscard]] bool powerdns_has_metadata(const std::string& json);

/// A status as a result: 2xx is success; 401 and 403 refused, 404 no_such_zone, 409 already_exists, 4xx and 5xx
/// rejected with the server's reason, else protocol.
[[nodiscard]] DriverResult<void> powerdns_result(const HttpResponse& response);

}  // namespace minidns::pool
