#include "central/views.hpp"

#include "central/apex.hpp"

#include <stdexcept>

namespace minidns::central {
namespace {

api::ZoneType to_type(storage::ZoneKind kind) {
  switch (kind) {
    case storage::ZoneKind::primary:
      return api::ZoneType::primary;
    case storage::ZoneKind::secondary:
      return api::ZoneType::secondary;
  }
  throw std::logic_error("no such kind");
}

api::TransferAlarmKind to_kind(storage::InboundAlarm::Kind kind) {
  switch (kind) {
    case storage::InboundAlarm::Kind::serial_went_back:
      return api::TransferAlarmKind::serial_went_back;
    case storage::InboundAlarm::Kind::content_changed:
      return api::TransferAlarmKind::content_changed;
  }
  throw std::logic_error("no such kind");
}

api::TransferState state_of(const storage::InboundState& inbound) {
  if (!inbound.has_content) {
    return api::TransferState::waiting;
  }
  if (inbound.expired) {
    return api::TransferState::expired;
  }
  return inbound.failures == 0 ? api::TransferState::fresh : api::TransferState::failing;
}

std::optional<api::TransferView> to_transfer(const std::optional<storage::InboundState>& inbound) {
  if (!inbound) {
    return std::nullopt;
  }
  api::TransferView view{.key = {},
                         .state = state_of(*inbound),
                         .checked_at = inbound->checked_at,
                         .refreshed_at = inbound->refreshed_at,
                         .expires_at = inbound->expires_at,
                         .failures = inbound->failures,
                         .error = inbound->last_error,
                         .alarm = {}};
  if (inbound->key_name && inbound->key_algorithm) {
    view.key = {*inbound->key_name, *inbound->key_algorithm};
  }
  if (const auto& alarm = inbound->alarm) {
    view.alarm = {to_kind(alarm->kind), alarm->serial, alarm->since};
  }
  return view;
}

api::Action to_action(storage::VersionKind kind) {
  switch (kind) {
    case storage::VersionKind::create:
      return api::Action::create;
    case storage::VersionKind::update:
      return api::Action::update;
    case storage::VersionKind::remove:
      return api::Action::remove;
  }
  throw std::logic_error("no such kind");
}

std::vector<api::SocketAddress> to_addresses(const std::vector<std::string>& texts) {
  std::vector<api::SocketAddress> addresses;
  for (const auto& text : texts) {
    if (const auto address = api::SocketAddress::parse(text, 53)) {
      addresses.push_back(*address);  // written by us, from such an address
    }
  }
  return addresses;
}

std::optional<api::VisibilityView> to_view(const std::optional<storage::VersionVisibility>& visibility) {
  return visibility ? std::optional(to_view(*visibility)) : std::nullopt;
}

}  // namespace

api::VisibilityView to_view(const storage::VersionVisibility& visibility) {
  return {.version = visibility.version,
          .served = visibility.served,
          .failed = visibility.failed,
          .needed = visibility.needed,
          .nameservers = visibility.nameservers};
}

api::Status to_status(storage::Propagation propagation) {
  switch (propagation) {
    case storage::Propagation::active:
      return api::Status::active;
    case storage::Propagation::pending:
      return api::Status::pending;
    case storage::Propagation::error:
      return api::Status::error;
  }
  throw std::logic_error("no such propagation");
}

std::optional<storage::Propagation> to_propagation(const std::optional<api::Status>& status) {
  if (!status) {
    return std::nullopt;
  }
  switch (*status) {
    case api::Status::active:
      return storage::Propagation::active;
    case api::Status::pending:
      return storage::Propagation::pending;
    case api::Status::error:
      return storage::Propagation::error;
  }
  throw std::logic_error("no such status");
}

api::ZoneView to_view(const storage::ZoneRecord& zone) {
  // A deleted zone that nameservers have let go of isn't shown any more, except in the answer to its deletion.
  const auto status = zone.deleted && zone.propagation == storage::Propagation::active ? api::Status::pending
                                                                                       : to_status(zone.propagation);
  return {.id = zone.id,
          .pool_id = zone.pool,
          .project_id = zone.project,
          .name = zone.name,
          .email = zone.fields.email,
          .description = zone.fields.description,
          .ttl = zone.fields.ttl,
          .serial = zone.head.serial,
          .status = status,
          .action = status == api::Status::active ? api::Action::none : to_action(zone.head_kind),
          .revision = zone.revision,
          .zone_version = zone.head.version,
          .attributes = zone.fields.attributes,
          .type = to_type(zone.fields.kind),
          .masters = to_addresses(zone.fields.masters),
          .created_at = zone.created_at,
          .updated_at = zone.updated_at,
          .transferred_at = zone.inbound ? zone.inbound->transferred_at : std::nullopt,
          .transfer = to_transfer(zone.inbound),
          .visible = to_view(zone.visibility)};
}

api::RecordsetView to_view(const storage::RecordsetRecord& recordset) {
  const auto status = to_status(recordset.propagation);
  const auto pending_action = recordset.revision == 1 ? api::Action::create : api::Action::update;
  auto records = recordset.fields.records;
  if (recordset.fields.type == dns::RRType::soa) {
    for (auto& record : records) {
      record = soa_text_with_serial(record, recordset.zone_serial);
    }
  }
  return {.id = recordset.id,
          .zone_id = recordset.zone,
          .project_id = recordset.project,
          .name = recordset.fields.name,
          .zone_name = recordset.zone_name,
          .type = recordset.fields.type,
          .records = std::move(records),
          .ttl = recordset.fields.ttl,
          .description = recordset.fields.description,
          .view = recordset.fields.view ? std::optional(recordset.fields.view->name) : std::nullopt,
          .status = status,
          .action = status == api::Status::active ? api::Action::none : pending_action,
          .revision = recordset.revision,
          .zone_version = recordset.changed_in,
          .created_at = recordset.created_at,
          .updated_at = recordset.updated_at,
          .visible = to_view(recordset.visibility)};
}

api::Problem no_such_version(dns::Version version) {
  std::string message = "the zone has no version " + std::to_string(version.value()) + " yet";
  std::string text = "'version': " + message;
  return {api::ProblemType::bad_request, std::move(text), {api::FieldError{{"version"}, std::move(message)}}};
}

storage::Reach reach_of(const api::Scope& scope) {
  return {scope.all_projects ? std::nullopt : std::optional(scope.project)};
}

std::string author_of(const api::Scope& scope) {
  return "token:" + scope.token.to_string() + " " + scope.request_id;
}

std::optional<storage::TextFilter> to_filter(const std::optional<api::TextPattern>& pattern) {
  return pattern ? std::optional(storage::TextFilter{pattern->text}) : std::nullopt;
}

}  // namespace minidns::central
