#include "central/service_status_port.hpp"

#include "central/guard.hpp"
#include "central/views.hpp"

#include <stdexcept>

namespace minidns::central {
namespace {

api::ServiceState state_of(const storage::ServiceRecord& record) {
  if (!record.beats) {
    return api::ServiceState::down;
  }
  return record.ready ? api::ServiceState::up : api::ServiceState::warning;
}

api::ServiceStatusView view_of(const storage::ServiceRecord& record) {
  const auto state = state_of(record);
  return {record.id, record.program, record.address, state, record.started_at, record.heartbeated_at};
}

std::optional<storage::ServiceState> to_storage(const std::optional<api::ServiceState>& state) {
  if (!state) {
    return std::nullopt;
  }
  switch (*state) {
    case api::ServiceState::up:
      return storage::ServiceState::up;
    case api::ServiceState::warning:
      return storage::ServiceState::warning;
    case api::ServiceState::down:
      return storage::ServiceState::down;
  }
  throw std::logic_error("no such state");
}

storage::ServiceSort to_sort(api::ServiceStatusSortKey key) {
  switch (key) {
    case api::ServiceStatusSortKey::created_at:
      return storage::ServiceSort::created_at;
    case api::ServiceStatusSortKey::id:
      return storage::ServiceSort::id;
    case api::ServiceStatusSortKey::updated_at:
      return storage::ServiceSort::updated_at;
    case api::ServiceStatusSortKey::hostname:
      return storage::ServiceSort::address;
    case api::ServiceStatusSortKey::service_name:
      return storage::ServiceSort::program;
  }
  throw std::logic_error("no such sort key");
}

}  // namespace

api::Result<api::ServiceStatusView> ServiceStatusPort::get(const api::Scope& /*scope*/, const InstanceId& id) {
  return guarded([&]() -> api::Result<api::ServiceStatusView> {
    auto record = services_.get(id);
    if (!record) {
      return api::Problem{api::ProblemType::service_status_not_found};
    }
    return view_of(*record);
  });
}

api::Result<api::Page<api::ServiceStatusView>> ServiceStatusPort::list(const api::Scope& /*scope*/,
                                                                       const api::ServiceStatusFilter& filter,
                                                                       const api::ServiceStatusPageRequest& page) {
  return guarded([&] {
    const storage::ServiceQuery query{to_filter(filter.hostname), to_filter(filter.service_name),
                                      to_storage(filter.state)};
    return to_page<api::ServiceStatusView>(services_.list(query, to_request(page, to_sort(page.sort_key))), view_of);
  });
}

}  // namespace minidns::central
