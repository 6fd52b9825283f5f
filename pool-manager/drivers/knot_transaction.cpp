#include "pool-manager/drivers/knot_transaction.hpp"

#include "pool-manager/drivers/failure.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string_view>
#include <utility>

namespace minidns::pool {
namespace {

namespace asio = boost::asio;

constexpr std::string_view mark = "minidns-transaction";
/// While another's transaction is open: a person at knotc, or a script, takes seconds.
constexpr std::chrono::milliseconds try_again_after{100};

KnotCommand about_mark(std::string_view command) {
  return {.name = std::string(command), .section = "remote", .id = std::string(mark)};
}

/// The words of libknot (`knot_strerror`).
DriverErrc code_of(const KnotUnit& unit) {
  if (unit.error == "no such zone found") {
    return DriverErrc::no_such_zone;
  }
  const bool is_zone = unit.section == "zone" && unit.item.empty();
  if (is_zone && unit.error == "duplicate identifier") {
    return DriverErrc::already_exists;
  }
  if (is_zone && unit.error == "invalid identifier") {
    return DriverErrc::no_such_zone;
  }
  return DriverErrc::rejected;
}

}  // namespace

DriverError knot_error(const KnotUnit& unit) {
  const std::string id = unit.id.empty() ? "" : "[" + unit.id + "]";
  const std::string item = unit.item.empty() ? "" : "." + unit.item;
  const std::string where = unit.section.empty() ? "" : unit.section + id + item + ": ";
  return {code_of(unit), quote(where + unit.error)};
}

DriverResult<void> knot_result(const KnotAnswer& answer) {
  const KnotUnit* const error = answer.error();
  return error == nullptr ? DriverResult<void>() : DriverResult<void>(knot_error(*error));
}

KnotTransaction::KnotTransaction(const asio::any_io_executor& executor, std::string socket_path,
                                 const KnotLimits& limits)
    : executor_(executor), limits_(limits), session_(executor, std::move(socket_path), limits) {}

DriverTask<void> KnotTransaction::begin() {
  const auto until = std::chrono::steady_clock::now() + limits_.transaction;
  while (true) {
    const DriverResult<bool> begun = co_await try_begin();
    if (!begun) {
      co_return begun.error();
    }
    if (*begun) {
      co_return DriverResult<void>();
    }
    session_.close();
    if (std::chrono::steady_clock::now() >= until) {
      co_return DriverError{DriverErrc::rejected,
                            "another's configuration transaction is open on knotd (`knotc conf-abort` ends it)"};
    }
    asio::steady_timer timer(executor_, try_again_after);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

/// False: another's is open, or one of ours was, which is ended now.
DriverTask<bool> KnotTransaction::try_begin() {
  const DriverResult<void> opened = co_await session_.open();
  if (!opened) {
    co_return opened.error();
  }
  const DriverResult<KnotAnswer> begun = co_await session_.run_one(knot_command("conf-begin"));
  if (!begun) {
    co_return begun.error();
  }
  const KnotUnit* const error = begun->error();
  if (error != nullptr && error->error != "too many transactions") {
    co_return knot_error(*error);
  }
  const DriverResult<KnotAnswer> marked =
      co_await session_.run_one(about_mark(error == nullptr ? "conf-set" : "conf-get"));
  if (!marked) {
    co_return marked.error();
  }
  const KnotUnit* const unmarked = marked->error();
  if (error == nullptr && unmarked != nullptr) {
    co_return knot_error(*unmarked);
  }
  if (error != nullptr && unmarked == nullptr) {
    const DriverResult<void> ended = co_await abort();
    if (!ended) {
      co_return ended.error();
    }
  }
  co_return error == nullptr;
}

DriverTask<std::vector<KnotAnswer>> KnotTransaction::run(std::vector<KnotCommand> commands) {
  co_return co_await session_.run(std::move(commands));
}

DriverTask<void> KnotTransaction::commit() {
  std::vector<KnotCommand> commands;
  commands.push_back(about_mark("conf-unset"));
  commands.push_back(knot_command("conf-commit"));
  const DriverResult<std::vector<KnotAnswer>> answers = co_await session_.run(std::move(commands));
  if (!answers) {
    co_return answers.error();
  }
  const DriverResult<void> committed = knot_result(answers->back());
  if (committed) {
    co_return committed;
  }
  const DriverResult<void> ended = co_await abort();
  if (!ended) {
    co_return ended;
  }
  co_return DriverError{DriverErrc::rejected, committed.error().detail};
}

DriverTask<void> KnotTransaction::abort() {
  const DriverResult<KnotAnswer> answer = co_await session_.run_one(knot_command("conf-abort"));
  if (!answer) {
    co_return answer.error();
  }
  co_return knot_result(*answer);
}

}  // namespace minidns::pool
