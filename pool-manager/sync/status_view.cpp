#include "pool-manager/sync/status_view.hpp"

#include "pool-manager/decision.hpp"
#include "pool-manager/sync/progress.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <ctime>

namespace minidns::pool::sync {
namespace {

namespace json = boost::json;

using Row = std::vector<std::string>;

/// Columns as wide as they need be, two spaces between them.
std::string table_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string time_text(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> buffer{};
  const std::size_t size = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {buffer.data(), size};
}

std::string ago_text(std::optional<WallTime> time, WallTime now) {
  if (!time) {
    return "never";
  }
  return clock_text(std::chrono::duration_cast<std::chrono::seconds>(now - *time)) + " ago";
}

std::string reachable_text(const std::optional<bool>& reachable) {
  return reachable ? (*reachable ? "yes" : "no") : "unknown";
}

std::string state_text(const storage::NameserverOverview& nameserver) {
  return nameserver.state + (nameserver.enters_service ? " (enters service)" : "");
}

json::value optional_time(const std::optional<WallTime>& time) {
  return time ? json::value(time_text(*time)) : json::value(nullptr);
}

json::object overview_json(const storage::NameserverOverview& nameserver) {
  json::object object{{"id", nameserver.id.to_string()},
                      {"name", nameserver.name},
                      {"pool", nameserver.pool_name},
                      {"driver", nameserver.driver},
                      {"address", nameserver.address},
                      {"port", nameserver.port},
                      {"state", nameserver.state},
                      {"enters_service", nameserver.enters_service},
                      {"worked_for", nameserver.worked_for},
                      {"tasks_pending", nameserver.tasks_pending},
                      {"tasks_error", nameserver.tasks_error},
                      {"content_faults", nameserver.content_faults},
                      {"compared_at", optional_time(nameserver.compared_at)},
                      {"last_error", nameserver.last_error}};
  object["reachable"] = nameserver.reachable ? json::value(*nameserver.reachable) : json::value(nullptr);
  object["lag_changes"] = nameserver.lag_changes ? json::value(*nameserver.lag_changes) : json::value(nullptr);
  return object;
}

std::string answer_text(const std::optional<SoaAnswer>& answer) {
  if (!answer) {
    return "could not be asked";
  }
  if (const auto* const serial = std::get_if<dns::Serial>(&*answer)) {
    return "serial " + std::to_string(serial->value());
  }
  return std::string(to_text(std::get<SoaFailure>(*answer)));
}

json::value answer_json(const std::optional<SoaAnswer>& answer) {
  if (!answer) {
    return nullptr;
  }
  if (const auto* const serial = std::get_if<dns::Serial>(&*answer)) {
    return json::object{{"serial", serial->value()}};
  }
  return json::object{{"failure", std::string(to_text(std::get<SoaFailure>(*answer)))}};
}

std::string task_text(const storage::ZoneTask& task, WallTime now) {
  return "  task: " + task.action + ", wanted version " + std::to_string(task.version.value()) + " (serial " +
         std::to_string(task.serial.value()) + "), " + (task.is_error ? "ERROR" : "pending") + " for " +
         clock_text(std::chrono::duration_cast<std::chrono::seconds>(now - task.since)) + ", " +
         std::to_string(task.attempts) + " attempts, next try " + time_text(task.next_try_at) + "\n" +
         (task.reason.empty() ? "" : "  reason: " + task.reason + "\n");
}

json::value task_json(const std::optional<storage::ZoneTask>& task) {
  if (!task) {
    return nullptr;
  }
  return json::object{{"action", task->action},          {"version", task->version.value()},
                      {"serial", task->serial.value()},  {"state", task->is_error ? "error" : "pending"},
                      {"attempts", task->attempts},      {"reason", task->reason},
                      {"since", time_text(task->since)}, {"next_try_at", time_text(task->next_try_at)}};
}

json::object fault_json(const storage::ZoneFault& fault) {
  return {{"fault", fault.fault},
          {"serial", fault.serial.value()},
          {"detail", fault.detail},
          {"found_at", time_text(fault.found_at)},
          {"seen_at", time_text(fault.seen_at)}};
}

}  // namespace

std::string status_text(const std::vector<storage::NameserverOverview>& nameservers, WallTime now) {
  std::vector<Row> rows{
      {"NAME", "POOL", "DRIVER", "STATE", "REACHABLE", "LAG", "PENDING", "ERROR", "FAULTS", "COMPARED"}};
  std::string errors;
  for (const storage::NameserverOverview& nameserver : nameservers) {
    rows.push_back({nameserver.name, nameserver.pool_name, nameserver.driver, state_text(nameserver),
                    reachable_text(nameserver.reachable),
                    nameserver.lag_changes ? std::to_string(*nameserver.lag_changes) : "unknown",
                    std::to_string(nameserver.tasks_pending), std::to_string(nameserver.tasks_error),
                    std::to_string(nameserver.content_faults), ago_text(nameserver.compared_at, now)});
    if (!nameserver.worked_for) {
      errors += nameserver.name + ": no pool manager works for it now\n";
    }
    if (!nameserver.last_error.empty()) {
      errors += nameserver.name + ": " + nameserver.last_error + "\n";
    }
  }
  return table_of(rows) + errors;
}

std::string status_json(const std::vector<storage::NameserverOverview>& nameservers) {
  json::array list;
  for (const storage::NameserverOverview& nameserver : nameservers) {
    list.push_back(overview_json(nameserver));
  }
  return json::serialize(json::object{{"nameservers", std::move(list)}}) + "\n";
}

bool is_right(const storage::ZoneStanding& zone, const ZoneOnNameserver& nameserver) {
  if (!nameserver.answer) {
    return false;
  }
  const Sight sight = sight_of(*nameserver.answer);
  if (zone.deleted) {
    return sight.kind == Sight::Kind::absent;
  }
  return sight.serial && *sight.serial == zone.serial && nameserver.faults.empty();
}

std::string why_text(const storage::ZoneStanding& zone, const std::vector<ZoneOnNameserver>& nameservers,
                     WallTime now) {
  std::string text = zone.name.to_text() + (zone.deleted ? " is deleted" : "") + " version " +
                     std::to_string(zone.version.value()) + " serial " + std::to_string(zone.serial.value()) +
                     (zone.committed_at ? ", committed " + time_text(*zone.committed_at) : std::string()) + "\n";
  for (const ZoneOnNameserver& one : nameservers) {
    const storage::NameserverOverview& nameserver = one.nameserver;
    text += nameserver.name + " (" + state_text(nameserver) + "): " + (is_right(zone, one) ? "right" : "NOT RIGHT") +
            ", answers now: " + answer_text(one.answer) + "\n";
    if (one.task) {
      text += task_text(*one.task, now);
    }
    for (const storage::ZoneFault& fault : one.faults) {
      text += "  content: " + fault.fault + " at serial " + std::to_string(fault.serial.value()) + " since " +
              time_text(fault.found_at) + ": " + fault.detail + "\n";
    }
    if (!is_right(zone, one) && !one.task) {
      text += nameserver.worked_for ? "  no task: the change is being worked on, or the next comparison finds it\n"
                                    : "  no task, and no pool manager works for this nameserver now\n";
    }
    if (!nameserver.last_error.empty()) {
      text += "  the nameserver: " + nameserver.last_error + "\n";
    }
  }
  return text;
}

std::string why_json(const storage::ZoneStanding& zone, const std::vector<ZoneOnNameserver>& nameservers) {
  json::array list;
  for (const ZoneOnNameserver& one : nameservers) {
    json::array faults;
    for (const storage::ZoneFault& fault : one.faults) {
      faults.push_back(fault_json(fault));
    }
    json::object object = overview_json(one.nameserver);
    object["right"] = is_right(zone, one);
    object["answer"] = answer_json(one.answer);
    object["task"] = task_json(one.task);
    object["faults"] = std::move(faults);
    list.push_back(std::move(object));
  }
  return json::serialize(json::object{{"zone", zone.name.to_text()},
                                      {"id", zone.id.to_string()},
                                      {"version", zone.version.value()},
                                      {"serial", zone.serial.value()},
                                      {"deleted", zone.deleted},
                                      {"committed_at", optional_time(zone.committed_at)},
                                      {"nameservers", std::move(list)}}) +
         "\n";
}

}  // namespace minidns::pool::sync
