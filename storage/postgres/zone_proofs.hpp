#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/zone_proofs.hpp"

namespace minidns::storage::postgres {

class ZoneProofs final : public storage::ZoneProofs {
 public:
  /// `pool` must outlive this.
  explicit ZoneProofs(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::size_t count_zones(PoolId pool) override;
  [[nodiscard]] std::vector<ProvedZone> read_zones(PoolId pool, const std::optional<dns::Name>& after,
                                                   std::size_t limit) override;
  [[nodiscard]] std::vector<ProvedZone> look_up(PoolId pool, const std::vector<dns::Name>& names) override;
  [[nodiscard]] std::optional<DigestOctets> find_digest(ZoneId zone, dns::Version version, ViewId view,
                                                        const std::array<std::uint8_t, 4>& key_id) override;
  [[nodiscard]] ProofRound read_round(NameserverId nameserver, ProofKind kind) override;
  [[nodiscard]] std::vector<FaultKept> read_faults(NameserverId nameserver, std::size_t limit) override;
  [[nodiscard]] bool save(const Lease& lease, const ProofUpdate& update) override;
  [[nodiscard]] bool forget_deleted(const Lease& lease, PoolId pool) override;
  [[nodiscard]] WallTime now() override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
