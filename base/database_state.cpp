#include "base/database_state.hpp"

#include <chrono>

namespace minidns {

void DatabaseState::worked() {
  const std::lock_guard lock(mutex_);
  if (!up_) {
    log_.info("database is up");
    up_ = true;
    told_ = true;
  }
}

void DatabaseState::failed(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  reason_ = reason;
  if (up_ || !told_) {
    up_ = false;
    told_ = true;
    since_ = clock_.steady();
    log_.warning("database is down", {{"reason", reason}});
  }
}

bool DatabaseState::is_up() const {
  const std::lock_guard lock(mutex_);
  return up_;
}

std::string DatabaseState::describe() const {
  const std::lock_guard lock(mutex_);
  if (up_) {
    return "database=up";
  }
  if (!told_) {
    return "database=down reason=\"" + reason_ + '"';
  }
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - since_);
  return "database=down for=" + std::to_string(age.count()) + "s reason=\"" + reason_ + '"';
}

}  // namespace minidns
