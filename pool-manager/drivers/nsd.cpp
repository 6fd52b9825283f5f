#include "pool-manager/drivers/nsd.hpp"

#include "pool-manager/drivers/failure.hpp"
#include "pool-manager/drivers/one_by_one.hpp"

#include <cassert>
#include <utility>

namespace minidns::pool {

NsdDriver::NsdDriver(const boost::asio::any_io_executor& executor, NsdSettings settings)
    : control_(executor, settings.control, std::move(settings.credentials), settings.limits),
      pattern_(std::move(settings.pattern)) {
  assert(is_nsd_pattern(pattern_));
}

boost::asio::awaitable<ZoneResults> NsdDriver::add_zones(std::vector<dns::Name> zones, Upstream upstream) {
  const DriverResult<void> key = co_await require_key(upstream.key);
  if (!key) {
    co_return ZoneResults(zones.size(), key.error());
  }
  std::string input = nsd_zones_to_add(zones, pattern_);
  co_return co_await run_for("addzones", std::move(input), "added", std::move(zones));
}

boost::asio::awaitable<ZoneResults> NsdDriver::change_zones(std::vector<dns::Name> zones, Upstream upstream) {
  const DriverResult<void> key = co_await require_key(upstream.key);
  if (!key) {
    co_return ZoneResults(zones.size(), key.error());
  }
  const ZoneAction change = [this](dns::Name zone) { return change_zone(std::move(zone)); };
  co_return co_await one_by_one(std::move(zones), change, permit());
}

/// Commands make a zone that isn't there, or say `ok` of it: this says no_such_zone.
DriverTask<std::string> NsdDriver::pattern_of(dns::Name zone) {
  const DriverResult<std::string> status = co_await control_.command("zonestatus " + nsd_name(zone));
  if (!status) {
    co_return status.error();
  }
  co_return nsd_pattern_of(*status);
}

DriverTask<void> NsdDriver::change_zone(dns::Name zone) {
  const DriverResult<std::string> pattern = co_await pattern_of(zone);
  if (!pattern) {
    co_return pattern.error();
  }
  if (*pattern == pattern_) {
    co_return DriverResult<void>();
  }
  co_return co_await run("changezone " + nsd_name(zone) + " " + pattern_);
}

boost::asio::awaitable<ZoneResults> NsdDriver::remove_zones(std::vector<dns::Name> zones) {
  std::string input = nsd_zones_to_remove(zones);
  co_return co_await run_for("delzones", std::move(input), "removed", std::move(zones));
}

boost::asio::awaitable<ZoneResults> NsdDriver::run_for(std::string command, std::string input, std::string done,
                                                       std::vector<dns::Name> zones) {
  if (!permit()()) {
    co_return ZoneResults(zones.size(), withheld());
  }
  const DriverResult<std::string> answer = co_await control_.command(std::move(command), std::move(input));
  co_return answer ? nsd_results(*answer, done, zones) : ZoneResults(zones.size(), answer.error());
}

DriverTask<std::vector<ListedZone>> NsdDriver::list_zones() {
  NsdListReader reader;
  const NsdControl::Sink sink = [&reader](std::string_view piece) { return reader.add(piece); };
  const DriverResult<void> read = co_await control_.stream("zonestatus", sink);
  if (!read) {
    co_return read.error();
  }
  co_return std::move(reader).finish();
}

DriverTask<void> NsdDriver::fetch(dns::Name zone) {
  co_return co_await run("transfer " + nsd_name(zone));
}

DriverTask<void> NsdDriver::force(dns::Name zone) {
  const DriverResult<std::string> pattern = co_await pattern_of(zone);
  if (!pattern) {
    co_return pattern.error();
  }
  co_return co_await run("force_transfer " + nsd_name(zone));
}

DriverTask<void> NsdDriver::ensure_key(tsig::Key key) {
  const DriverResult<std::string> keys = co_await control_.command("print_tsig");
  if (!keys) {
    co_return keys.error();
  }
  co_return nsd_check_key(*keys, key);
}

DriverTask<void> NsdDriver::require_key(dns::Name key) {
  const DriverResult<std::string> keys = co_await control_.command("print_tsig");
  if (!keys) {
    co_return keys.error();
  }
  if (!nsd_has_key(*keys, key)) {
    co_return DriverError{DriverErrc::rejected, "nsd.conf has no key " + key.to_text()};
  }
  co_return DriverResult<void>();
}

DriverTask<void> NsdDriver::ping() {
  const DriverResult<std::string> status = co_await control_.command("status");
  if (!status) {
    co_return status.error();
  }
  if (!status->starts_with("version: ")) {
    co_return DriverError{DriverErrc::protocol, "NSD's status: " + quote(*status)};
  }
  co_return DriverResult<void>();
}

DriverTask<void> NsdDriver::run(std::string command) {
  const DriverResult<std::string> answer = co_await control_.command(std::move(command));
  if (!answer) {
    co_return answer.error();
  }
  co_return nsd_result(*answer);
}

}  // namespace minidns::pool
