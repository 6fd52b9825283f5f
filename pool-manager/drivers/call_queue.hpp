#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace minidns::pool {

/// Lets coroutines use one connection in turn, first come, first served. All on one executor (a strand).
class CallQueue {
 public:
  /// More callers than one nameserver's worker and probes can make; beyond it something is wrong.
  static constexpr std::size_t waiting_max = 1024;

  explicit CallQueue(const boost::asio::any_io_executor& executor);

  /// Held while the connection is used; its end lets the next one go.
  class Turn {
   public:
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) noexcept = delete;
    ~Turn();

   private:
    friend class CallQueue;
    struct State;
    explicit Turn(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
  };

  /// Nothing if `limit` passed, or `waiting_max` are waiting already. Throws operation_aborted if it was cancelled.
  [[nodiscard]] boost::asio::awaitable<std::optional<Turn>> wait_turn(std::chrono::steady_clock::duration limit);

 private:
  std::shared_ptr<Turn::State> state_;
};

}  // namespace minidns::pool
