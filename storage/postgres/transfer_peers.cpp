#include "storage/postgres/transfer_peers.hpp"

#include "storage/postgres/data_keys.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_keys =
    "select id, name, algorithm, secret_sealed, scope, resource_id, view from tsig_keys order by id";
constexpr const char* select_nameservers =
    "select n.id, n.pool_id, n.name, host(n.address), n.port, n.state, n.notify_key_id, n.allow_unsigned_soa, n.view,"
    " c.zone_id"
    " from nameservers n left join catalogs c on n.driver = 'catalog' and c.pool_id = n.pool_id"
    "   and c.family = n.settings ->> 'family'"
    " order by n.id";
constexpr const char* select_catalogs = "select zone_id from catalogs order by zone_id";

StoredKey key_of(const Rows& rows, std::size_t row) {
  const ByteView sealed = rows.bytea(row, 3);
  const Uuid resource = rows.uuid(row, 5);
  std::variant<PoolId, ZoneId> scope = PoolId(resource);
  if (rows.text(row, 4) == "ZONE") {
    scope = ZoneId(resource);
  }
  return {
      TsigKeyId(rows.uuid(row, 0)), rows.text(row, 1), rows.text(row, 2), Bytes(sealed.begin(), sealed.end()), scope,
      view_column(rows, row, 6)};
}

StoredPeer::State state_of(const std::string& state) {
  if (state == "bootstrapping") {
    return StoredPeer::State::bootstrapping;
  }
  if (state == "in_service") {
    return StoredPeer::State::in_service;
  }
  return state == "maintenance" ? StoredPeer::State::maintenance : StoredPeer::State::retired;
}

StoredPeer peer_of(const Rows& rows, std::size_t row) {
  std::optional<TsigKeyId> notify_key;
  if (const auto id = rows.optional_uuid(row, 6)) {
    notify_key.emplace(*id);
  }
  StoredPeer peer{NameserverId(rows.uuid(row, 0)),
                  PoolId(rows.uuid(row, 1)),
                  rows.text(row, 2),
                  rows.text(row, 3),
                  static_cast<std::uint16_t>(rows.integer(row, 4)),
                  state_of(rows.text(row, 5)),
                  notify_key,
                  rows.boolean(row, 7),
                  view_column(rows, row, 8)};
  if (const auto id = rows.optional_uuid(row, 9)) {
    peer.catalog.emplace(*id);
  }
  return peer;
}

}  // namespace

TransferPeers PostgresTransferPeers::read() {
  const auto lease = pool_->acquire();
  Transaction transaction(*lease, "begin isolation level repeatable read, read only");
  const auto rows = lease->execute_all(
      {{select_keys, {}}, {select_nameservers, {}}, {select_catalogs, {}}, {select_shared_data_keys, {}}});
  transaction.commit();
  TransferPeers peers;
  for (std::size_t row = 0; row < rows[0].size(); ++row) {
    peers.keys.push_back(key_of(rows[0], row));
  }
  for (std::size_t row = 0; row < rows[1].size(); ++row) {
    peers.peers.push_back(peer_of(rows[1], row));
  }
  for (std::size_t row = 0; row < rows[2].size(); ++row) {
    peers.catalogs.emplace_back(rows[2].uuid(row, 0));
  }
  peers.data_keys = data_keys_of(rows[3]);
  return peers;
}

}  // namespace minidns::storage::postgres
