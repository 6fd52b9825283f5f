#pragma once

#include "base/metrics.hpp"
#include "pool-manager/proof/content_outcome.hpp"

#include <map>
#include <string>
#include <string_view>

namespace minidns::pool {

/// What a zone is on a nameserver; each counts for the first that holds, from below.
enum class ZoneState { ok, expiring, lagging, diverged, unreachable };
[[nodiscard]] std::string_view to_text(ZoneState state);

/// What is counted of the proof of one nameserver.
class ProofMetrics {
 public:
  ProofMetrics(Metrics& metrics, const std::string& nameserver);
  /// Nothing is known any more: somebody else works for the nameserver now.
  ~ProofMetrics();
  ProofMetrics(const ProofMetrics&) = delete;
  ProofMetrics& operator=(const ProofMetrics&) = delete;

  Counter serial_looks;
  Gauge serial_oldest, content_oldest;  ///< seconds since the last complete round began
  Gauge signature_least;                ///< seconds until the first signature ends that was seen
  Gauge clock_difference;               ///< of this program's clock to the database's, in seconds
  Counter repairs_done, repairs_failed;
  Histogram comparison_time;
  Counter compared_records, compared_octets;

  void set_zones(ZoneState state, double zones) const;
  void count(ContentOutcome outcome) const;

 private:
  std::map<ZoneState, Gauge> zones_;
  std::map<ContentOutcome, Counter> comparisons_;
};

}  // namespace minidns::pool
