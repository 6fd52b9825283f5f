#include "storage/postgres/version_watch.hpp"

#include "storage/hints.hpp"
#include "storage/postgres/checked_connection.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// The newest change that is served is found from the zone's newest backwards: few are under way. The oldest one that
// failed is what a task stands for; if it was pruned, everything newer failed too.
constexpr const char* select_horizons =
    "select h.zone_id,"
    " (select c.version from changes c where c.zone_id = h.zone_id and c.seq <= h.served_through"
    "   order by c.version desc limit 1),"
    " case when h.failed_from is not null then"
    "   coalesce((select c.version from changes c where c.seq = h.failed_from and c.zone_id = h.zone_id), 1) end"
    " from zone_horizons h where h.zone_id = any($1::uuid[])";

std::optional<dns::Version> optional_version(const Rows& rows, std::size_t row, int column) {
  const auto version = rows.optional_integer(row, column);
  return version ? std::optional(dns::Version(*version)) : std::nullopt;
}

int new_eventfd() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) {
    throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  return fd;
}

}  // namespace

PostgresVersionWatch::PostgresVersionWatch(ConnectionSettings settings, ConnectionPool::OnConnect on_connect)
    : settings_(std::move(settings)), on_connect_(std::move(on_connect)), wakeups_(new_eventfd()) {}

Connection& PostgresVersionWatch::session() {
  if (session_ && session_->is_idle()) {
    return *session_;
  }
  session_.reset();
  Connection fresh = open_checked(settings_, on_connect_);
  fresh.execute_script(std::string("listen ") + channel_visible);
  return session_.emplace(std::move(fresh));
}

std::vector<ZoneHorizon> PostgresVersionWatch::look(const std::vector<ZoneId>& zones) {
  std::vector<Uuid> ids;
  ids.reserve(zones.size());
  for (const ZoneId& zone : zones) {
    ids.push_back(zone.uuid());
  }
  const Rows rows = session().execute(select_horizons, {ids});
  std::vector<ZoneHorizon> horizons;
  horizons.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    horizons.push_back({ZoneId(rows.uuid(row, 0)), optional_version(rows, row, 1), optional_version(rows, row, 2)});
  }
  return horizons;
}

void PostgresVersionWatch::wait(std::chrono::milliseconds timeout) {
  Connection& connection = session();
  if (connection.wait_notifications(std::chrono::milliseconds(0)).empty()) {
    std::array<pollfd, 2> entries{{{connection.socket(), POLLIN, 0}, {wakeups_.get(), POLLIN, 0}}};
    ::poll(entries.data(), entries.size(), static_cast<int>(timeout.count()));
    static_cast<void>(connection.wait_notifications(std::chrono::milliseconds(0)));  // what they say is that they came
  }
  std::uint64_t count = 0;
  [[maybe_unused]] const auto size = ::read(wakeups_.get(), &count, sizeof count);  // none is fine
}

void PostgresVersionWatch::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto size = ::write(wakeups_.get(), &one, sizeof one);  // a full counter wakes as well
}

void PostgresVersionWatch::rest() {
  session_.reset();
}

}  // namespace minidns::storage::postgres
