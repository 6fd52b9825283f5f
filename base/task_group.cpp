#include "base/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace minidns {
namespace {

/// A running task's switch. The signal may only be touched on the executor.
struct Switch {
  explicit Switch(const boost::asio::any_io_executor& e) : executor(e) {}

  boost::asio::any_io_executor executor;
  boost::asio::cancellation_signal signal;
};

/// How a task ends that was asked to: its pending wait failed with this error.
bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == boost::asio::error::operation_aborted;
  } catch (...) {
    return false;  // the caller reports it
  }
}

void turn_off(const std::shared_ptr<Switch>& task) {
  boost::asio::post(task->executor, [task] { task->signal.emit(boost::asio::cancellation_type::terminal); });
}

}  // namespace

struct TaskGroup::State {
  explicit State(OnFailure f) : on_failure(std::move(f)) {}

  /// Nothing once the group is closed; otherwise the new task's number.
  std::optional<std::uint64_t> add(const std::shared_ptr<Switch>& task);
  void remove(std::uint64_t number);
  void report(const std::exception_ptr& failure) const;

  const OnFailure on_failure;
  mutable std::mutex mutex;  // guards what follows
  std::condition_variable ended;
  std::map<std::uint64_t, std::shared_ptr<Switch>> tasks;
  std::uint64_t next_number = 0;
  bool closed = false;
  bool cancelled = false;
};

std::optional<std::uint64_t> TaskGroup::State::add(const std::shared_ptr<Switch>& task) {
  const std::lock_guard lock(mutex);
  if (closed) {
    return std::nullopt;
  }
  tasks.emplace(next_number, task);
  return next_number++;
}

void TaskGroup::State::remove(std::uint64_t number) {
  const std::lock_guard lock(mutex);
  tasks.erase(number);
  if (tasks.empty()) {
    ended.notify_all();
  }
}

void TaskGroup::State::report(const std::exception_ptr& failure) const {
  bool expected = false;
  {
    const std::lock_guard lock(mutex);
    expected = cancelled && is_cancellation(failure);
  }
  if (!expected) {
    on_failure(failure);
  }
}

/// Leaves the group when destroyed: after the task's end, or with its io_context.
class TaskGroup::Membership {
 public:
  Membership(std::shared_ptr<State> state, std::uint64_t number) : state_(std::move(state)), number_(number) {}
  ~Membership() {
    if (state_) {
      state_->remove(number_);
    }
  }
  Membership(Membership&& other) noexcept = default;  // leaves the other without a group
  Membership& operator=(Membership&&) = delete;

  void report(const std::exception_ptr& failure) const { state_->report(failure); }

 private:
  std::shared_ptr<State> state_;
  std::uint64_t number_;
};

TaskGroup::TaskGroup(OnFailure on_failure) : state_(std::make_shared<State>(std::move(on_failure))) {}

TaskGroup::~TaskGroup() {
  cancel();
}

bool TaskGroup::spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> task) {
  const auto task_switch = std::make_shared<Switch>(executor);
  const auto number = state_->add(task_switch);
  if (!number) {
    return false;
  }
  // Through the executor, so that the slot is never connected while `cancel` emits.
  boost::asio::dispatch(
      executor, [task_switch, task = std::move(task), membership = Membership(state_, *number)]() mutable {
        auto on_end = [task_switch, membership = std::move(membership)](const std::exception_ptr& failure) {
          if (failure) {
            membership.report(failure);
          }
        };
        boost::asio::co_spawn(task_switch->executor, std::move(task),
                              boost::asio::bind_cancellation_slot(task_switch->signal.slot(), std::move(on_end)));
      });
  return true;
}

void TaskGroup::cancel() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
  state_->cancelled = true;
  for (const auto& [number, task] : state_->tasks) {
    turn_off(task);
  }
}

void TaskGroup::close() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
}

std::size_t TaskGroup::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->tasks.size();
}

bool TaskGroup::wait_idle(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->ended.wait_for(lock, limit, [this] { return state_->tasks.empty(); });
}

}  // namespace minidns
