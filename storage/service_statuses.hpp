#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "storage/page.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace minidns::storage {

struct ServiceRecord {
  InstanceId id;
  std::string program;
  std::string address;  ///< empty if it has none
  bool ready;
  bool beats;  ///< within `heartbeat_age_max`, by the database's clock
  WallTime started_at;
  WallTime heartbeated_at;
};

enum class ServiceSort { created_at, id, updated_at, address, program };
enum class ServiceState { up, warning, down };

struct ServiceQuery {
  std::optional<TextFilter> address;
  std::optional<TextFilter> program;
  std::optional<ServiceState> state;
};

/// The running programs, as their heartbeats tell. Calls block and throw what storage/postgres/errors.hpp has. Safe on
/// any thread.
class ServiceStatuses {
 public:
  virtual ~ServiceStatuses() = default;
  [[nodiscard]] virtual std::optional<ServiceRecord> get(const InstanceId& id) = 0;
  [[nodiscard]] virtual ListResult<ServiceRecord> list(const ServiceQuery& query,
                                                       const ListRequest<InstanceId, ServiceSort>& request) = 0;

  /// Programs beat once a second.
  static constexpr std::chrono::seconds heartbeat_age_max{10};
};

}  // namespace minidns::storage
