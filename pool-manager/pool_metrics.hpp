#pragma once

#include "base/metrics.hpp"
#include "pool-manager/drivers/soa_answer.hpp"
#include "pool-manager/plan.hpp"
#include "pool-manager/proof/proof_metrics.hpp"
#include "pool-manager/work_item.hpp"

#include <map>
#include <string>

namespace minidns::pool {

/// What is counted for one nameserver; all have the label `nameserver`, of which there are few.
class NameserverMetrics {
 public:
  NameserverMetrics(Metrics& metrics, const std::string& nameserver);
  /// Nothing is known any more: somebody else works for the nameserver now.
  ~NameserverMetrics();
  NameserverMetrics(const NameserverMetrics&) = delete;
  NameserverMetrics& operator=(const NameserverMetrics&) = delete;

  Gauge tasks_pending, tasks_error;
  Gauge lag_changes;   ///< of the feed, not visible yet
  Gauge window_items;  ///< names in hand
  Gauge reachable;
  Histogram commit_to_visible;
  Histogram sweep_time;
  Counter exceptions, regressions, renotifications;
  Counter sweeps_done, sweeps_failed, bulk_deletions_refused;
  ProofMetrics proof;

  void count_probe(const SoaAnswer& answer) const;
  void count_command(Step step, bool succeeded) const;
  void count_finding(Finding::Kind kind) const;

 private:
  std::map<std::string, Counter> probes_;
  std::map<std::pair<Step, bool>, Counter> commands_;
  std::map<Finding::Kind, Counter> findings_;
};

[[nodiscard]] std::string_view to_text(Step step);
[[nodiscard]] std::string_view to_text(Finding::Kind kind);

}  // namespace minidns::pool
