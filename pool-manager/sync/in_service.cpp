#include "pool-manager/sync/in_service.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 500ms;

}  // namespace

std::string obstacle_of(const storage::NameserverOverview& nameserver) {
  std::string text;
  const auto add = [&text](const std::string& obstacle) { text += (text.empty() ? "" : "; ") + obstacle; };
  if (!nameserver.worked_for) {
    add("no pool manager works for it");
  }
  if (nameserver.reachable == false) {
    add("it can't be reached");
  }
  if (!nameserver.compared_at || !nameserver.lag_changes) {
    add("its list has not been compared yet");
  } else if (*nameserver.lag_changes > 0) {
    add(std::to_string(*nameserver.lag_changes) + " changes are not known to be visible there");
  }
  if (const auto tasks = nameserver.tasks_pending + nameserver.tasks_error; tasks > 0) {
    add(std::to_string(tasks) + " zones were not confirmed");
  }
  if (nameserver.content_faults > 0) {
    add(std::to_string(nameserver.content_faults) + " zones have faults of content");
  }
  if (!nameserver.last_error.empty()) {
    add(nameserver.last_error);
  }
  return text;
}

InService::InService(const SyncContext& context, storage::NameserverOverviews& overviews, NameserverId nameserver,
                     SteadyTime deadline, const boost::asio::any_io_executor& executor)
    : context_(context), overviews_(overviews), nameserver_(nameserver), deadline_(deadline), pause_(executor) {}

boost::asio::awaitable<bool> InService::run() {
  const bool requested = co_await request();
  if (!requested) {
    context_.display.say("its state doesn't lead to service: give it the state bootstrapping by REST first");
    co_return false;
  }
  std::string told;
  while (!is_stopped_) {
    const auto nameserver = co_await look();
    if (!nameserver) {
      context_.display.say("the nameserver is gone");
      co_return false;
    }
    if (nameserver->state == "in_service") {
      context_.display.say(nameserver->name + " is in service");
      co_return true;
    }
    const std::string obstacle = obstacle_of(*nameserver);
    const bool is_over = context_.clock.steady() >= deadline_;
    if (obstacle != told || is_over) {
      context_.display.say(nameserver->name + " is not in service yet: " +
                           (obstacle.empty() ? "the pool manager has still to see that it has caught up" : obstacle));
      told = obstacle;
    }
    if (is_over) {
      break;
    }
    pause_.expires_after(look_interval);
    boost::system::error_code error;
    co_await pause_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
  }
  co_return false;
}

void InService::stop() {
  is_stopped_ = true;
  pause_.cancel();
}

boost::asio::awaitable<bool> InService::request() {
  auto work = [&overviews = overviews_, id = nameserver_] { return overviews.request_service(id); };
  co_return co_await ask_database(context_, work);
}

boost::asio::awaitable<std::optional<storage::NameserverOverview>> InService::look() {
  auto work = [&overviews = overviews_, id = nameserver_] { return overviews.find(id.to_string()); };
  co_return co_await ask_database(context_, work);
}

}  // namespace minidns::pool::sync
