#include "central/zone_rules.hpp"

#include <algorithm>

namespace minidns::central {
namespace {

constexpr std::size_t labels_min = 2;

}  // namespace

std::vector<std::string> to_texts(const std::vector<api::SocketAddress>& addresses) {
  std::vector<std::string> texts;
  std::ranges::transform(addresses, std::back_inserter(texts), &api::SocketAddress::to_text);
  return texts;
}

api::Result<void> check_zone_name(const dns::Name& name) {
  if (name.label_count() < labels_min) {
    return api::Problem{.type = api::ProblemType::invalid_zone_name, .message = "More than one label is required"};
  }
  return {};
}

api::Result<void> check_zone_place(const storage::ZonePlace& place) {
  if (place.name_is_taken) {
    return api::Problem{.type = api::ProblemType::duplicate_zone};
  }
  if (place.parent_is_foreign) {
    return api::Problem{.type = api::ProblemType::illegal_child};
  }
  if (place.child_is_foreign) {
    return api::Problem{.type = api::ProblemType::illegal_parent};
  }
  if (!place.pool) {
    return api::Problem{.type = api::ProblemType::pool_not_found};
  }
  return {};
}

api::Result<std::optional<PoolId>> requested_pool(const api::ZoneAttributes& attributes) {
  const auto found = attributes.find("pool_id");
  if (found == attributes.end()) {
    return std::optional<PoolId>();
  }
  const auto id = PoolId::parse(found->second);
  if (!id) {
    return api::invalid_field({"attributes", "pool_id"}, "not a UUID");
  }
  return std::optional(*id);
}

api::Result<void> check_immutable(const storage::LockedZone& zone, const api::ZoneChange& change) {
  std::vector<api::FieldError> errors;
  const auto refuse = [&](const char* field) { errors.push_back({{field}, "can't be changed"}); };
  if (change.name && *change.name != zone.name) {
    refuse("name");
  }
  const bool is_primary = zone.fields.kind == storage::ZoneKind::primary;
  if (change.type && (*change.type == api::ZoneType::primary) != is_primary) {
    refuse("type");
  }
  if (change.attributes && *change.attributes != zone.fields.attributes) {
    refuse("attributes");
  }
  if (change.masters && is_primary && !change.masters->empty()) {
    errors.push_back({{"masters"}, "only a SECONDARY zone has masters"});
  }
  if (change.masters_key.is_set() && is_primary) {
    errors.push_back({{"masters_tsig_key"}, "only a SECONDARY zone has masters"});
  }
  if (!errors.empty()) {
    return api::Problem{.type = api::ProblemType::invalid_object, .message = {}, .errors = std::move(errors)};
  }
  return {};
}

storage::ZoneFields changed_fields(const storage::ZoneFields& present, const api::ZoneChange& change) {
  auto fields = present;
  fields.email = change.email.value_or(present.email);
  fields.ttl = change.ttl.value_or(present.ttl);
  fields.description = change.description.applied_to(present.description);
  if (change.masters) {
    fields.masters = to_texts(*change.masters);
  }
  return fields;
}

}  // namespace minidns::central
