#include "pool-manager/unsaved.hpp"

#include <algorithm>
#include <utility>

namespace minidns::pool {

void Unsaved::except(storage::TaskWrite write) {
  const auto found = exceptions_.find(write.task.name);
  if (found == exceptions_.end()) {
    dns::Name name = write.task.name;
    exceptions_.emplace(std::move(name), std::move(write));
  } else if (write.task.seq >= found->second.task.seq) {
    write.task.since_seq = std::min(write.task.since_seq, found->second.task.since_seq);
    found->second = std::move(write);
  }
}

void Unsaved::confirm(const dns::Name& name, std::int64_t seq) {
  auto& confirmed = confirmed_.try_emplace(name, seq).first->second;
  confirmed = std::max(confirmed, seq);
  // What is done need not be kept first. (An older one in the database is deleted by the confirmation.)
  const auto exception = exceptions_.find(name);
  if (exception != exceptions_.end() && exception->second.task.seq <= confirmed) {
    exceptions_.erase(exception);
  }
}

void Unsaved::set_reachable(bool reachable, std::string last_error) {
  reachable_ = reachable;
  last_error_ = std::move(last_error);
}

storage::ProgressUpdate Unsaved::take() {
  storage::ProgressUpdate update;
  for (auto& [name, write] : exceptions_) {
    update.exceptions.push_back(std::move(write));
  }
  for (const auto& [name, seq] : confirmed_) {
    update.confirmed.push_back({name, seq});
  }
  update.reachable = std::exchange(reachable_, std::nullopt);
  update.last_error = std::exchange(last_error_, std::nullopt);
  update.swept = std::exchange(swept_, false);
  update.content = std::exchange(content_, std::nullopt);
  update.upstream = std::exchange(upstream_, std::nullopt);
  update.catch_up_through = std::exchange(catch_up_, std::nullopt);
  exceptions_.clear();
  confirmed_.clear();
  return update;
}

void Unsaved::restore(storage::ProgressUpdate update) {
  Unsaved newer = std::exchange(*this, Unsaved());
  for (storage::TaskWrite& write : update.exceptions) {
    except(std::move(write));
  }
  for (const storage::Confirmation& confirmation : update.confirmed) {
    confirm(confirmation.name, confirmation.seq);
  }
  for (auto& [name, write] : newer.exceptions_) {
    except(std::move(write));
  }
  for (const auto& [name, seq] : newer.confirmed_) {
    confirm(name, seq);
  }
  reachable_ = newer.reachable_ ? newer.reachable_ : update.reachable;
  last_error_ = newer.last_error_ ? std::move(newer.last_error_) : std::move(update.last_error);
  swept_ = newer.swept_ || update.swept;
  content_ = newer.content_ ? newer.content_ : update.content;
  upstream_ = newer.upstream_ ? newer.upstream_ : update.upstream;
  catch_up_ = newer.catch_up_ ? newer.catch_up_ : update.catch_up_through;
}

}  // namespace minidns::pool
