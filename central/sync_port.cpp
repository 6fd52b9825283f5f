#include "central/sync_port.hpp"

#include "central/guard.hpp"
#include "central/sync_rules.hpp"
#include "central/views.hpp"

#include <stdexcept>

namespace minidns::central {
namespace {

api::Action to_action(storage::ZoneAction action) {
  switch (action) {
    case storage::ZoneAction::create:
      return api::Action::create;
    case storage::ZoneAction::update:
      return api::Action::update;
    case storage::ZoneAction::remove:
      return api::Action::remove;
  }
  throw std::logic_error("no such action");
}

std::optional<api::TaskView> to_view(const std::optional<storage::TaskRecord>& task) {
  if (!task) {
    return std::nullopt;
  }
  return api::TaskView{.action = to_action(task->action),
                       .status = task->is_error ? api::Status::error : api::Status::pending,
                       .version = task->wanted.version,
                       .serial = task->wanted.serial,
                       .attempts = task->attempts,
                       .reason = task->reason,
                       .noticed_at = task->noticed_at,
                       .next_try_at = task->next_try_at};
}

api::ContentFaultKind to_kind(storage::ContentFaultKind kind) {
  switch (kind) {
    case storage::ContentFaultKind::diverged:
      return api::ContentFaultKind::diverged;
    case storage::ContentFaultKind::expiring:
      return api::ContentFaultKind::expiring;
  }
  throw std::logic_error("no such kind");
}

std::vector<api::ContentFaultView> to_views(const std::vector<storage::ContentFaultRecord>& faults) {
  std::vector<api::ContentFaultView> views;
  for (const auto& fault : faults) {
    views.push_back({.kind = to_kind(fault.kind),
                     .serial = fault.serial,
                     .detail = fault.detail,
                     .found_at = fault.found_at,
                     .seen_at = fault.seen_at});
  }
  return views;
}

api::NameserverState state_of(const storage::NameserverCondition& condition) {
  return api::nameserver_state_from_text(condition.state).value();  // the column's CHECK has the same words
}

api::ZoneOnNameserverView to_view(const storage::ZoneOnNameserver& zone) {
  auto verdict = verdict_of(zone);
  return {.nameserver_id = zone.nameserver,
          .name = zone.name,
          .state = state_of(zone.condition),
          .counts = zone.condition.counts,
          .status = verdict.status,
          .is_visible = zone.is_visible,
          .reason = std::move(verdict.reason),
          .task = to_view(zone.exceptions.task),
          .faults = to_views(zone.exceptions.faults)};
}

std::optional<api::NameserverSyncView::Lease> lease_of(const storage::NameserverCondition& condition) {
  if (!condition.holder || !condition.lease_until) {
    return std::nullopt;
  }
  return api::NameserverSyncView::Lease{*condition.holder, *condition.lease_until, condition.lease_is_valid};
}

api::NameserverSyncView to_view(const storage::NameserverMatrix& nameserver) {
  const auto& condition = nameserver.condition;
  return {.nameserver_id = nameserver.nameserver,
          .pool_id = nameserver.pool,
          .name = nameserver.name,
          .state = state_of(condition),
          .counts = condition.counts,
          .status = status_of(nameserver),
          .is_reachable = condition.is_reachable,
          .last_error = condition.last_error,
          .compared_at = condition.compared_at,
          .feed_head = nameserver.feed_seq,
          .visible_through = condition.visible_through,
          .tasks_pending = nameserver.tasks.pending,
          .tasks_error = nameserver.tasks.error,
          .faults_diverged = nameserver.diverged,
          .faults_expiring = nameserver.expiring,
          .zones = nameserver.zones,
          .lease = lease_of(condition)};
}

api::ZoneExceptionView view_of(const storage::ZoneExceptionRecord& record) {
  return {.id = record.zone,
          .name = record.name,
          .status = status_of(record.exceptions),
          .task = to_view(record.exceptions.task),
          .faults = to_views(record.exceptions.faults)};
}

storage::ZoneExceptionQuery to_query(const api::ZoneExceptionFilter& filter) {
  storage::ZoneExceptionQuery query{.name = to_filter(filter.name), .has_task = {}, .is_error = {}, .fault = {}};
  if (filter.task_status) {
    query.is_error = *filter.task_status == api::Status::error;
  }
  if (filter.status == api::SyncStatus::lagging) {
    query.has_task = true;
  } else if (filter.status == api::SyncStatus::diverged) {
    query.fault = storage::ContentFaultKind::diverged;
  } else if (filter.status == api::SyncStatus::expiring) {
    query.fault = storage::ContentFaultKind::expiring;
  }
  return query;
}

storage::ZoneExceptionSort to_sort(api::ZoneExceptionSortKey key) {
  switch (key) {
    case api::ZoneExceptionSortKey::created_at:
      return storage::ZoneExceptionSort::created_at;
    case api::ZoneExceptionSortKey::id:
      return storage::ZoneExceptionSort::id;
    case api::ZoneExceptionSortKey::name:
      return storage::ZoneExceptionSort::name;
    case api::ZoneExceptionSortKey::next_try_at:
      return storage::ZoneExceptionSort::next_try_at;
  }
  throw std::logic_error("no such sort key");
}

}  // namespace

api::Result<api::ZoneSyncView> SyncPort::zone(const api::Scope& scope, const ZoneId& id) {
  return guarded([&]() -> api::Result<api::ZoneSyncView> {
    const auto matrix = matrix_.zone(reach_of(scope), id);
    if (!matrix) {
      return api::Problem{api::ProblemType::zone_not_found};
    }
    api::ZoneSyncView view{.zone_id = matrix->zone,
                           .name = matrix->name,
                           .serial = matrix->head.serial,
                           .visibility = central::to_view(matrix->visibility),
                           .nameservers = {}};
    for (const auto& nameserver : matrix->nameservers) {
      view.nameservers.push_back(to_view(nameserver));
    }
    return view;
  });
}

api::Result<api::NameserverSyncView> SyncPort::nameserver(const api::Scope& /*scope*/, const NameserverId& id) {
  return guarded([&]() -> api::Result<api::NameserverSyncView> {
    const auto matrix = matrix_.nameserver(id);
    if (!matrix) {
      return api::Problem{api::ProblemType::nameserver_not_found};
    }
    return to_view(*matrix);
  });
}

api::Result<api::Page<api::ZoneExceptionView>> SyncPort::exceptions(const api::Scope& /*scope*/, const NameserverId& id,
                                                                    const api::ZoneExceptionFilter& filter,
                                                                    const api::ZoneExceptionPageRequest& page) {
  return guarded([&]() -> api::Result<api::Page<api::ZoneExceptionView>> {
    if (!nameservers_.get(id)) {
      return api::Problem{api::ProblemType::nameserver_not_found};
    }
    return to_page<api::ZoneExceptionView>(
        matrix_.exceptions(id, to_query(filter), to_request(page, to_sort(page.sort_key))), view_of);
  });
}

}  // namespace minidns::central
