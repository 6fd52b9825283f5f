#pragma once

#include "storage/inbound_store.hpp"
#include "storage/postgres/connection.hpp"

#include <memory>

namespace minidns::storage::postgres {

/// By the functions of migrations/0006_inbound.sql, which are all the rights that mdns has to write.
class PostgresInboundStore final : public InboundStore {
 public:
  explicit PostgresInboundStore(std::shared_ptr<ConnectionPool> pool) : pool_(std::move(pool)) {}

  [[nodiscard]] Changes read(const std::optional<std::int64_t>& as_of) override;
  [[nodiscard]] std::optional<InboundClaim> claim(const ZoneId& zone, const InstanceId& holder,
                                                  std::chrono::milliseconds lease) override;
  [[nodiscard]] bool renew(const InboundClaim& claim, std::chrono::milliseconds lease) override;
  bool settle(const InboundClaim& claim, const InboundOutcome& outcome) override;
  void stage(const InboundClaim& claim, std::int64_t first, const std::vector<InboundRecord>& records) override;
  [[nodiscard]] std::int64_t group(const InboundClaim& claim, std::int64_t records) override;
  [[nodiscard]] std::int64_t count_differences(const InboundClaim& claim) override;
  [[nodiscard]] std::optional<dns::Version> commit_zone(const InboundClaim& claim, dns::Serial serial,
                                                        std::int64_t sets, const std::string& author) override;
  [[nodiscard]] std::vector<dns::RRset> rrsets(const InboundClaim& claim, const std::vector<Place>& places) override;
  [[nodiscard]] std::optional<dns::Version> commit_changes(const InboundClaim& claim, dns::Serial serial,
                                                           const std::vector<InboundChange>& changes,
                                                           const std::string& author) override;
  void announce(const ZoneId& zone, dns::Version version) override;

 private:
  std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace minidns::storage::postgres
