#include "api/render.hpp"
#include "api/timestamp.hpp"
#include "api/vocabulary.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace minidns::api {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<WallTime>& time) {
  return time ? json::value(json::string(to_timestamp(*time))) : json::value();
}

json::value or_null(const std::optional<std::string>& text) {
  return text ? json::value(json::string(*text)) : json::value();
}

template <class Number>
json::value number_or_null(const std::optional<Number>& number) {
  return number ? json::value(*number) : json::value();
}

json::object links(const std::string& path, std::string_view base_url) {
  return {{"self", std::string(base_url) + path}};
}

json::value render_task(const std::optional<TaskView>& task) {
  if (!task) {
    return {};
  }
  return json::object{{"action", to_text(task->action)},
                      {"status", task_status_words.word_of(task->status)},
                      {"zone_version", task->version.value()},
                      {"serial", task->serial.value()},
                      {"attempts", task->attempts},
                      {"reason", or_null(task->reason)},
                      {"created_at", to_timestamp(task->noticed_at)},
                      {"next_try_at", to_timestamp(task->next_try_at)}};
}

json::array render_faults(const std::vector<ContentFaultView>& faults) {
  json::array array;
  for (const ContentFaultView& fault : faults) {
    array.push_back(json::object{{"kind", content_fault_words.word_of(fault.kind)},
                                 {"serial", fault.serial.value()},
                                 {"detail", fault.detail},
                                 {"created_at", to_timestamp(fault.found_at)},
                                 {"seen_at", to_timestamp(fault.seen_at)}});
  }
  return array;
}

json::object render_nameserver(const ZoneOnNameserverView& nameserver) {
  return {{"id", nameserver.nameserver_id.to_string()},
          {"name", nameserver.name},
          {"state", to_text(nameserver.state)},
          {"counts", nameserver.counts},
          {"status", sync_status_words.word_of(nameserver.status)},
          {"is_visible", nameserver.is_visible},
          {"reason", or_null(nameserver.reason)},
          {"task", render_task(nameserver.task)},
          {"faults", render_faults(nameserver.faults)}};
}

json::value render_lease(const std::optional<NameserverSyncView::Lease>& lease) {
  if (!lease) {
    return {};
  }
  return json::object{
      {"holder_id", lease->holder.to_string()}, {"until", to_timestamp(lease->until)}, {"is_valid", lease->is_valid}};
}

json::object render_feed(const NameserverSyncView& nameserver) {
  json::object feed{{"head", nameserver.feed_head},
                    {"visible_through", number_or_null(nameserver.visible_through)},
                    {"lag", nullptr}};
  if (const auto& through = nameserver.visible_through) {
    feed["lag"] = std::max<std::int64_t>(nameserver.feed_head - *through, 0);
  }
  return feed;
}

}  // namespace

json::object render(const VisibilityView& visibility) {
  return {{"version", visibility.version.value()}, {"served", visibility.served},
          {"failed", visibility.failed},           {"needed", visibility.needed},
          {"nameservers", visibility.nameservers}, {"is_visible", visibility.is_visible()}};
}

json::object render(const ZoneSyncView& zone, std::string_view base_url) {
  json::array nameservers;
  for (const ZoneOnNameserverView& nameserver : zone.nameservers) {
    nameservers.push_back(render_nameserver(nameserver));
  }
  return {{"zone_id", zone.zone_id.to_string()},
          {"name", zone.name.to_text()},
          {"zone_version", zone.visibility.version.value()},
          {"serial", zone.serial.value()},
          {"visible", render(zone.visibility)},
          {"nameservers", std::move(nameservers)},
          {"links", links(path_of(zone), base_url)}};
}

json::object render(const NameserverSyncView& nameserver, std::string_view base_url) {
  return {{"nameserver_id", nameserver.nameserver_id.to_string()},
          {"pool_id", nameserver.pool_id.to_string()},
          {"name", nameserver.name},
          {"state", to_text(nameserver.state)},
          {"counts", nameserver.counts},
          {"status", sync_status_words.word_of(nameserver.status)},
          {"is_reachable", number_or_null(nameserver.is_reachable)},
          {"last_error", or_null(nameserver.last_error)},
          {"compared_at", or_null(nameserver.compared_at)},
          {"feed", render_feed(nameserver)},
          {"tasks", {{"pending", nameserver.tasks_pending}, {"error", nameserver.tasks_error}}},
          {"faults", {{"diverged", nameserver.faults_diverged}, {"expiring", nameserver.faults_expiring}}},
          {"zones", nameserver.zones},
          {"lease", render_lease(nameserver.lease)},
          {"links", links(path_of(nameserver), base_url)}};
}

json::object render(const ZoneExceptionView& exception, std::string_view base_url) {
  return {{"zone_id", exception.id.to_string()},
          {"name", exception.name.to_text()},
          {"status", zone_exception_words.word_of(exception.status)},
          {"task", render_task(exception.task)},
          {"faults", render_faults(exception.faults)},
          {"links", links("/v2/zones/" + exception.id.to_string() + "/sync", base_url)}};
}

std::string path_of(const ZoneSyncView& zone) {
  return "/v2/zones/" + zone.zone_id.to_string() + "/sync";
}

std::string path_of(const NameserverSyncView& nameserver) {
  return "/v2/nameservers/" + nameserver.nameserver_id.to_string() + "/sync";
}

}  // namespace minidns::api
