#include "pool-manager/worker.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <string>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

/// After a failure (mostly: no database).
constexpr auto retry_pause = 1s;
/// While the settings can't be used: they may be mended without our hearing of it.
constexpr auto unusable_pause = 10s;

}  // namespace

Worker::Worker(const WorkContext& context, storage::Lease lease, SteadyTime asked_at,
               std::chrono::milliseconds lease_time, boost::asio::any_io_executor executor)
    : context_(context), lease_(lease, asked_at, lease_time), executor_(std::move(executor)), pause_(executor_) {}

boost::asio::awaitable<void> Worker::run() {
  const auto self = shared_from_this();
  bool goes_on = true;
  while (goes_on && !stopping_) {
    std::string failure;
    try {
      goes_on = co_await work();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (!failure.empty()) {
      if (context_.database_state.is_up()) {
        context_.log.warning("work for a nameserver failed and begins again",
                             {{"nameserver", lease_.lease().nameserver.to_string()}, {"reason", failure}});
      }
      co_await pause_.wait_for(retry_pause);
    }
  }
  metrics_.reset();
  ended_ = true;
}

/// One session; false if there is no more to do under this lease.
boost::asio::awaitable<bool> Worker::work() {
  std::optional<Loaded> loaded = co_await load();
  if (!loaded || stopping_) {  // a stop that came before the session does not reach it
    co_return false;
  }
  if (!loaded->access) {
    co_await pause_.wait_for(unusable_pause);
    co_return true;
  }
  if (!metrics_ || last_settings_->name != loaded->settings.name) {
    metrics_.reset();
    metrics_.emplace(context_.metrics, loaded->settings.name);
  }
  const bool reconfigure = upstream_changed(loaded->settings);
  last_settings_ = loaded->settings;
  Session session(context_, lease_, *metrics_, executor_, std::move(loaded->settings), std::move(*loaded->access),
                  reconfigure);
  session_ = &session;
  const std::string name = last_settings_->name;
  context_.log.info("works for a nameserver", {{"nameserver", name}, {"fence", lease_.lease().fence}});
  std::exception_ptr failure;
  Session::End end = Session::End::settings_changed;
  try {
    end = co_await session.run();
  } catch (...) {
    failure = std::current_exception();
  }
  session_ = nullptr;
  if (failure) {
    std::rethrow_exception(failure);
  }
  switch (end) {
    case Session::End::stopped:
      context_.log.info("stops working for a nameserver", {{"nameserver", name}});
      break;
    case Session::End::settings_changed:
      context_.log.info("settings of a nameserver have changed", {{"nameserver", name}});
      break;
    case Session::End::lease_lost:
      context_.log.warning("another manager works for a nameserver now", {{"nameserver", name}});
      break;
  }
  co_return end == Session::End::settings_changed;
}

/// Nothing if the nameserver is gone, or not to be worked for any more.
boost::asio::awaitable<std::optional<Worker::Loaded>> Worker::load() {
  auto read = [nameserver = lease_.lease().nameserver, &secrets = context_.secrets](storage::NameserverWork& work) {
    auto settings = work.read_settings(nameserver);
    if (settings) {
      fetch_data_keys(*settings, secrets);
    }
    return settings;
  };
  auto settings = co_await ask_database(context_, read);
  if (!settings || settings->state.duty == storage::Duty::none) {
    co_return std::nullopt;
  }
  auto access = open_access(*settings, context_.secrets, executor_, context_.clock);
  if (!access) {
    co_await tell_unusable(*settings, access.error().detail);
    co_return Loaded{std::move(*settings), std::nullopt};
  }
  co_return Loaded{std::move(*settings), std::move(*access)};
}

boost::asio::awaitable<void> Worker::tell_unusable(const storage::NameserverSettings& settings, std::string reason) {
  context_.log.error("a nameserver's settings can't be used", {{"nameserver", settings.name}, {"reason", reason}});
  storage::ProgressUpdate update;
  update.last_error = std::move(reason);
  auto save = [lease = lease_.lease(), update = std::move(update)](storage::NameserverWork& work) {
    return work.save(lease, update);
  };
  const bool is_held = co_await ask_database(context_, save);
  if (!is_held) {
    stopping_ = true;
  }
}

bool Worker::upstream_changed(const storage::NameserverSettings& settings) const {
  return last_settings_ &&
         (last_settings_->primaries != settings.primaries || last_settings_->transfer_key != settings.transfer_key);
}

void Worker::stop() {
  stopping_ = true;
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->pause_.notify();
    if (self->session_ != nullptr) {
      self->session_->stop();
    }
  });
}

void Worker::wake_feed() {
  if (feed_posted_.exchange(true)) {
    return;
  }
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->feed_posted_ = false;
    if (self->session_ != nullptr) {
      self->session_->wake_feed();
    }
  });
}

void Worker::wake_reports() {
  if (reports_posted_.exchange(true)) {
    return;
  }
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->reports_posted_ = false;
    if (self->session_ != nullptr) {
      self->session_->wake_reports();
    }
  });
}

}  // namespace minidns::pool
