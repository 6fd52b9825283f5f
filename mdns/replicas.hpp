#pragma once

#include "mdns/follow/follower.hpp"
#include "mdns/metrics.hpp"
#include "mdns/replica_settings.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/content_source.hpp"
#include "storage/postgres/feed_reader.hpp"
#include "storage/postgres/reader_check.hpp"
#include "storage/postgres/transfer_peers.hpp"
#include "storage/postgres/zone_content.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <vector>

namespace minidns::mdns {

/// Sessions to the read replicas of the database.
class Replicas {
 public:
  /// `like`: settings of sessions to the primary; `connections`: to each replica.
  Replicas(const ReplicaSettings& settings, const storage::postgres::ConnectionSettings& like, std::size_t connections,
           std::chrono::milliseconds acquire_limit, const storage::postgres::ReaderCheck& check);

  [[nodiscard]] std::vector<std::shared_ptr<storage::postgres::ConnectionPool>> pools() const;
  /// For the follower, while the primary is away; as long as this lives.
  [[nodiscard]] std::vector<FollowedDatabase> followed();

 private:
  struct Replica {
    Replica(const storage::postgres::ConnectionSettings& settings, std::size_t connections,
            std::chrono::milliseconds acquire_limit, const storage::postgres::ReaderCheck& check);
    std::shared_ptr<storage::postgres::ConnectionPool> pool;
    storage::postgres::PostgresZoneContent content;
    storage::postgres::PostgresTransferPeers peers;
    storage::postgres::PostgresFeedReader feed;  // without hints: LISTEN is refused by a standby
  };
  std::list<Replica> replicas_;
};

void count(const ReplicaMetrics& metrics, storage::postgres::PostgresContentSource::Choice choice);

}  // namespace minidns::mdns
