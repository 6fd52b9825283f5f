#include "central/sync_rules.hpp"

#include <algorithm>

namespace minidns::central {
namespace {

using api::SyncStatus;

std::string reason_nobody_works(const std::string& state) {
  if (state == "maintenance") {
    return "the nameserver is in maintenance";
  }
  return state == "retired" ? "the nameserver is retired" : "no pool manager works for the nameserver";
}

std::string reason_of_lag(const storage::ZoneOnNameserver& zone) {
  if (const auto& task = zone.exceptions.task) {
    return task->reason.value_or("the nameserver has not confirmed it yet");
  }
  return zone.condition.visible_through ? "the nameserver was not seen with the last change yet"
                                        : "the nameserver's zones were never compared with what they should be";
}

const storage::ContentFaultRecord* worst_of(const storage::ZoneExceptions& exceptions) {
  const auto is_diverged = [](const auto& fault) { return fault.kind == storage::ContentFaultKind::diverged; };
  const auto diverged = std::ranges::find_if(exceptions.faults, is_diverged);
  if (diverged != exceptions.faults.end()) {
    return &*diverged;
  }
  return exceptions.faults.empty() ? nullptr : &exceptions.faults.front();
}

SyncStatus status_of(storage::ContentFaultKind kind) {
  return kind == storage::ContentFaultKind::diverged ? SyncStatus::diverged : SyncStatus::expiring;
}

}  // namespace

SyncVerdict verdict_of(const storage::ZoneOnNameserver& zone) {
  const auto& condition = zone.condition;
  if (!condition.lease_is_valid) {
    return {SyncStatus::not_worked_for, reason_nobody_works(condition.state)};
  }
  if (condition.is_reachable == false) {
    return {SyncStatus::unreachable, "the nameserver can't be reached"};
  }
  if (const auto* fault = worst_of(zone.exceptions)) {
    return {status_of(fault->kind), fault->detail};
  }
  if (!zone.is_visible) {
    return {SyncStatus::lagging, reason_of_lag(zone)};
  }
  return {SyncStatus::ok, std::nullopt};
}

SyncStatus status_of(const storage::ZoneExceptions& exceptions) {
  const auto* fault = worst_of(exceptions);
  return fault != nullptr ? status_of(fault->kind) : SyncStatus::lagging;
}

SyncStatus status_of(const storage::NameserverMatrix& nameserver) {
  const auto& condition = nameserver.condition;
  if (!condition.lease_is_valid) {
    return SyncStatus::not_worked_for;
  }
  if (condition.is_reachable == false) {
    return SyncStatus::unreachable;
  }
  if (nameserver.diverged > 0) {
    return SyncStatus::diverged;
  }
  if (nameserver.expiring > 0) {
    return SyncStatus::expiring;
  }
  const bool lags = !condition.visible_through || *condition.visible_through < nameserver.feed_seq ||
                    nameserver.tasks.pending + nameserver.tasks.error > 0;
  return lags ? SyncStatus::lagging : SyncStatus::ok;
}

}  // namespace minidns::central
