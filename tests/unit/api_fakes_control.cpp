#include "tests/unit/api_fakes.hpp"

#include <utility>

namespace minidns::api::test {

void FakePorts::fail_with(Problem problem) {
  const std::lock_guard lock(mutex_);
  problem_ = std::move(problem);
}

void FakePorts::run_in_ports(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  in_port_ = std::move(action);
}

std::optional<Scope> FakePorts::last_scope() {
  const std::lock_guard lock(mutex_);
  return last_scope_;
}

/// Just 12 zones wait for a confirmation.
Result<NameserverView> FakePorts::confirm_deletion(const Scope& scope, const NameserverId& id, std::int64_t zones) {
  if (zones != 12) {
    return invalid_field({"zones"}, "12 are unknown by now");
  }
  return get(scope, id);
}

}  // namespace minidns::api::test
