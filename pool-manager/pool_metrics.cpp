#include "pool-manager/pool_metrics.hpp"

#include <array>
#include <utility>
#include <variant>

namespace minidns::pool {
namespace {

const std::string prefix = "minidns_pool_manager_";

constexpr std::array steps{Step::add, Step::change, Step::remove, Step::fetch, Step::force};
constexpr std::array findings{Finding::Kind::missing, Finding::Kind::behind, Finding::Kind::ahead,
                              Finding::Kind::leftover, Finding::Kind::unknown};
constexpr std::array failures{SoaFailure::timeout,      SoaFailure::refused,  SoaFailure::not_authoritative,
                              SoaFailure::no_such_name, SoaFailure::servfail, SoaFailure::bad_answer,
                              SoaFailure::unreachable};
constexpr const char* serial_result = "serial";

Counter sweeps(Metrics& metrics, const std::string& nameserver, const char* result) {
  return metrics.counter(prefix + "sweeps_total", "Comparisons of a nameserver's zone list",
                         {{"nameserver", nameserver}, {"result", result}});
}

Gauge tasks(Metrics& metrics, const std::string& nameserver, const char* state) {
  return metrics.gauge(prefix + "tasks", "Exceptions that are kept", {{"nameserver", nameserver}, {"state", state}});
}

}  // namespace

std::string_view to_text(Step step) {
  switch (step) {
    case Step::none:
      return "none";
    case Step::add:
      return "add";
    case Step::change:
      return "change";
    case Step::remove:
      return "remove";
    case Step::fetch:
      return "fetch";
    case Step::force:
      return "force";
  }
  return "unknown";
}

std::string_view to_text(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::missing:
      return "missing";
    case Finding::Kind::behind:
      return "behind";
    case Finding::Kind::ahead:
      return "ahead";
    case Finding::Kind::leftover:
      return "leftover";
    case Finding::Kind::unknown:
      return "unknown";
  }
  return "unknown";
}

NameserverMetrics::NameserverMetrics(Metrics& metrics, const std::string& nameserver)
    : tasks_pending(tasks(metrics, nameserver, "pending")),
      tasks_error(tasks(metrics, nameserver, "error")),
      lag_changes(metrics.gauge(prefix + "feed_lag_changes", "Changes that are not visible through yet",
                                {{"nameserver", nameserver}})),
      window_items(metrics.gauge(prefix + "window_items", "Zones in hand", {{"nameserver", nameserver}})),
      reachable(metrics.gauge(prefix + "nameserver_reachable", "1 if the nameserver answers and takes commands",
                              {{"nameserver", nameserver}})),
      commit_to_visible(metrics.histogram(prefix + "commit_to_visible_seconds",
                                          "From a change's commit until the nameserver was seen to serve it",
                                          latency_bounds_s(), {{"nameserver", nameserver}})),
      sweep_time(metrics.histogram(prefix + "sweep_seconds", "Time of a comparison", latency_bounds_s(),
                                   {{"nameserver", nameserver}})),
      exceptions(metrics.counter(prefix + "exceptions_total", "Changes that were not confirmed in time",
                                 {{"nameserver", nameserver}})),
      regressions(metrics.counter(prefix + "serial_regressions_total", "Zones seen with an older serial than before",
                                  {{"nameserver", nameserver}})),
      renotifications(metrics.counter(prefix + "renotifications_total", "NOTIFY messages asked for again",
                                      {{"nameserver", nameserver}})),
      sweeps_done(sweeps(metrics, nameserver, "done")),
      sweeps_failed(sweeps(metrics, nameserver, "failed")),
      bulk_deletions_refused(metrics.counter(prefix + "bulk_deletions_refused_total",
                                             "Comparisons that found too many unknown zones to delete them",
                                             {{"nameserver", nameserver}})),
      proof(metrics, nameserver) {
  const auto probe = [&](const std::string& result) {
    probes_.emplace(result, metrics.counter(prefix + "probes_total", "SOA questions by what they brought",
                                            {{"nameserver", nameserver}, {"result", result}}));
  };
  probe(serial_result);
  for (const SoaFailure failure : failures) {
    probe(std::string(to_text(failure)));
  }
  for (const Step step : steps) {
    for (const bool succeeded : {true, false}) {
      commands_.emplace(std::pair(step, succeeded),
                        metrics.counter(prefix + "commands_total", "Commands to the control channel, per zone",
                                        {{"nameserver", nameserver},
                                         {"command", std::string(to_text(step))},
                                         {"result", succeeded ? "done" : "failed"}}));
    }
  }
  for (const Finding::Kind kind : findings) {
    findings_.emplace(kind, metrics.counter(prefix + "sweep_findings_total", "What comparisons found",
                                            {{"nameserver", nameserver}, {"kind", std::string(to_text(kind))}}));
  }
}

NameserverMetrics::~NameserverMetrics() {
  for (const Gauge* gauge : {&tasks_pending, &tasks_error, &lag_changes, &window_items, &reachable}) {
    gauge->set(0);
  }
}

void NameserverMetrics::count_probe(const SoaAnswer& answer) const {
  const auto* failure = std::get_if<SoaFailure>(&answer);
  probes_.at(failure == nullptr ? serial_result : std::string(to_text(*failure))).increment();
}

void NameserverMetrics::count_command(Step step, bool succeeded) const {
  commands_.at({step, succeeded}).increment();
}

void NameserverMetrics::count_finding(Finding::Kind kind) const {
  findings_.at(kind).increment();
}

}  // namespace minidns::pool
