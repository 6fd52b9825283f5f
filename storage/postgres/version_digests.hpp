#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/version_digests.hpp"

namespace minidns::storage::postgres {

/// On connections of its own, which commit asynchronously.
class PostgresVersionDigests final : public VersionDigests {
 public:
  PostgresVersionDigests(ConnectionSettings settings, ConnectionPool::OnConnect on_connect);

  [[nodiscard]] std::optional<Stored> agree(const VersionDigest& ours) override;
  [[nodiscard]] std::vector<std::optional<DigestOctets>> find(const ZoneId& zone, const ViewId& view,
                                                              const std::array<std::uint8_t, 4>& key_id,
                                                              const std::vector<dns::Version>& versions) override;
  void report(const VersionDigest& ours) override;

  /// A call holds one for less than a millisecond.
  static constexpr std::size_t connections = 2;
  /// A version waits so long for its digest to be compared, at most about twice, and is then served without that.
  static constexpr std::chrono::milliseconds wait_max{1000};

 private:
  ConnectionPool pool_;
};

}  // namespace minidns::storage::postgres
