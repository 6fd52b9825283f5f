#include "api/render.hpp"

#include "api/driver_settings.hpp"
#include "api/timestamp.hpp"
#include "api/vocabulary.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <variant>

namespace minidns::api {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

json::value or_null(const std::optional<WallTime>& time) {
  return time ? json::value(to_timestamp(*time)) : json::value(nullptr);
}

json::value or_null(const std::optional<dns::Ttl>& ttl) {
  return ttl ? json::value(ttl->seconds()) : json::value(nullptr);
}

template <class Tag>
json::value or_null(const std::optional<Id<Tag>>& id) {
  return id ? json::value(id->to_string()) : json::value(nullptr);
}

template <class View>
json::object links_to(const View& view, std::string_view base_url) {
  return {{"self", std::string(base_url) + path_of(view)}};
}

json::array render_masters(const std::vector<SocketAddress>& masters) {
  json::array array;
  for (const SocketAddress& master : masters) {
    array.emplace_back(master.to_text());
  }
  return array;
}

json::object render_attributes(const ZoneAttributes& attributes) {
  json::object object;
  for (const auto& [key, value] : attributes) {
    object[key] = value;
  }
  return object;
}

json::array render_records(const std::vector<RecordText>& records) {
  return json::array(records.begin(), records.end());
}

json::array render_primaries(const std::vector<SocketAddress>& primaries) {
  json::array array;
  for (const SocketAddress& primary : primaries) {
    array.push_back(json::object{{"address", primary.address.text()}, {"port", primary.port}});
  }
  return array;
}

json::value render_key(const std::optional<TransferView::Key>& key) {
  return key ? json::value{{"name", key->name}, {"algorithm", key->algorithm}} : json::value(nullptr);
}

json::object render_transfer(const TransferView& transfer) {
  json::object object{{"state", transfer_state_words.word_of(transfer.state)},
                      {"checked_at", or_null(transfer.checked_at)},
                      {"refreshed_at", or_null(transfer.refreshed_at)},
                      {"expires_at", or_null(transfer.expires_at)},
                      {"failures", transfer.failures},
                      {"error", or_null(transfer.error)},
                      {"alarm", nullptr}};
  if (const auto& alarm = transfer.alarm) {
    object["alarm"] = json::object{{"kind", transfer_alarm_words.word_of(alarm->kind)},
                                   {"serial", alarm->serial.value()},
                                   {"since", to_timestamp(alarm->since)}};
  }
  return object;
}

json::array render_catalogs(const std::vector<CatalogView>& catalogs) {
  json::array array;
  for (const CatalogView& view : catalogs) {
    array.push_back(json::object{{"family", to_text(view.catalog.family)},
                                 {"name", view.catalog.name.to_text()},
                                 {"group", or_null(view.catalog.group)},
                                 {"zone_id", view.zone_id.to_string()},
                                 {"serial", view.serial.value()}});
  }
  return array;
}

struct ScopeText {
  std::string_view word;
  std::string resource_id;
};

ScopeText text_of(const TsigKeyScope& scope) {
  if (const auto* pool = std::get_if<PoolId>(&scope)) {
    return {tsig_key_scope_words.word_of(TsigKeyScopeKind::pool), pool->to_string()};
  }
  return {tsig_key_scope_words.word_of(TsigKeyScopeKind::zone), std::get<ZoneId>(scope).to_string()};
}

json::value render_catching_up(const std::optional<CatchingUp>& catching_up) {
  if (!catching_up) {
    return nullptr;
  }
  return json::object{
      {"compared", catching_up->compared}, {"changes", catching_up->changes}, {"tasks", catching_up->tasks}};
}

json::value render_refused(const std::optional<RefusedDeletion>& refused) {
  if (!refused) {
    return nullptr;
  }
  return json::object{{"unknown_zones", refused->unknown_zones},
                      {"zones", refused->zones},
                      {"names", json::array(refused->names.begin(), refused->names.end())},
                      {"refused_at", to_timestamp(refused->refused_at)},
                      {"confirmed_until", or_null(refused->confirmed_until)}};
}

}  // namespace

json::object render(const ZoneView& zone, std::string_view base_url) {
  json::object object{{"id", zone.id.to_string()},
                      {"pool_id", zone.pool_id.to_string()},
                      {"project_id", zone.project_id.text()},
                      {"name", zone.name.to_text()},
                      {"email", zone.email},
                      {"description", or_null(zone.description)},
                      {"ttl", zone.ttl.seconds()},
                      {"serial", zone.serial.value()},
                      {"shared", false},
                      {"status", to_text(zone.status)},
                      {"action", to_text(zone.action)},
                      {"version", zone.revision},
                      {"zone_version", zone.zone_version.value()},
                      {"attributes", render_attributes(zone.attributes)},
                      {"type", to_text(zone.type)},
                      {"masters", render_masters(zone.masters)},
                      {"created_at", to_timestamp(zone.created_at)},
                      {"updated_at", or_null(zone.updated_at)},
                      {"transferred_at", or_null(zone.transferred_at)},
                      {"links", links_to(zone, base_url)}};
  if (zone.transfer) {
    object["masters_tsig_key"] = render_key(zone.transfer->key);
    object["transfer"] = render_transfer(*zone.transfer);
  }
  if (zone.visible) {
    object["visible"] = render(*zone.visible);
  }
  return object;
}

json::object render(const RecordsetView& recordset, std::string_view base_url) {
  json::object object{{"id", recordset.id.to_string()},
                      {"zone_id", recordset.zone_id.to_string()},
                      {"project_id", recordset.project_id.text()},
                      {"name", recordset.name.to_text()},
                      {"zone_name", recordset.zone_name.to_text()},
                      {"type", recordset.type.to_text()},
                      {"records", render_records(recordset.records)},
                      {"description", or_null(recordset.description)},
                      {"ttl", or_null(recordset.ttl)},
                      {"view", or_null(recordset.view)},
                      {"status", to_text(recordset.status)},
                      {"action", to_text(recordset.action)},
                      {"version", recordset.revision},
                      {"zone_version", recordset.zone_version.value()},
                      {"created_at", to_timestamp(recordset.created_at)},
                      {"updated_at", or_null(recordset.updated_at)},
                      {"links", links_to(recordset, base_url)}};
  if (recordset.visible) {
    object["visible"] = render(*recordset.visible);
  }
  return object;
}

json::object render(const PoolView& pool, std::string_view base_url) {
  return {{"id", pool.id.to_string()},
          {"project_id", nullptr},
          {"name", pool.name},
          {"description", or_null(pool.description)},
          {"attributes", json::object()},
          {"ns_records", render(pool.ns_records)},
          {"primaries", render_primaries(pool.primaries)},
          {"threshold", pool.threshold ? json::value(*pool.threshold) : json::value(nullptr)},
          {"unknown_zones", to_text(pool.unknown_zones)},
          {"is_default", pool.is_default},
          {"catalogs", render_catalogs(pool.catalogs)},
          {"version", pool.revision},
          {"created_at", to_timestamp(pool.created_at)},
          {"updated_at", or_null(pool.updated_at)},
          {"links", links_to(pool, base_url)}};
}

json::object render(const NameserverView& nameserver, std::string_view base_url) {
  return {{"id", nameserver.id.to_string()},
          {"pool_id", nameserver.pool_id.to_string()},
          {"name", nameserver.name},
          {"driver", to_text(driver_of(nameserver.settings))},
          {"address", nameserver.address.text()},
          {"port", nameserver.port},
          {"state", to_text(nameserver.state)},
          {"enters_service", nameserver.enters_service},
          {"catching_up", render_catching_up(nameserver.catching_up)},
          {"refused_deletion", render_refused(nameserver.refused_deletion)},
          {"view", nameserver.view},
          {"transfer_key_id", or_null(nameserver.transfer_key_id)},
          {"notify_key_id", or_null(nameserver.notify_key_id)},
          {"allow_unsigned_soa", nameserver.allow_unsigned_soa},
          {"settings", to_json(nameserver.settings)},
          {"has_secret", nameserver.has_secret},
          {"version", nameserver.revision},
          {"created_at", to_timestamp(nameserver.created_at)},
          {"updated_at", or_null(nameserver.updated_at)},
          {"links", links_to(nameserver, base_url)}};
}

json::object render(const TsigKeyView& key, std::string_view base_url) {
  const ScopeText scope = text_of(key.scope);
  return {{"id", key.id.to_string()},
          {"name", key.name.text},
          {"algorithm", tsig::to_text(key.algorithm)},
          {"secret", to_base64(key.secret.reveal())},
          {"scope", scope.word},
          {"resource_id", scope.resource_id},
          {"view", key.view},
          {"created_at", to_timestamp(key.created_at)},
          {"updated_at", or_null(key.updated_at)},
          {"links", links_to(key, base_url)}};
}

json::object render(const NamedView& view, std::string_view base_url) {
  return {{"name", view.name},
          {"description", or_null(view.description)},
          {"created_at", to_timestamp(view.created_at)},
          {"updated_at", or_null(view.updated_at)},
          {"links", links_to(view, base_url)}};
}

json::object render(const ServiceStatusView& status, std::string_view base_url) {
  return {{"id", status.id.to_string()},
          {"hostname", status.hostname},
          {"service_name", status.service_name},
          {"status", to_text(status.state)},
          {"stats", json::object()},
          {"capabilities", json::object()},
          {"heartbeated_at", to_timestamp(status.heartbeated_at)},
          {"created_at", to_timestamp(status.started_at)},
          {"updated_at", to_timestamp(status.heartbeated_at)},
          {"links", links_to(status, base_url)}};
}

json::array render(const std::vector<NsRecord>& records) {
  json::array array;
  for (const NsRecord& record : records) {
    array.push_back(json::object{{"hostname", record.hostname.to_text()}, {"priority", record.priority}});
  }
  return array;
}

std::string path_of(const ZoneView& zone) {
  return "/v2/zones/" + zone.id.to_string();
}

std::string path_of(const RecordsetView& recordset) {
  return "/v2/zones/" + recordset.zone_id.to_string() + "/recordsets/" + recordset.id.to_string();
}

std::string path_of(const PoolView& pool) {
  return "/v2/pools/" + pool.id.to_string();
}

std::string path_of(const NameserverView& nameserver) {
  return "/v2/nameservers/" + nameserver.id.to_string();
}

std::string path_of(const TsigKeyView& key) {
  return "/v2/tsigkeys/" + key.id.to_string();
}

std::string path_of(const NamedView& view) {
  return "/v2/views/" + view.name;
}

std::string path_of(const ServiceStatusView& status) {
  return "/v2/service_statuses/" + status.id.to_string();
}

}  // namespace minidns::api
