#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace minidns::pool::test {

template <class T>
boost::asio::awaitable<void> store_result(boost::asio::awaitable<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}

/// Runs a coroutine to its end on this thread and gives its result. Throws what it throws, and if it takes longer than
/// any deadline of a test may be.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
  std::optional<T> result;
  std::exception_ptr failure;
  bool done = false;
  boost::asio::co_spawn(io, store_result(std::move(task), &result), [&](std::exception_ptr error) {
    failure = error;
    done = true;
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  io.restart();
  while (!done) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the coroutine did not end");
    io.run_one_for(std::chrono::seconds(1));
    if (io.stopped()) io.restart();
  }
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace minidns::pool::test
