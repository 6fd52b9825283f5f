#pragma once

#include "api/sync.hpp"
#include "storage/sync_matrix.hpp"

#include <optional>
#include <string>

/// What is to be said of zones on nameservers, from what is known of them. Pure.
namespace minidns::central {

struct SyncVerdict {
  api::SyncStatus status;
  std::optional<std::string> reason;  ///< nothing: it is OK
};

/// Of one zone: the worst that holds. What a nameserver that nobody looks at shows isn't known, so that comes first.
/// The reason has no words of a driver's but the task's: members of projects see it.
[[nodiscard]] SyncVerdict verdict_of(const storage::ZoneOnNameserver& zone);
/// Of a zone with exceptions, beside other zones of the same nameserver.
[[nodiscard]] api::SyncStatus status_of(const storage::ZoneExceptions& exceptions);
/// Of a nameserver: the worst of its zones.
[[nodiscard]] api::SyncStatus status_of(const storage::NameserverMatrix& nameserver);

}  // namespace minidns::central
