#pragma once

#include "api/page.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace minidns::api {

/// `up`: beats and is ready; `warning`: beats but isn't ready; `down`: hasn't beaten for too long.
enum class ServiceState { up, warning, down };

[[nodiscard]] std::string_view to_text(ServiceState state);
[[nodiscard]] std::optional<ServiceState> service_state_from_text(std::string_view text);

/// A row of `instances`.
struct ServiceStatusView {
  InstanceId id;
  std::string service_name;  ///< the program: central, mdns, pool-manager
  std::string hostname;      ///< its address if it has one, else empty
  ServiceState state;
  WallTime started_at;
  WallTime heartbeated_at;
};

enum class ServiceStatusSortKey { created_at, id, updated_at, hostname, service_name };

struct ServiceStatusFilter {
  std::optional<TextPattern> hostname = {};
  std::optional<TextPattern> service_name = {};
  std::optional<ServiceState> state = {};
};

using ServiceStatusPageRequest = PageRequest<InstanceId, ServiceStatusSortKey>;

}  // namespace minidns::api
