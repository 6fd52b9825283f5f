#include "storage/postgres/version_digests.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* agree_digest =
    "select digest, instance, build, is_new from agree_digest($1, $2, $3, $4, $5, $6, $7)";
constexpr const char* report_digest = "select report_digest($1, $2, $3, $4, $5, $6, $7)";

std::vector<Param> params_of(const VersionDigest& ours) {
  return {ours.zone.uuid(),
          ours.version.value(),
          std::int32_t{ours.view.number()},
          ByteView(ours.key_id),
          ByteView(ours.digest),
          ours.instance.uuid(),
          ours.build};
}

ConnectionSettings limited(ConnectionSettings settings) {
  settings.statement_timeout = std::min(settings.statement_timeout, PostgresVersionDigests::wait_max);
  return settings;
}

ConnectionPool::OnConnect asynchronous(ConnectionPool::OnConnect on_connect) {
  return [on_connect = std::move(on_connect)](Connection& connection) {
    on_connect(connection);
    connection.execute_script("set synchronous_commit = off");
  };
}

}  // namespace

PostgresVersionDigests::PostgresVersionDigests(ConnectionSettings settings, ConnectionPool::OnConnect on_connect)
    : pool_(limited(std::move(settings)), connections, wait_max, asynchronous(std::move(on_connect))) {}

std::optional<VersionDigests::Stored> PostgresVersionDigests::agree(const VersionDigest& ours) {
  const Rows rows = pool_.acquire()->execute(agree_digest, params_of(ours));
  if (rows.empty()) {
    return std::nullopt;
  }
  Stored stored{Stored::Kind::none, {}, InstanceId(rows.uuid(0, 1)), rows.text(0, 2)};
  if (!rows.is_null(0, 0)) {
    stored.kind = rows.boolean(0, 3) ? Stored::Kind::ours : Stored::Kind::others;
    std::ranges::copy(rows.bytea(0, 0), stored.digest.begin());  // the column holds 32 octets
  }
  return stored;
}

/// By the only function that mdns may read them with, and what that would store is taken back.
std::vector<std::optional<DigestOctets>> PostgresVersionDigests::find(const ZoneId& zone, const ViewId& view,
                                                                      const std::array<std::uint8_t, 4>& key_id,
                                                                      const std::vector<dns::Version>& versions) {
  std::vector<Connection::Statement> statements{{"begin", {}}};
  for (const dns::Version version : versions) {
    const VersionDigest nobodys{zone, version, view, key_id, {}, InstanceId(Uuid({})), {}};
    statements.push_back({agree_digest, params_of(nobodys)});
  }
  statements.push_back({"rollback", {}});
  const auto rows = pool_.acquire()->execute_all(statements);
  std::vector<std::optional<DigestOctets>> found(versions.size());
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const Rows& row = rows[i + 1];
    if (!row.empty() && !row.is_null(0, 0) && !row.boolean(0, 3)) {
      std::ranges::copy(row.bytea(0, 0), found[i].emplace().begin());
    }
  }
  return found;
}

void PostgresVersionDigests::report(const VersionDigest& ours) {
  pool_.acquire()->execute(report_digest, params_of(ours));
}

}  // namespace minidns::storage::postgres
