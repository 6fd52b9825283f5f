#include "storage/postgres/checked_connection.hpp"
#include "storage/postgres/connection.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace minidns::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto reconnect_delay_min = 100ms;
constexpr auto reconnect_delay_max = 5000ms;

}  // namespace

struct ConnectionPool::State {
  State(ConnectionSettings s, std::size_t max, std::chrono::milliseconds timeout, OnConnect check)
      : settings(std::move(s)), size_max(max), acquire_timeout(timeout), on_connect(std::move(check)) {}

  const ConnectionSettings settings;
  const std::size_t size_max;
  const std::chrono::milliseconds acquire_timeout;
  const OnConnect on_connect;

  std::mutex mutex;
  std::condition_variable given_back;
  // All below are guarded by `mutex`.
  std::vector<std::unique_ptr<Connection>> idle;
  std::size_t size = 0;  // idle, leased and being opened
  bool closed = false;
  bool connecting = false;                       // somebody tries whether the database is back
  std::chrono::milliseconds reconnect_delay{0};  // 0: the last attempt went well
  std::chrono::steady_clock::time_point next_attempt{};
  std::string last_failure;

  [[nodiscard]] std::unique_ptr<Connection> take_idle_or_reserve();
  [[nodiscard]] std::unique_ptr<Connection> open_reserved();
  void connection_failed(const char* reason);
  void give_back(std::unique_ptr<Connection> connection);
};

ConnectionPool::ConnectionPool(ConnectionSettings settings, std::size_t size_max,
                               std::chrono::milliseconds acquire_timeout, OnConnect on_connect)
    : state_(std::make_shared<State>(std::move(settings), size_max, acquire_timeout, std::move(on_connect))) {}

ConnectionPool::~ConnectionPool() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
  state_->idle.clear();
}

ConnectionPool::Lease ConnectionPool::acquire() {
  auto connection = state_->take_idle_or_reserve();
  if (!connection) {
    connection = state_->open_reserved();
  }
  return {state_, std::move(connection)};
}

// Null: room was reserved for a new one.
std::unique_ptr<Connection> ConnectionPool::State::take_idle_or_reserve() {
  std::unique_lock lock(mutex);
  const auto deadline = std::chrono::steady_clock::now() + acquire_timeout;
  while (true) {
    while (!idle.empty()) {
      auto connection = std::move(idle.back());
      idle.pop_back();
      if (connection->is_usable()) {
        return connection;
      }
      --size;
    }
    if (size < size_max) {
      break;
    }
    if (given_back.wait_until(lock, deadline) == std::cv_status::timeout && idle.empty() && size >= size_max) {
      throw Unavailable("all " + std::to_string(size_max) + " database connections are in use");
    }
  }
  if (reconnect_delay > 0ms && (connecting || std::chrono::steady_clock::now() < next_attempt)) {
    throw Unavailable(last_failure);
  }
  connecting = true;
  ++size;
  return nullptr;
}

std::unique_ptr<Connection> ConnectionPool::State::open_reserved() {
  try {
    auto connection = std::make_unique<Connection>(open_checked(settings, on_connect));
    const std::lock_guard lock(mutex);
    connecting = false;
    reconnect_delay = 0ms;
    return connection;
  } catch (const std::exception& error) {
    connection_failed(error.what());
    throw;
  }
}

void ConnectionPool::State::connection_failed(const char* reason) {
  const std::lock_guard lock(mutex);
  --size;
  connecting = false;
  last_failure = reason;
  reconnect_delay = std::clamp(reconnect_delay * 2, std::chrono::milliseconds(reconnect_delay_min),
                               std::chrono::milliseconds(reconnect_delay_max));
  next_attempt = std::chrono::steady_clock::now() + reconnect_delay;
  given_back.notify_one();
}

void ConnectionPool::State::give_back(std::unique_ptr<Connection> connection) {
  const bool reusable = connection->is_idle();
  const std::lock_guard lock(mutex);
  if (reusable && !closed) {
    idle.push_back(std::move(connection));
  } else {
    --size;
  }
  given_back.notify_one();
}

ConnectionPool::Lease::Lease(std::shared_ptr<State> state, std::unique_ptr<Connection> connection)
    : state_(std::move(state)), connection_(std::move(connection)) {}
ConnectionPool::Lease::Lease(Lease&&) noexcept = default;

ConnectionPool::Lease::~Lease() {
  if (connection_) {
    state_->give_back(std::move(connection_));
  }
}

Connection& ConnectionPool::Lease::operator*() const {
  return *connection_;
}
Connection* ConnectionPool::Lease::operator->() const {
  return connection_.get();
}

}  // namespace minidns::storage::postgres
