#include "mdns/replicas.hpp"

namespace minidns::mdns {

namespace postgres = storage::postgres;

Replicas::Replica::Replica(const postgres::ConnectionSettings& settings, std::size_t connections,
                           std::chrono::milliseconds acquire_limit, const postgres::ReaderCheck& check)
    : pool(std::make_shared<postgres::ConnectionPool>(settings, connections, acquire_limit, check)),
      content(pool),
      peers(pool),
      feed(settings, {}, check) {}

Replicas::Replicas(const ReplicaSettings& settings, const postgres::ConnectionSettings& like, std::size_t connections,
                   std::chrono::milliseconds acquire_limit, const postgres::ReaderCheck& check) {
  for (const std::string& conninfo : settings.conninfo) {
    postgres::ConnectionSettings own = like;
    own.conninfo = conninfo;
    own.application_name = "mdns-replica";
    own.target_session_attrs = "any";
    replicas_.emplace_back(own, connections, acquire_limit, check);
  }
}

std::vector<std::shared_ptr<postgres::ConnectionPool>> Replicas::pools() const {
  std::vector<std::shared_ptr<postgres::ConnectionPool>> pools;
  for (const Replica& replica : replicas_) {
    pools.push_back(replica.pool);
  }
  return pools;
}

std::vector<FollowedDatabase> Replicas::followed() {
  std::vector<FollowedDatabase> databases;
  for (Replica& replica : replicas_) {
    databases.push_back({replica.feed, replica.content, replica.peers});
  }
  return databases;
}

void count(const ReplicaMetrics& metrics, postgres::PostgresContentSource::Choice choice) {
  switch (choice) {
    case postgres::PostgresContentSource::Choice::replica:
      metrics.replica.increment();
      return;
    case postgres::PostgresContentSource::Choice::lagging:
      metrics.lagging.increment();
      return;
    case postgres::PostgresContentSource::Choice::no_replica:
      metrics.away.increment();
      return;
  }
}

}  // namespace minidns::mdns
