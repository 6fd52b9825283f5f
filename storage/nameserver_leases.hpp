#pragma once

#include "base/ids.hpp"
#include "storage/instances.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace minidns::storage {

/// A pool manager's right to work for a nameserver. `fence` rises with every acquisition: a write under an older one is
/// refused, so that a manager that was paused can't undo what its successor did.
struct Lease {
  NameserverId nameserver;
  std::int64_t fence;
  friend bool operator==(const Lease&, const Lease&) = default;
};

/// The state of one nameserver's lease, by the database's clock.
struct LeaseState {
  NameserverId nameserver;
  std::optional<InstanceId> holder;  ///< nobody: free
  bool expired;                      ///< the holder did not renew in time
};

struct LeaseTable {
  std::vector<InstanceId> managers;  ///< pool managers that live, by id
  std::vector<LeaseState> leases;    ///< of nameservers to be worked for (bootstrapping, in_service), by id
};

/// Who works for which nameserver, and which programs live. All calls block; they throw what
/// storage/postgres/errors.hpp has. Safe on any thread.
class NameserverLeases {
 public:
  virtual ~NameserverLeases() = default;

  /// Says that the pool manager `me` lives, and reads the table.
  [[nodiscard]] virtual LeaseTable read(InstanceId me) = 0;
  /// Takes those of `nameservers` that are free or expired.
  [[nodiscard]] virtual std::vector<Lease> acquire(InstanceId me, const std::vector<NameserverId>& nameservers,
                                                   std::chrono::milliseconds lease_time) = 0;
  /// Returns those that are still held, now for another `lease_time`. What isn't among them is lost.
  [[nodiscard]] virtual std::vector<Lease> renew(InstanceId me, const std::vector<Lease>& leases,
                                                 std::chrono::milliseconds lease_time) = 0;
  /// Frees those that are still held.
  virtual void release(InstanceId me, const std::vector<Lease>& leases) = 0;
  /// Takes `me` off the list of managers: it stops.
  virtual void leave(InstanceId me) = 0;

  /// Those of program mdns, ready or not: a nameserver may ask any of them.
  [[nodiscard]] virtual std::vector<LiveInstance> live_mdns() = 0;
  /// Deletes instances that gave no sign of life for `age`; returns their number.
  virtual std::int64_t remove_dead_instances(std::chrono::seconds age) = 0;

  /// Managers say that they live whenever they look at the table.
  static constexpr std::chrono::seconds manager_life{10};
};

}  // namespace minidns::storage
