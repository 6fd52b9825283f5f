#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "central/announcer.hpp"
#include "storage/pools.hpp"

namespace minidns::central {

/// Pools as the API has them. The pool's NS names are copied into each zone when it is made: while a pool has zones,
/// they can't be changed here (that is a paced job of its own).
class PoolPort final : public api::Pools {
 public:
  /// All must outlive this.
  PoolPort(storage::Pools& pools, Announcer& announcer, const Clock& clock)
      : pools_(pools), announcer_(announcer), clock_(clock) {}

  [[nodiscard]] api::Result<api::PoolView> create(const api::Scope& scope, const api::NewPool& pool) override;
  [[nodiscard]] api::Result<api::PoolView> get(const api::Scope& scope, const PoolId& id) override;
  [[nodiscard]] api::Result<api::Page<api::PoolView>> list(const api::Scope& scope, const api::PoolFilter& filter,
                                                           const api::PoolPageRequest& page) override;
  [[nodiscard]] api::Result<api::PoolView> update(const api::Scope& scope, const PoolId& id,
                                                  const api::PoolChange& change) override;
  [[nodiscard]] api::Result<void> remove(const api::Scope& scope, const PoolId& id) override;

 private:
  storage::Pools& pools_;
  Announcer& announcer_;
  const Clock& clock_;
};

}  // namespace minidns::central
