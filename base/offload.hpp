#pragma once

#include "base/worker_pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace minidns {

/// Runs `job` on `pool`; resumes the calling coroutine on its own executor when it has ended. False if the pool took
/// no job. `job` must not throw. `offload` is the comfortable form.
[[nodiscard]] boost::asio::awaitable<bool> run_on(WorkerPool& pool, std::function<void()> job);

/// What `offload` gives for work that returns R; work that returns nothing gives std::monostate.
template <class R>
using OffloadResult = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

namespace detail {

/// Work and what came of it; owned by the worker and the coroutine, since either may be gone first.
template <class Work>
struct OffloadJob {
  using Value = OffloadResult<std::invoke_result_t<Work&>>;

  explicit OffloadJob(Work w) : work(std::move(w)) {}

  void run() noexcept {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
        work();
        value.emplace();
      } else {
        value.emplace(work());
      }
    } catch (...) {
      failure = std::current_exception();  // thrown again where the result is awaited
    }
  }

  Work work;
  std::optional<Value> value;
  std::exception_ptr failure;
};

}  // namespace detail

/// Runs `work` on `pool` and resumes the calling coroutine on its own executor with the result. Nothing if the pool's
/// queue is full or it is stopping. An exception thrown by `work` is thrown again in the coroutine. `work` must own all
/// it uses: the coroutine's frame may be destroyed meanwhile (with its io_context). A cancellation does not interrupt
/// the work: the coroutine gets the result and is cancelled at its next wait, so that no outcome is lost.
///
///     auto rows = co_await offload(database_pool, [=] { return store->read(zone); });
///     if (!rows) { /* overloaded */ }
template <class Work>
boost::asio::awaitable<std::optional<OffloadResult<std::invoke_result_t<Work&>>>> offload(WorkerPool& pool, Work work) {
  // Named locals, not temporaries in the co_await expression: gcc 12 destroys some of those twice.
  const auto job = std::make_shared<detail::OffloadJob<Work>>(std::move(work));
  std::function<void()> run = [job] { job->run(); };
  const bool taken = co_await run_on(pool, std::move(run));
  if (!taken) {
    co_return std::nullopt;
  }
  if (job->failure) {
    std::rethrow_exception(job->failure);
  }
  co_return std::move(job->value);
}

}  // namespace minidns
