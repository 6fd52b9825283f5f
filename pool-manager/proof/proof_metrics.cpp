#include "pool-manager/proof/proof_metrics.hpp"

#include <array>
#include <limits>

namespace minidns::pool {
namespace {

const std::string prefix = "minidns_pool_manager_";

constexpr std::array states{ZoneState::ok, ZoneState::expiring, ZoneState::lagging, ZoneState::diverged,
                            ZoneState::unreachable};
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Gauge oldest(Metrics& metrics, const std::string& nameserver, const char* what) {
  return metrics.gauge(prefix + "proof_oldest_look_seconds",
                       "Since the last complete round of looks began: each zone was seen since",
                       {{"nameserver", nameserver}, {"what", what}});
}

Counter repairs(Metrics& metrics, const std::string& nameserver, const char* result) {
  return metrics.counter(prefix + "content_repairs_total", "Forced transfers of zones with another content",
                         {{"nameserver", nameserver}, {"result", result}});
}

const std::vector<double>& comparison_bounds_s() {
  static const std::vector<double> bounds{0.001, 0.01, 0.1, 1, 10, 60, 600};
  return bounds;
}

}  // namespace

std::string_view to_text(ZoneState state) {
  switch (state) {
    case ZoneState::ok:
      return "ok";
    case ZoneState::expiring:
      return "expiring";
    case ZoneState::lagging:
      return "lagging";
    case ZoneState::diverged:
      return "diverged";
    case ZoneState::unreachable:
      return "unreachable";
  }
  return "unknown";
}

std::string_view to_text(ContentOutcome outcome) {
  switch (outcome) {
    case ContentOutcome::same:
      return "same";
    case ContentOutcome::differs:
      return "differs";
    case ContentOutcome::changed:
      return "changed";
    case ContentOutcome::refused:
      return "refused";
    case ContentOutcome::unreachable:
      return "unreachable";
    case ContentOutcome::too_large:
      return "too_large";
    case ContentOutcome::unusable:
      return "unusable";
    case ContentOutcome::no_reference:
      return "no_reference";
    case ContentOutcome::gone:
      return "gone";
  }
  return "unknown";
}

ProofMetrics::ProofMetrics(Metrics& metrics, const std::string& nameserver)
    : serial_looks(metrics.counter(prefix + "proof_looks_total", "Zones whose SOA and signature were looked at",
                                   {{"nameserver", nameserver}})),
      serial_oldest(oldest(metrics, nameserver, "serials")),
      content_oldest(oldest(metrics, nameserver, "contents")),
      signature_least(metrics.gauge(prefix + "signature_least_seconds",
                                    "Until the first of the signatures ends that the nameserver serves",
                                    {{"nameserver", nameserver}})),
      clock_difference(metrics.gauge(prefix + "clock_difference_seconds",
                                     "Of the pool manager's clock to the database's", {{"nameserver", nameserver}})),
      repairs_done(repairs(metrics, nameserver, "done")),
      repairs_failed(repairs(metrics, nameserver, "failed")),
      comparison_time(metrics.histogram(prefix + "content_comparison_seconds", "Time of a comparison of contents",
                                        comparison_bounds_s(), {{"nameserver", nameserver}})),
      compared_records(metrics.counter(prefix + "content_records_total", "Records that nameservers transferred to us",
                                       {{"nameserver", nameserver}})),
      compared_octets(metrics.counter(prefix + "content_octets_total", "Octets that nameservers transferred to us",
                                      {{"nameserver", nameserver}})) {
  for (const ZoneState state : states) {
    zones_.emplace(state, metrics.gauge(prefix + "zones", "Zones by their state on the nameserver",
                                        {{"nameserver", nameserver}, {"state", std::string(to_text(state))}}));
  }
  for (const ContentOutcome outcome : content_outcomes) {
    comparisons_.emplace(
        outcome, metrics.counter(prefix + "content_comparisons_total", "Comparisons of contents by what they came to",
                                 {{"nameserver", nameserver}, {"result", std::string(to_text(outcome))}}));
  }
  for (const Gauge* gauge : {&serial_oldest, &content_oldest, &signature_least}) {
    gauge->set(unknown);
  }
}

ProofMetrics::~ProofMetrics() {
  for (const auto& [state, gauge] : zones_) {
    gauge.set(0);
  }
  for (const Gauge* gauge : {&serial_oldest, &content_oldest, &signature_least}) {
    gauge->set(unknown);
  }
}

void ProofMetrics::set_zones(ZoneState state, double zones) const {
  zones_.at(state).set(zones);
}

void ProofMetrics::count(ContentOutcome outcome) const {
  comparisons_.at(outcome).increment();
}

}  // namespace minidns::pool
