#pragma once

#include "base/worker_pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <type_traits>

namespace minidns {

/// Runs `work` on `pool` and resumes the calling coroutine on its own executor with the result. Nothing if the pool's
/// queue is full. An exception thrown by `work` is thrown again in the coroutine. `work` must own all it uses: the
/// coroutine may be cancelled meanwhile.
///
///     auto rows = co_await offload(database_pool, [=] { return store->read(zone); });
///     if (!rows) { /* overloaded */ }
template <class Work>
boost::asio::awaitable<std::optional<std::invoke_result_t<Work>>> offload(WorkerPool& pool, Work work);

}  // namespace minidns

#include "base/offload.ipp"
