#include "base/offload.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace minidns {
namespace {

/// A waiting coroutine, to be resumed once from any thread. Holds work on its executor, so that its io_context does
/// not run dry while the job is elsewhere.
template <class Handler>
class Waiter {
 public:
  explicit Waiter(Handler handler)
      : handler_(std::move(handler)),
        work_(boost::asio::make_work_guard(boost::asio::get_associated_executor(handler_))) {}

  void resume(bool taken) {
    const auto executor = work_.get_executor();
    boost::asio::post(executor, [handler = std::move(handler_), taken]() mutable { std::move(handler)(taken); });
    work_.reset();
  }

 private:
  Handler handler_;
  boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
};

}  // namespace

boost::asio::awaitable<bool> run_on(WorkerPool& pool, std::function<void()> job) {
  auto initiate = [&pool](auto handler, std::function<void()> work) {
    const auto waiter = std::make_shared<Waiter<decltype(handler)>>(std::move(handler));
    const bool taken = pool.post([waiter, work = std::move(work)] {
      work();
      waiter->resume(true);
    });
    if (!taken) {
      waiter->resume(false);
    }
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(bool)>(
      std::move(initiate), boost::asio::use_awaitable, std::move(job));
}

}  // namespace minidns
