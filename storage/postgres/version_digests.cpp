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

void PostgresVersionDigests::report(const VersionDigest& ours) {
  pool_.acquire()->execute(report_digest, params_of(ours));
}

}  // namespace minidns::storage::postgres
