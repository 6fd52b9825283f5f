#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/zone_edit.hpp"

#include <string>
#include <utility>
#include <vector>

/// The statements that write a zone's content, each set-based. They go into one pipeline.
namespace minidns::storage::postgres {

/// Taken before the epoch is read: a new epoch then waits for this transaction (migrations/0002_feed.sql).
inline constexpr const char* lock_epoch = "lock table versions in row exclusive mode";

using Statements = std::vector<Connection::Statement>;

/// Ends what is current at these owners and types in `view` (nothing: what is of every view) as of `version`.
void add_close(Statements& statements, const ZoneId& zone, const dns::Name& apex, const std::optional<ViewId>& view,
               dns::Version version, const std::vector<std::pair<dns::Name, dns::RRType>>& rrsets);
void add_put(Statements& statements, const ZoneId& zone, const dns::Name& apex, const std::optional<ViewId>& view,
             dns::Version version, const std::vector<dns::RRset>& rrsets);
void add_version(Statements& statements, const ZoneId& zone, const VersionStamp& stamp, VersionKind kind,
                 const std::string& author);
void add_recordset(Statements& statements, const ZoneId& zone, const dns::Name& apex, dns::Version version,
                   const RecordsetWrite& recordset);
/// `version`: nothing if what is served stays as it is.
void change_recordset(Statements& statements, const std::optional<dns::Version>& version,
                      const RecordsetWrite& recordset);
void remove_recordsets(Statements& statements, const ZoneId& zone, const std::vector<RecordsetId>& recordsets);
/// A new TTL for the RRsets of recordsets without one of their own.
void add_default_ttl(Statements& statements, const ZoneId& zone, dns::Version version, dns::Ttl ttl);

[[nodiscard]] Bytes owner_key_of(const dns::Name& owner, const dns::Name& apex);
/// `rrsets.owner_case`: nothing if the relative owner has no capitals.
[[nodiscard]] std::optional<Bytes> owner_case_of(const dns::Name& owner, const dns::Name& apex);

}  // namespace minidns::storage::postgres
