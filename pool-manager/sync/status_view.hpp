#pragma once

#include "base/clock.hpp"
#include "pool-manager/drivers/soa_answer.hpp"
#include "storage/nameserver_overview.hpp"

#include <optional>
#include <string>
#include <vector>

namespace minidns::pool::sync {

/// What is told of one nameserver about a zone.
struct ZoneOnNameserver {
  storage::NameserverOverview nameserver;
  std::optional<storage::ZoneTask> task;
  std::vector<storage::ZoneFault> faults;
  std::optional<SoaAnswer> answer;  ///< to a question just now; nothing: it could not be asked
};

/// A table for a person; one line for each nameserver, and its last error below.
[[nodiscard]] std::string status_text(const std::vector<storage::NameserverOverview>& nameservers, WallTime now);
[[nodiscard]] std::string status_json(const std::vector<storage::NameserverOverview>& nameservers);

[[nodiscard]] std::string why_text(const storage::ZoneStanding& zone, const std::vector<ZoneOnNameserver>& nameservers,
                                   WallTime now);
[[nodiscard]] std::string why_json(const storage::ZoneStanding& zone, const std::vector<ZoneOnNameserver>& nameservers);

/// Whether the nameserver shows what the database has: the zone's serial, or nothing if it is deleted.
[[nodiscard]] bool is_right(const storage::ZoneStanding& zone, const ZoneOnNameserver& nameserver);

}  // namespace minidns::pool::sync
