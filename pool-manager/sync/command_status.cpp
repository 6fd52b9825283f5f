#include "pool-manager/nameserver_access.hpp"
#include "pool-manager/sync/commands.hpp"
#include "pool-manager/sync/status_view.hpp"

#include <iostream>
#include <memory>

namespace minidns::pool::sync {
namespace {

/// The probe of a nameserver; null if its settings can't be used.
std::unique_ptr<SoaProbe> probe_of(Tool& tool, const storage::NameserverOverview& nameserver) {
  const auto settings = tool.settings_of(nameserver);
  fetch_data_keys(settings, tool.secrets());
  auto access = open_access(settings, tool.secrets(), tool.executor(), tool.clock());
  return access ? std::move(access->probe) : nullptr;
}

struct Question {
  SoaProbe* probe;
  ZoneOnNameserver* answered;
};

boost::asio::awaitable<void> ask_all(std::vector<Question> questions, dns::Name zone) {
  for (const Question& question : questions) {
    dns::Name name = zone;
    question.answered->answer = co_await question.probe->ask_one(std::move(name));
  }
}

}  // namespace

int run_status(Tool& tool, const StatusOptions& options) {
  std::vector<storage::NameserverOverview> nameservers;
  if (options.nameserver) {
    nameservers.push_back(tool.find(*options.nameserver));
  } else {
    nameservers = tool.overviews().list();
  }
  std::cout << (options.json ? status_json(nameservers) : status_text(nameservers, tool.clock().wall()));
  std::cout.flush();
  return exit_ok;
}

int run_why(Tool& tool, const WhyOptions& options) {
  const auto zone = tool.overviews().find_zone(options.zone);
  if (!zone) {
    throw ToolError("no such zone: " + options.zone.to_text());
  }
  std::vector<ZoneOnNameserver> nameservers;
  for (storage::NameserverOverview& nameserver : tool.overviews().list()) {
    const bool is_asked_for = !options.nameserver || nameserver.name == *options.nameserver ||
                              nameserver.id.to_string() == *options.nameserver;
    if (nameserver.pool == zone->pool && is_asked_for) {
      nameservers.push_back({.nameserver = std::move(nameserver), .task = {}, .faults = {}, .answer = {}});
    }
  }
  if (nameservers.empty()) {
    throw ToolError(options.nameserver ? "the zone's pool has no such nameserver: " + *options.nameserver
                                       : "the zone's pool has no nameservers");
  }
  const auto tasks = tool.overviews().tasks_of(zone->name);
  const auto faults = tool.overviews().faults_of(zone->id);
  std::vector<std::unique_ptr<SoaProbe>> probes;
  std::vector<Question> questions;
  for (ZoneOnNameserver& one : nameservers) {
    for (const storage::ZoneTask& task : tasks) {
      if (task.nameserver == one.nameserver.id) {
        one.task = task;
      }
    }
    for (const storage::ZoneFault& fault : faults) {
      if (fault.nameserver == one.nameserver.id) {
        one.faults.push_back(fault);
      }
    }
    probes.push_back(probe_of(tool, one.nameserver));
    if (probes.back()) {
      questions.push_back({probes.back().get(), &one});
    }
  }
  if (tool.run(ask_all(std::move(questions), zone->name), [] {})) {
    return exit_interrupted;
  }
  std::cout << (options.json ? why_json(*zone, nameservers) : why_text(*zone, nameservers, tool.clock().wall()));
  std::cout.flush();
  bool all_right = true;
  for (const ZoneOnNameserver& one : nameservers) {
    all_right = all_right && is_right(*zone, one);
  }
  return all_right ? exit_ok : exit_not_right;
}

}  // namespace minidns::pool::sync
