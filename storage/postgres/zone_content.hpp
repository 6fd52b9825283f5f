#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/zone_content.hpp"

#include <memory>

namespace minidns::storage::postgres {

/// Reads zones from `zones`, `versions` and `rrsets` through connections of a pool.
class PostgresZoneContent final : public ZoneContent {
 public:
  explicit PostgresZoneContent(std::shared_ptr<ConnectionPool> pool) : pool_(std::move(pool)) {}

  FeedPosition read_index(const OnHead& on_head, const OnCorrupt& on_corrupt) override;
  [[nodiscard]] bool read_zone(const ZoneId& zone, const ViewId& view, const OnHead& on_head,
                               const OnRRset& on_rrset) override;
  [[nodiscard]] Step read_step(const ZoneId& zone, const ViewId& view, dns::Version from,
                               std::size_t octets_max) override;
  [[nodiscard]] std::vector<Step> read_steps(const std::vector<StepRequest>& requests) override;
  [[nodiscard]] std::optional<Difference> read_difference(const ZoneId& zone, const ViewId& view, dns::Serial from,
                                                          dns::Version to, std::size_t octets_max) override;
  [[nodiscard]] std::optional<ZoneSigning> read_signing(const ZoneId& zone, dns::Version version) override;
  [[nodiscard]] std::vector<ZoneId> deleted_of(const std::vector<ZoneId>& zones) override;

 private:
  std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace minidns::storage::postgres
