#pragma once

#include "mdns/signing/digest_check.hpp"
#include "storage/postgres/version_digests.hpp"

#include <memory>

namespace minidns::mdns {

/// Digests are compared in PostgreSQL; `box` holds the master key that all instances have.
[[nodiscard]] std::unique_ptr<DigestCheck> check_digests_in(storage::postgres::ConnectionSettings database,
                                                            storage::postgres::ConnectionPool::OnConnect on_connect,
                                                            const SecretStore& box, const InstanceId& self,
                                                            Metrics& metrics, const Logger& log);

}  // namespace minidns::mdns
