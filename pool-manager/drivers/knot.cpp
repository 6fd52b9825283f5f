#include "pool-manager/drivers/knot.hpp"

#include "pool-manager/drivers/failure.hpp"
#include "pool-manager/drivers/knot_commands.hpp"
#include "pool-manager/drivers/zone_list.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace minidns::pool {
namespace {

DriverError no_turn() {
  return {DriverErrc::timeout, "knotd: other calls took too long"};
}

/// Gives the same outcome to each zone that went well so far.
void conclude_good(ZoneResults& results, const DriverResult<void>& outcome) {
  for (DriverResult<void>& result : results) {
    if (result) {
      result = outcome;
    }
  }
}

std::size_t count_good(const ZoneResults& results) {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](const DriverResult<void>& result) { return result.has_value(); }));
}

/// Zones whose result is good.
std::vector<dns::Name> good_of(const std::vector<dns::Name>& zones, const ZoneResults& results) {
  std::vector<dns::Name> good;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    if (results[i]) {
      good.push_back(zones[i]);
    }
  }
  return good;
}

ZoneResults results_of(const std::vector<KnotAnswer>& answers) {
  ZoneResults results;
  results.reserve(answers.size());
  for (const KnotAnswer& answer : answers) {
    results.push_back(knot_result(answer));
  }
  return results;
}

}  // namespace

bool is_knot_setting(std::string_view text) {
  constexpr std::size_t octets_max = 100;  // a socket's path has 107 at most
  return !text.empty() && text.size() <= octets_max &&
         std::ranges::all_of(text, [](char c) { return c > 32 && c < 127; });
}

KnotDriver::KnotDriver(const boost::asio::any_io_executor& executor, KnotSettings settings)
    : executor_(executor), settings_(std::move(settings)), queue_(executor) {
  assert(is_knot_setting(settings_.control_socket) && is_knot_setting(settings_.zone_template));
}

boost::asio::awaitable<ZoneResults> KnotDriver::add_zones(std::vector<dns::Name> zones, Upstream upstream) {
  co_return co_await edit_zones(Edit::add, std::move(zones), std::move(upstream));
}

boost::asio::awaitable<ZoneResults> KnotDriver::change_zones(std::vector<dns::Name> zones, Upstream upstream) {
  co_return co_await edit_zones(Edit::change, std::move(zones), std::move(upstream));
}

boost::asio::awaitable<ZoneResults> KnotDriver::edit_zones(Edit edit, std::vector<dns::Name> zones, Upstream upstream) {
  const auto turn = co_await queue_.wait_turn(settings_.limits.queue);
  if (!turn) {
    co_return ZoneResults(zones.size(), no_turn());
  }
  if (!permit()()) {
    co_return ZoneResults(zones.size(), withheld());
  }
  DriverResult<ZoneResults> together = co_await edit_together(edit, zones, upstream);
  if (together) {
    co_return std::move(*together);
  }
  if (zones.size() == 1) {
    co_return ZoneResults(zones.size(), together.error());
  }
  // One of them may be what Knot doesn't take.
  ZoneResults results;
  std::optional<DriverError> lost;
  for (const dns::Name& zone : zones) {
    if (lost) {
      results.emplace_back(*lost);
      continue;
    }
    std::vector<dns::Name> one;
    one.push_back(zone);
    const DriverResult<ZoneResults> alone = co_await edit_together(edit, std::move(one), upstream);
    results.push_back(alone ? alone->front() : DriverResult<void>(alone.error()));
    lost = loss(results.back());
  }
  co_return results;
}

/// An error: the configuration as a whole isn't taken, and nothing was done.
DriverTask<ZoneResults> KnotDriver::edit_together(Edit edit, std::vector<dns::Name> zones, Upstream upstream) {
  KnotTransaction transaction(executor_, settings_.control_socket, settings_.limits);
  DriverResult<void> done = co_await transaction.begin();
  if (done) {
    done = co_await make(transaction, knot_upstream_commands(upstream, settings_));
  }
  if (!done) {
    co_return ZoneResults(zones.size(), done.error());
  }
  std::vector<KnotCommand> first;
  for (const dns::Name& zone : zones) {
    first.push_back(edit == Edit::add ? knot_new_zone(zone) : knot_look_at_zone(zone));
  }
  DriverResult<std::vector<KnotAnswer>> answers = co_await transaction.run(std::move(first));
  if (!answers) {
    co_return ZoneResults(zones.size(), answers.error());
  }
  ZoneResults results = results_of(*answers);
  const std::vector<dns::Name> good = good_of(zones, results);
  if (good.empty()) {
    const DriverResult<void> ended = co_await transaction.abort();
    co_return ended ? results : ZoneResults(zones.size(), ended.error());
  }
  std::vector<KnotCommand> sets;
  for (const dns::Name& zone : good) {
    append_knot_zone_settings(sets, zone, upstream, settings_, edit == Edit::change);
  }
  answers = co_await transaction.run(std::move(sets));
  if (!answers) {
    co_return ZoneResults(zones.size(), answers.error());
  }
  for (const KnotAnswer& answer : *answers) {
    const KnotUnit* const error = answer.error();
    if (error != nullptr && !is_knot_absence(*error)) {
      const DriverError reason{DriverErrc::rejected, knot_error(*error).detail};
      const DriverResult<void> ended = co_await transaction.abort();
      conclude_good(results, ended ? DriverResult<void>(reason) : ended);
      co_return results;
    }
  }
  done = co_await transaction.commit();
  if (done || loss(done)) {
    conclude_good(results, done);
    co_return results;
  }
  co_return done.error();
}

/// What there is already stays. After an error the transaction is ended; rejected: it refers to what Knot doesn't have.
DriverTask<void> KnotDriver::make(KnotTransaction& transaction, std::vector<KnotCommand> commands) {
  const DriverResult<std::vector<KnotAnswer>> answers = co_await transaction.run(std::move(commands));
  if (!answers) {
    co_return answers.error();
  }
  for (const KnotAnswer& answer : *answers) {
    const KnotUnit* const error = answer.error();
    if (error != nullptr && error->error != "duplicate identifier") {
      const DriverError reason = knot_error(*error);
      const DriverResult<void> ended = co_await transaction.abort();
      co_return ended ? reason : ended.error();
    }
  }
  co_return DriverResult<void>();
}

boost::asio::awaitable<ZoneResults> KnotDriver::remove_zones(std::vector<dns::Name> zones) {
  const auto turn = co_await queue_.wait_turn(settings_.limits.queue);
  if (!turn) {
    co_return ZoneResults(zones.size(), no_turn());
  }
  if (!permit()()) {
    co_return ZoneResults(zones.size(), withheld());
  }
  DriverResult<ZoneResults> results = co_await remove_together(zones);
  co_return results ? std::move(*results) : ZoneResults(zones.size(), results.error());
}

DriverTask<ZoneResults> KnotDriver::remove_together(std::vector<dns::Name> zones) {
  KnotTransaction transaction(executor_, settings_.control_socket, settings_.limits);
  const DriverResult<void> begun = co_await transaction.begin();
  if (!begun) {
    co_return begun.error();
  }
  std::vector<KnotCommand> commands;
  for (const dns::Name& zone : zones) {
    commands.push_back(knot_remove_zone(zone));
  }
  DriverResult<std::vector<KnotAnswer>> answers = co_await transaction.run(std::move(commands));
  if (!answers) {
    co_return answers.error();
  }
  ZoneResults results = results_of(*answers);
  DriverResult<void> ended = DriverResult<void>();
  // Not by `?:`: gcc 12 destroys what one of its two awaits gave twice.
  if (count_good(results) == 0) {
    ended = co_await transaction.abort();
  } else {
    ended = co_await transaction.commit();
  }
  if (!ended) {
    co_return ended.error();
  }
  // What Knot keeps of them in its databases; without it a zone that comes back would begin with it.
  commands.clear();
  for (const dns::Name& zone : good_of(zones, results)) {
    commands.push_back(knot_purge_zone(zone));
  }
  answers = co_await transaction.run(std::move(commands));
  if (!answers) {
    conclude_good(results, answers.error());
    co_return results;
  }
  auto answer = answers->begin();
  for (DriverResult<void>& result : results) {
    if (result) {
      result = knot_result(*answer++);
    }
  }
  co_return results;
}

DriverTask<std::vector<ListedZone>> KnotDriver::list_zones() {
  const auto turn = co_await queue_.wait_turn(settings_.limits.queue);
  if (!turn) {
    co_return no_turn();
  }
  KnotSession session(executor_, settings_.control_socket, settings_.limits);
  const DriverResult<void> opened = co_await session.open();
  if (!opened) {
    co_return opened.error();
  }
  KnotListReader reader;
  const DriverResult<void> read =
      co_await session.stream(knot_list_zones(), [&reader](const KnotUnit& unit) { return reader.add(unit); });
  if (!read) {
    co_return read.error();
  }
  co_return std::move(reader).finish();
}

DriverTask<void> KnotDriver::fetch(dns::Name zone) {
  co_return co_await run(knot_zone_command("zone-refresh", zone));
}

DriverTask<void> KnotDriver::force(dns::Name zone) {
  co_return co_await run(knot_zone_command("zone-retransfer", zone));
}

DriverTask<void> KnotDriver::ensure_key(tsig::Key key) {
  const DriverResult<void> ensured = co_await ensure_one_key(std::move(key));
  if (!ensured || !settings_.notify_key) {
    co_return ensured;
  }
  co_return co_await ensure_one_key(*settings_.notify_key);
}

DriverTask<void> KnotDriver::ensure_one_key(tsig::Key key) {
  const auto turn = co_await queue_.wait_turn(settings_.limits.queue);
  if (!turn) {
    co_return no_turn();
  }
  const DriverResult<bool> present = co_await has_key(key);
  if (!present) {
    co_return present.error();
  }
  if (*present) {
    co_return DriverResult<void>();
  }
  KnotTransaction transaction(executor_, settings_.control_socket, settings_.limits);
  const DriverResult<void> begun = co_await transaction.begin();
  if (!begun) {
    co_return begun;
  }
  const DriverResult<void> made = co_await make(transaction, knot_key_commands(key));
  if (!made) {
    co_return made;
  }
  co_return co_await transaction.commit();
}

/// Of this name, algorithm and secret.
DriverTask<bool> KnotDriver::has_key(tsig::Key key) {
  KnotSession session(executor_, settings_.control_socket, settings_.limits);
  const DriverResult<void> opened = co_await session.open();
  if (!opened) {
    co_return opened.error();
  }
  const DriverResult<KnotAnswer> answer = co_await session.run_one(knot_read_key(key.name));
  if (!answer) {
    co_return answer.error();
  }
  const KnotUnit* const error = answer->error();
  if (error != nullptr && error->error != "invalid identifier") {
    co_return knot_error(*error);
  }
  co_return error == nullptr&& is_knot_key(*answer, key);
}

DriverTask<void> KnotDriver::ping() {
  co_return co_await run(knot_command("status"));
}

DriverTask<void> KnotDriver::run(KnotCommand command) {
  const auto turn = co_await queue_.wait_turn(settings_.limits.queue);
  if (!turn) {
    co_return no_turn();
  }
  KnotSession session(executor_, settings_.control_socket, settings_.limits);
  const DriverResult<void> opened = co_await session.open();
  if (!opened) {
    co_return opened;
  }
  const DriverResult<KnotAnswer> answer = co_await session.run_one(std::move(command));
  if (!answer) {
    co_return answer.error();
  }
  co_return knot_result(*answer);
}

}  // namespace minidns::pool
