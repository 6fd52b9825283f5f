#include "storage/postgres/newest_epoch.hpp"

#include "storage/postgres/checked_connection.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_epoch = "select epoch from feed_head";

/// What a host says; 0 if it doesn't answer, or is no database of ours.
std::int64_t epoch_of(const ConnectionSettings& host) {
  try {
    Connection connection(host);
    const auto rows = connection.execute(select_epoch);
    return rows.empty() ? 0 : rows.integer(0, 0);
  } catch (const Unavailable&) {
    return 0;
  } catch (const StatementError&) {
    return 0;
  }
}

}  // namespace

void NewestEpoch::accept(std::int64_t epoch) {
  const std::lock_guard lock(mutex_);
  ask_hosts();
  if (epoch < newest_) {
    throw Unavailable("the database is of epoch " + std::to_string(epoch) + ", but epoch " + std::to_string(get()) +
                      " was seen: an old primary that came back, or a replica of it?");
  }
  newest_ = epoch;
}

void NewestEpoch::saw(std::int64_t epoch) {
  const std::lock_guard lock(mutex_);
  newest_ = std::max(newest_.load(), epoch);
}

void NewestEpoch::ask_hosts() {
  const auto hosts = std::exchange(hosts_, std::nullopt);
  if (!hosts) {
    return;
  }
  const auto all = split_hosts(hosts->conninfo);
  for (std::size_t i = 0; all.size() > 1 && i < all.size(); ++i) {
    ConnectionSettings host = *hosts;
    host.conninfo = all[i] + " target_session_attrs='any'";  // standbys know too
    newest_ = std::max(newest_.load(), epoch_of(host));
  }
}

}  // namespace minidns::storage::postgres
