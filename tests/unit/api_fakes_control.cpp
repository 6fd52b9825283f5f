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

void FakePorts::set_visibility(std::int64_t served, std::int64_t failed) {
  const std::lock_guard lock(mutex_);
  visibility_.served = served;
  visibility_.failed = failed;
}

std::optional<Scope> FakePorts::last_scope() {
  const std::lock_guard lock(mutex_);
  return last_scope_;
}

}  // namespace minidns::api::test
