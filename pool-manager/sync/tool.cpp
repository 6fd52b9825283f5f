#include "pool-manager/sync/tool.hpp"

#include "base/io_threads.hpp"
#include "base/program.hpp"
#include "base/task_group.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <utility>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

constexpr auto acquire_timeout = 5s;
constexpr std::size_t connections_max = 2;
constexpr std::size_t database_threads = 1;
constexpr std::size_t database_queue_max = 64;

storage::postgres::ConnectionSettings connection_settings(const DatabaseSettings& database) {
  storage::postgres::ConnectionSettings settings;
  settings.conninfo = database.conninfo;
  settings.target_session_attrs = "read-write";
  settings.application_name = "minidns";
  settings.connect_timeout = database.connect_timeout;
  settings.statement_timeout = database.statement_timeout;
  return settings;
}

MasterKeys master_keys_of(const ProgramSettings& settings) {
  auto keys = read_master_keys(settings.master_keys);
  if (!keys) {
    throw std::runtime_error("master key: " + keys.error().detail);
  }
  return *std::move(keys);
}

/// What a task ends with; read once `is_done`.
struct Outcome {
  std::exception_ptr failure;
  std::atomic<bool> is_done = false;
};

boost::asio::awaitable<void> run_to_end(boost::asio::awaitable<void> task, Outcome* outcome) {
  try {
    co_await std::move(task);
  } catch (...) {
    outcome->failure = std::current_exception();  // thrown again by `run`
  }
  outcome->is_done = true;
  request_stop();
}

}  // namespace

Tool::Tool(const Settings& settings)
    : check_(connection_settings(settings.database)),
      connections_(connection_settings(settings.database), connections_max, acquire_timeout, check_),
      data_keys_(connections_),
      secrets_(master_keys_of(settings.program), data_keys_, DataKeyPurpose::seal, clock_),
      work_(connections_),
      leases_(connections_),
      overviews_(connections_),
      executor_(boost::asio::make_strand(io_)),
      database_("database", database_threads, database_queue_max) {}

storage::NameserverOverview Tool::find(const std::string& nameserver) {
  auto found = overviews_.find(nameserver);
  if (found) {
    return *std::move(found);
  }
  std::string names;
  for (const storage::NameserverOverview& one : overviews_.list()) {
    names += (names.empty() ? "" : ", ") + one.name;
  }
  throw ToolError("no such nameserver: " + nameserver + (names.empty() ? "; there are none" : "; there are " + names));
}

storage::NameserverSettings Tool::settings_of(const storage::NameserverOverview& nameserver) {
  auto settings = work_.read_settings(nameserver.id);
  if (!settings) {
    throw ToolError("nameserver " + nameserver.name + " is gone");
  }
  return *std::move(settings);
}

bool Tool::run(boost::asio::awaitable<void> task, const std::function<void()>& on_stop) {
  Outcome outcome;
  bool is_interrupted = false;
  {
    TaskGroup tasks([](std::exception_ptr) {});  // `run_to_end` lets none out
    const IoThreads threads(io_, 1);
    (void)tasks.spawn(executor_, run_to_end(std::move(task), &outcome));
    do {
      if (wait_for_signal() != Signal::stop || outcome.is_done) {
        continue;
      }
      if (is_interrupted) {
        std::_Exit(exit_interrupted);  // asked twice: a call still waits for its deadline
      }
      is_interrupted = true;
      boost::asio::post(executor_, on_stop);
    } while (!outcome.is_done);
    (void)tasks.wait_idle(acquire_timeout);
  }
  if (outcome.failure) {
    std::rethrow_exception(outcome.failure);
  }
  return is_interrupted;
}

}  // namespace minidns::pool::sync
