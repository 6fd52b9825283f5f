#pragma once

#include "storage/nameserver_leases.hpp"
#include "storage/postgres/connection.hpp"

#include <memory>

namespace minidns::storage::postgres {

class NameserverLeases final : public storage::NameserverLeases {
 public:
  /// `pool` must outlive this.
  explicit NameserverLeases(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] LeaseTable read(InstanceId me) override;
  [[nodiscard]] std::vector<Lease> acquire(InstanceId me, const std::vector<NameserverId>& nameservers,
                                           std::chrono::milliseconds lease_time) override;
  [[nodiscard]] std::vector<Lease> renew(InstanceId me, const std::vector<Lease>& leases,
                                         std::chrono::milliseconds lease_time) override;
  void release(InstanceId me, const std::vector<Lease>& leases) override;
  void leave(InstanceId me) override;
  [[nodiscard]] std::vector<LiveInstance> live_mdns() override;
  std::int64_t remove_dead_instances(std::chrono::seconds age) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
