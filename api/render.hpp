#pragma once

#include "api/ports.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Views become JSON objects here, in the fields and forms of Designate. `base_url` is what links begin with, without a
/// trailing slash.
namespace minidns::api {

[[nodiscard]] boost::json::object render(const ZoneView& zone, std::string_view base_url);
[[nodiscard]] boost::json::object render(const RecordsetView& recordset, std::string_view base_url);
[[nodiscard]] boost::json::object render(const PoolView& pool, std::string_view base_url);
[[nodiscard]] boost::json::object render(const NameserverView& nameserver, std::string_view base_url);
/// With the secret: only for admins.
[[nodiscard]] boost::json::object render(const TsigKeyView& key, std::string_view base_url);
[[nodiscard]] boost::json::object render(const NamedView& view, std::string_view base_url);
[[nodiscard]] boost::json::object render(const ServiceStatusView& status, std::string_view base_url);
[[nodiscard]] boost::json::object render(const DnssecPolicyView& policy, std::string_view base_url);
[[nodiscard]] boost::json::object render(const DnssecDefault& value, std::string_view base_url);
[[nodiscard]] boost::json::object render(const ZoneDnssecView& zone, std::string_view base_url);
[[nodiscard]] boost::json::object render(const VisibilityView& visibility);
[[nodiscard]] boost::json::object render(const ZoneSyncView& zone, std::string_view base_url);
[[nodiscard]] boost::json::object render(const NameserverSyncView& nameserver, std::string_view base_url);
[[nodiscard]] boost::json::object render(const ZoneExceptionView& exception, std::string_view base_url);
/// `[{hostname, priority}]`
[[nodiscard]] boost::json::array render(const std::vector<NsRecord>& records);

/// The path of the thing: `/v2/zones/ID`.
[[nodiscard]] std::string path_of(const ZoneView& zone);
[[nodiscard]] std::string path_of(const RecordsetView& recordset);
[[nodiscard]] std::string path_of(const PoolView& pool);
[[nodiscard]] std::string path_of(const NameserverView& nameserver);
[[nodiscard]] std::string path_of(const TsigKeyView& key);
[[nodiscard]] std::string path_of(const NamedView& view);
[[nodiscard]] std::string path_of(const ServiceStatusView& status);
[[nodiscard]] std::string path_of(const DnssecPolicyView& policy);
[[nodiscard]] std::string path_of(const DnssecDefault& value);
[[nodiscard]] std::string path_of(const ZoneDnssecView& zone);
[[nodiscard]] std::string path_of(const ZoneSyncView& zone);
[[nodiscard]] std::string path_of(const NameserverSyncView& nameserver);

}  // namespace minidns::api
