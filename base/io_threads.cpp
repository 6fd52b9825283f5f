#include "base/io_threads.hpp"

namespace minidns {

IoThreads::IoThreads(boost::asio::io_context& io, std::size_t count)
    : io_(io), work_(boost::asio::make_work_guard(io)) {
  for (std::size_t i = 0; i < count; ++i) {
    threads_.emplace_back([this] { io_.run(); });
  }
}

IoThreads::~IoThreads() {
  work_.reset();
  io_.stop();
}

}  // namespace minidns
