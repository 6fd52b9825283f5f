#include "pool-manager/proof/prober.hpp"

#include <algorithm>
#include <utility>

namespace minidns::pool {

Prober::Prober(ProofScope scope)
    : scope_(std::move(scope)),
      serials_(scope_),
      contents_(scope_, [this](const SignatureTimes& signature) { serials_.saw_signature(signature); }) {}

void Prober::wake() {
  serials_.wake();
  contents_.wake();
}

void Prober::publish(bool is_reachable) const {
  const ProofMetrics& metrics = scope_.metrics.proof;
  double left = static_cast<double>(serials_.zones());
  const auto take = [&metrics, &left](ZoneState state, double zones) {
    const double taken = std::min(left, zones);
    metrics.set_zones(state, taken);
    left -= taken;
  };
  take(ZoneState::unreachable, is_reachable ? 0 : left);
  take(ZoneState::diverged, static_cast<double>(contents_.diverged()));
  take(ZoneState::lagging, static_cast<double>(scope_.lagging()));
  take(ZoneState::expiring, static_cast<double>(serials_.expiring()));
  metrics.set_zones(ZoneState::ok, left);
}

}  // namespace minidns::pool
