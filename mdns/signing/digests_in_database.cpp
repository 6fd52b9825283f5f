#include "mdns/signing/digests_in_database.hpp"

#include <utility>

namespace minidns::mdns {

std::unique_ptr<DigestCheck> check_digests_in(storage::postgres::ConnectionSettings database,
                                              storage::postgres::ConnectionPool::OnConnect on_connect,
                                              const SecretStore& box, const InstanceId& self, Metrics& metrics,
                                              const Logger& log) {
  return std::make_unique<DigestCheck>(
      std::make_unique<storage::postgres::PostgresVersionDigests>(std::move(database), std::move(on_connect)), box,
      self, MINIDNS_RELEASE, make_digest_metrics(metrics), log);
}

}  // namespace minidns::mdns
