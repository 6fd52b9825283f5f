#include "pool-manager/drivers/bind.hpp"

#include "base/digest.hpp"
#include "pool-manager/drivers/failure.hpp"
#include "pool-manager/drivers/one_by_one.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace minidns::pool {
namespace {

/// File systems take 255 octets; named adds `.jnl` and names of its own while it writes.
constexpr std::size_t plain_file_octets_max = 200;

/// A string of named.conf. A name's text has no line breaks, and its quotes are escaped already.
std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

/// As all commands take it. addzone does not take a view in quotes.
std::string zone_in_view(const dns::Name& zone, const std::string& view) {
  return quoted(zone.to_text()) + " IN " + view;
}

std::string primaries_block(const Upstream& upstream) {
  std::string block = "{ ";
  for (const Primary& primary : upstream.primaries) {
    block += primary.address.to_string() + " port " + std::to_string(primary.port) + " key " +
             quoted(upstream.key.to_text()) + "; ";
  }
  return block + "}";
}

/// The words named has for a result (`isc_result_totext`), which change less than its numbers.
DriverErrc code_of(const RndcReply& reply) {
  if (reply.error == "already exists") {
    return DriverErrc::already_exists;
  }
  if (reply.error == "not found" || reply.error == "no matching zone found") {
    return DriverErrc::no_such_zone;
  }
  if (reply.error == "permission denied") {
    return DriverErrc::refused;
  }
  return DriverErrc::rejected;
}

DriverResult<void> result_of(const RndcReply& reply) {
  if (reply.succeeded) {
    return {};
  }
  const std::string separator = reply.error.empty() || reply.text.empty() ? "" : ": ";
  return DriverError{code_of(reply), quote(reply.error + separator + reply.text)};
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// One line of `rndc tsig-list`: `view "_default"; type "static"; key "name";`. Names are compared as names.
bool is_line_of_key(std::string_view line, const std::string& view, const dns::Name& key) {
  static constexpr std::string_view mark = "; key \"";
  static constexpr std::string_view end = "\";";
  const std::size_t at = line.find(mark);
  if (!line.starts_with("view " + quoted(view)) || at == std::string_view::npos || !line.ends_with(end)) {
    return false;
  }
  std::string name(line.substr(at + mark.size(), line.size() - at - mark.size() - end.size()));
  if (!name.ends_with('.')) {
    name += '.';
  }
  const dns::Result<dns::Name> parsed = dns::Name::from_text(name);
  return parsed && *parsed == key;
}

bool lists_key(std::string_view text, const std::string& view, const dns::Name& key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (is_line_of_key(text.substr(0, end), view, key)) {
      return true;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

}  // namespace

bool is_bind_view(std::string_view name) {
  const auto is_allowed = [](char c) { return is_plain(c) || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && std::ranges::all_of(name, is_allowed);
}

bool is_bind_folder(std::string_view path) {
  const auto is_allowed = [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\' && c != 127;
  };
  return std::ranges::all_of(path, is_allowed);
}

std::string bind_zone_file(const dns::Name& zone) {
  std::string text = zone.lowercased().to_text();
  if (text.size() > 1 && text.size() <= plain_file_octets_max && std::ranges::all_of(text, is_plain)) {
    return text + "zone";  // a name never begins with a dot, so this is neither `.` nor `..`
  }
  return to_hex(sha256(zone.lowercased().wire())) + ".hash";
}

BindDriver::BindDriver(const boost::asio::any_io_executor& executor, BindSettings settings, const Clock& clock)
    : view_(std::move(settings.view)),
      zone_folder_(std::move(settings.zone_folder)),
      rndc_(executor, settings.control, std::move(settings.control_key), clock, settings.control_limits),
      statistics_(executor, settings.statistics, view_, settings.statistics_limits) {
  assert(is_bind_view(view_) && is_bind_folder(zone_folder_));
  if (!zone_folder_.empty() && !zone_folder_.ends_with('/')) {
    zone_folder_ += '/';
  }
}

boost::asio::awaitable<ZoneResults> BindDriver::add_zones(std::vector<dns::Name> zones, Upstream upstream) {
  // named takes zones with unknown keys, and then can't transfer them.
  const DriverResult<void> key = co_await require_key(upstream.key);
  if (!key) {
    co_return ZoneResults(zones.size(), key.error());
  }
  const ZoneAction add = [this, &upstream](const dns::Name& zone) {
    return run("addzone " + zone_in_view(zone, view_) + " " + zone_block(zone, upstream));
  };
  co_return co_await one_by_one(std::move(zones), add, permit());
}

boost::asio::awaitable<ZoneResults> BindDriver::change_zones(std::vector<dns::Name> zones, Upstream upstream) {
  // named takes zones with unknown keys, and then can't transfer them.
  const DriverResult<void> key = co_await require_key(upstream.key);
  if (!key) {
    co_return ZoneResults(zones.size(), key.error());
  }
  const ZoneAction change = [this, &upstream](const dns::Name& zone) {
    return run("modzone " + zone_in_view(zone, view_) + " " + zone_block(zone, upstream));
  };
  co_return co_await one_by_one(std::move(zones), change, permit());
}

boost::asio::awaitable<ZoneResults> BindDriver::remove_zones(std::vector<dns::Name> zones) {
  const ZoneAction remove = [this](const dns::Name& zone) {
    return run("delzone -clean " + zone_in_view(zone, view_));
  };
  co_return co_await one_by_one(std::move(zones), remove, permit());
}

DriverTask<std::vector<ListedZone>> BindDriver::list_zones() {
  co_return co_await statistics_.list_zones();
}

DriverTask<void> BindDriver::fetch(dns::Name zone) {
  co_return co_await run("refresh " + zone_in_view(zone, view_));
}

DriverTask<void> BindDriver::force(dns::Name zone) {
  co_return co_await run("retransfer " + zone_in_view(zone, view_));
}

DriverTask<void> BindDriver::ensure_key(tsig::Key key) {
  co_return co_await require_key(std::move(key.name));
}

DriverTask<void> BindDriver::require_key(dns::Name key) {
  const DriverResult<RndcReply> reply = co_await rndc_.command("tsig-list");
  if (!reply) {
    co_return reply.error();
  }
  const DriverResult<void> result = result_of(*reply);
  if (!result) {
    co_return result;
  }
  if (!lists_key(reply->text, view_, key)) {
    co_return DriverError{DriverErrc::rejected, "named.conf has no key " + key.to_text()};
  }
  co_return DriverResult<void>();
}

DriverTask<void> BindDriver::ping() {
  co_return co_await run("null");
}

std::string BindDriver::zone_block(const dns::Name& zone, const Upstream& upstream) const {
  return "{ type secondary; file " + quoted(zone_folder_ + bind_zone_file(zone)) + "; primaries " +
         primaries_block(upstream) + "; };";
}

DriverTask<void> BindDriver::run(std::string command) {
  const DriverResult<RndcReply> reply = co_await rndc_.command(std::move(command));
  if (!reply) {
    co_return reply.error();
  }
  co_return result_of(*reply);
}

}  // namespace minidns::pool
