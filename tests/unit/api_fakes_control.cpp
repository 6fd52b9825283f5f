#include "tests/unit/api_fakes.hpp"

#include <algorithm>
#include <utility>

namespace minidns::api::test {

void FakePorts::fail_with(Problem problem) {
  const std::lock_guard lock(mutex_);
  problem_ = std::move(problem);
}

void FakePorts::run_in_ports(std::function<void()> action) {
  const std::lock_guard lock(mutex_);
  in_port_ = std::move(action);
}

void FakePorts::set_visibility(std::int64_t served, std::int64_t failed) {
  const std::lock_guard lock(mutex_);
  visibility_.served = served;
  visibility_.failed = failed;
}

std::optional<Scope> FakePorts::last_scope() {
  const std::lock_guard lock(mutex_);
  return last_scope_;
}

Result<ZoneView> FakePorts::get(const Scope& scope, const ZoneId& id, const std::optional<dns::Version>& version) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  const ZoneView* zone = find_zone(scope, id);
  if (zone == nullptr) {
    return Problem{ProblemType::zone_not_found};
  }
  ZoneView view = *zone;
  view.visible = visibility_;
  view.visible->version = version.value_or(view.zone_version);
  return view;
}

Result<RecordsetView> FakePorts::get(const Scope& scope, const ZoneId& zone, const RecordsetId& id,
                                     const std::optional<dns::Version>& version) {
  const auto parent = get(scope, zone);
  if (!parent) {
    return parent.error();
  }
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find_if(recordsets_, [&](const RecordsetView& recordset) { return recordset.id == id; });
  if (at == recordsets_.end()) {
    return Problem{ProblemType::recordset_not_found};
  }
  RecordsetView view = *at;
  view.visible = visibility_;
  view.visible->version = version.value_or(view.zone_version);
  return view;
}

/// Just 12 zones wait for a confirmation.
Result<NameserverView> FakePorts::confirm_deletion(const Scope& scope, const NameserverId& id, std::int64_t zones) {
  if (zones != 12) {
    return invalid_field({"zones"}, "12 are unknown by now");
  }
  return get(scope, id);
}

}  // namespace minidns::api::test
