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

template <class Work>
boost::asio::awaitable<std::optional<typename OffloadJob<Work>::Value>> offload_job(
    WorkerPool& pool, std::shared_ptr<OffloadJob<Work>> job) {
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

}  // namespace detail

/// Runs `work` on `pool` and resumes the calling coroutine on its own executor with the result. Nothing if the pool's
/// queue is full or it is stopping. An exception thrown by `work` is thrown again in the coroutine. A cancellation does
/// not interrupt the work: the coroutine gets the result and is cancelled at its next wait, so that no outcome is lost.
/// Join the pool (its destructor) before destroying the coroutine's io_context: work that ends posts to it.
///
/// Give the work a name; it is moved from. (gcc 12 destroys a closure twice that is a temporary of a co_await
/// expression; one without anything to destroy is harmless and compiles.)
///
///     auto read = [=] { return store->read(zone); };
///     auto rows = co_await offload(database_pool, read);
///     if (!rows) { /* overloaded */ }
template <class Work>
[[nodiscard]] auto offload(WorkerPool& pool, Work&& work) {
  using Owned = std::remove_cvref_t<Work>;
  static_assert(std::is_lvalue_reference_v<Work> || std::is_trivially_destructible_v<Owned>,
                "gcc 12 would destroy this temporary closure twice: auto work = [...]; co_await offload(pool, work);");
  return detail::offload_job(pool, std::make_shared<detail::OffloadJob<Owned>>(Owned(std::move(work))));
}

}  // namespace minidns
