#pragma once

#include "api/call.hpp"
#include "api/http_message.hpp"
#include "api/problem.hpp"
#include "api/visibility.hpp"

#include <optional>

/// One function per row of the routing table: parse, call a port, render. Those with an Exchange run on a database
/// worker thread, those with a Call on an I/O thread.
namespace minidns::api {

[[nodiscard]] Answer show_versions(const Call& call);
[[nodiscard]] Answer show_health(const Call& call);
[[nodiscard]] Answer show_openapi(const Call& call);

[[nodiscard]] Result<Answer> show_limits(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_zones(const Exchange& exchange);
[[nodiscard]] Result<Answer> create_zone(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_zone(const Exchange& exchange);
[[nodiscard]] Result<std::optional<VersionWait>> zone_wait(const Exchange& exchange);
[[nodiscard]] Result<Answer> update_zone(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_zone(const Exchange& exchange);
[[nodiscard]] Result<Answer> list_zone_nameservers(const Exchange& exchange);
[[nodiscard]] Result<Answer> request_zone_transfer(const Exchange& exchange);
[[nodiscard]] Result<Answer> accept_zone_transfer(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_recordsets(const Exchange& exchange);
[[nodiscard]] Result<Answer> create_recordset(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_recordset(const Exchange& exchange);
[[nodiscard]] Result<std::optional<VersionWait>> recordset_wait(const Exchange& exchange);
[[nodiscard]] Result<Answer> update_recordset(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_recordset(const Exchange& exchange);
[[nodiscard]] Result<Answer> list_all_recordsets(const Exchange& exchange);
/// 301 to the recordset below its zone.
[[nodiscard]] Result<Answer> redirect_to_recordset(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_pools(const Exchange& exchange);
[[nodiscard]] Result<Answer> create_pool(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_pool(const Exchange& exchange);
[[nodiscard]] Result<Answer> update_pool(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_pool(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_nameservers(const Exchange& exchange);
[[nodiscard]] Result<Answer> create_nameserver(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_nameserver(const Exchange& exchange);
[[nodiscard]] Result<Answer> update_nameserver(const Exchange& exchange);
[[nodiscard]] Result<Answer> confirm_nameserver_deletion(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_nameserver(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_tsig_keys(const Exchange& exchange);
[[nodiscard]] Result<Answer> create_tsig_key(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_tsig_key(const Exchange& exchange);
[[nodiscard]] Result<Answer> update_tsig_key(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_tsig_key(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_views(const Exchange& exchange);
[[nodiscard]] Result<Answer> create_view(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_view(const Exchange& exchange);
[[nodiscard]] Result<Answer> update_view(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_view(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_dnssec_defaults(const Exchange& exchange);
[[nodiscard]] Result<Answer> set_pool_dnssec_default(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_pool_dnssec_default(const Exchange& exchange);
[[nodiscard]] Result<Answer> set_project_dnssec_default(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_project_dnssec_default(const Exchange& exchange);
[[nodiscard]] Result<Answer> list_dnssec_policies(const Exchange& exchange);
[[nodiscard]] Result<Answer> create_dnssec_policy(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_dnssec_policy(const Exchange& exchange);
[[nodiscard]] Result<Answer> update_dnssec_policy(const Exchange& exchange);
[[nodiscard]] Result<Answer> remove_dnssec_policy(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_zone_dnssec(const Exchange& exchange);
[[nodiscard]] Result<Answer> sign_zone(const Exchange& exchange);
[[nodiscard]] Result<Answer> unsign_zone(const Exchange& exchange);
[[nodiscard]] Result<Answer> roll_zone_key(const Exchange& exchange);
[[nodiscard]] Result<Answer> change_zone_roll(const Exchange& exchange);
[[nodiscard]] Result<Answer> cancel_zone_roll(const Exchange& exchange);
[[nodiscard]] Result<Answer> set_zone_foreign_dnskeys(const Exchange& exchange);
[[nodiscard]] Result<Answer> report_zone_ds(const Exchange& exchange);

[[nodiscard]] Result<Answer> show_zone_sync(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_nameserver_sync(const Exchange& exchange);
[[nodiscard]] Result<Answer> list_nameserver_exceptions(const Exchange& exchange);

[[nodiscard]] Result<Answer> list_service_statuses(const Exchange& exchange);
[[nodiscard]] Result<Answer> show_service_status(const Exchange& exchange);

}  // namespace minidns::api
