#include "central/pool_port.hpp"

#include "central/guard.hpp"
#include "central/views.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace minidns::central {
namespace {

using storage::postgres::StatementError;

api::UnknownZones to_api(storage::UnknownZonePolicy policy) {
  switch (policy) {
    case storage::UnknownZonePolicy::remove:
      return api::UnknownZones::remove;
    case storage::UnknownZonePolicy::warn:
      return api::UnknownZones::warn;
    case storage::UnknownZonePolicy::ignore:
      return api::UnknownZones::ignore;
  }
  throw std::logic_error("no such policy");
}

storage::UnknownZonePolicy to_storage(api::UnknownZones policy) {
  switch (policy) {
    case api::UnknownZones::remove:
      return storage::UnknownZonePolicy::remove;
    case api::UnknownZones::warn:
      return storage::UnknownZonePolicy::warn;
    case api::UnknownZones::ignore:
      return storage::UnknownZonePolicy::ignore;
  }
  throw std::logic_error("no such policy");
}

std::vector<storage::NsName> to_storage(const std::vector<api::NsRecord>& records) {
  std::vector<storage::NsName> names;
  for (const auto& record : records) {
    names.push_back({record.hostname, record.priority});
  }
  return names;
}

std::vector<storage::PrimaryEndpoint> to_storage(const std::vector<api::SocketAddress>& addresses) {
  std::vector<storage::PrimaryEndpoint> endpoints;
  for (const auto& address : addresses) {
    endpoints.push_back({address.address.text(), address.port});
  }
  return endpoints;
}

api::CatalogFamily to_api(storage::CatalogFamily family) {
  return family == storage::CatalogFamily::bind ? api::CatalogFamily::bind : api::CatalogFamily::knot;
}

/// By family, as they come from storage.
std::vector<storage::CatalogFields> to_storage(const std::vector<api::Catalog>& catalogs) {
  std::vector<storage::CatalogFields> fields;
  for (const auto& catalog : catalogs) {
    const bool is_bind = catalog.family == api::CatalogFamily::bind;
    fields.push_back(
        {is_bind ? storage::CatalogFamily::bind : storage::CatalogFamily::knot, catalog.name, catalog.group});
  }
  std::ranges::sort(fields, {}, &storage::CatalogFields::family);
  return fields;
}

api::PoolView view_of(const storage::PoolRecord& record) {
  const auto& fields = record.fields;
  api::PoolView view{.id = record.id,
                     .name = fields.name,
                     .description = fields.description,
                     .ns_records = {},
                     .primaries = {},
                     .threshold = fields.threshold,
                     .unknown_zones = to_api(fields.unknown_zones),
                     .is_default = fields.is_default,
                     .catalogs = {},
                     .revision = record.revision,
                     .created_at = record.created_at,
                     .updated_at = record.updated_at};
  for (const auto& name : fields.ns_names) {
    view.ns_records.push_back({name.hostname, name.priority});
  }
  for (const auto& primary : fields.primaries) {
    // What an inet column prints is an address.
    view.primaries.push_back({api::IpAddress::parse(primary.address).value(), primary.port});
  }
  for (const auto& catalog : record.catalogs) {
    view.catalogs.push_back(
        {{to_api(catalog.fields.family), catalog.fields.name, catalog.fields.group}, catalog.zone, catalog.serial});
  }
  return view;
}

storage::PoolSort to_sort(api::PoolSortKey key) {
  switch (key) {
    case api::PoolSortKey::created_at:
      return storage::PoolSort::created_at;
    case api::PoolSortKey::id:
      return storage::PoolSort::id;
    case api::PoolSortKey::updated_at:
      return storage::PoolSort::updated_at;
    case api::PoolSortKey::name:
      return storage::PoolSort::name;
  }
  throw std::logic_error("no such sort key");
}

template <class T, class U>
bool assign(T& field, const std::optional<U>& value) {
  if (!value || field == *value) {
    return false;
  }
  field = *value;
  return true;
}

template <class T>
bool assign(std::optional<T>& field, const api::Change<T>& change) {
  auto value = change.applied_to(field);
  return std::exchange(field, value) != value;
}

bool same_names(const std::vector<storage::NsName>& a, const std::vector<storage::NsName>& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return x.hostname == y.hostname && x.priority == y.priority; });
}

bool apply(const api::PoolChange& change, storage::PoolFields& fields) {
  bool changed = assign(fields.name, change.name);
  changed |= assign(fields.description, change.description);
  changed |= assign(fields.threshold, change.threshold);
  changed |= assign(fields.is_default, change.is_default);
  if (change.unknown_zones) {
    changed |= std::exchange(fields.unknown_zones, to_storage(*change.unknown_zones)) != fields.unknown_zones;
  }
  if (change.ns_records) {
    auto names = to_storage(*change.ns_records);
    changed |= !same_names(names, fields.ns_names);
    fields.ns_names = std::move(names);
  }
  if (change.primaries) {
    fields.primaries = to_storage(*change.primaries);
    changed = true;
  }
  if (change.catalogs) {
    auto catalogs = to_storage(*change.catalogs);
    changed |= std::exchange(fields.catalogs, catalogs) != catalogs;
  }
  return changed;
}

/// What was taken already.
api::Problem duplicate(const StatementError& error, const std::string& name) {
  if (error.constraint() == "zones_name") {
    return api::invalid_field({"catalogs"}, "there is a zone of a catalog's name already");
  }
  return {api::ProblemType::duplicate_pool, "There is a pool named " + name + " already."};
}

/// What the pool's use forbids.
std::optional<api::Problem> refusal(const api::PoolChange& change, const storage::PoolFields& fields,
                                    const storage::PoolUse& use) {
  if (change.ns_records && use.has_zones && !same_names(to_storage(*change.ns_records), fields.ns_names)) {
    return api::invalid_field(
        {"ns_records"}, "the NS names of a pool that has zones can't be changed: they stand in each of its zones");
  }
  for (const auto family : change.catalogs ? use.consumers : std::vector<storage::CatalogFamily>()) {
    const auto is_kept = [family](const api::Catalog& catalog) { return to_api(family) == catalog.family; };
    if (std::ranges::none_of(*change.catalogs, is_kept)) {
      return api::invalid_field({"catalogs"}, "a nameserver of the pool consumes the catalog for " +
                                                  std::string(api::to_text(to_api(family))));
    }
  }
  return std::nullopt;
}

}  // namespace

api::Result<api::PoolView> PoolPort::create(const api::Scope& /*scope*/, const api::NewPool& pool) {
  return guarded([&]() -> api::Result<api::PoolView> {
    try {
      auto record =
          pools_.create(PoolId(Uuid::version7(clock_.wall())), {.name = pool.name,
                                                                .description = pool.description,
                                                                .ns_names = to_storage(pool.ns_records),
                                                                .primaries = to_storage(pool.primaries),
                                                                .threshold = pool.threshold,
                                                                .unknown_zones = to_storage(pool.unknown_zones),
                                                                .is_default = pool.is_default,
                                                                .catalogs = to_storage(pool.catalogs)});
      announcer_.changed();
      return view_of(record);
    } catch (const StatementError& error) {
      if (error.is_unique_violation()) {
        return duplicate(error, pool.name);
      }
      throw;
    }
  });
}

api::Result<api::PoolView> PoolPort::get(const api::Scope& /*scope*/, const PoolId& id) {
  return guarded([&]() -> api::Result<api::PoolView> {
    auto record = pools_.get(id);
    if (!record) {
      return api::Problem{api::ProblemType::pool_not_found};
    }
    return view_of(*record);
  });
}

api::Result<api::Page<api::PoolView>> PoolPort::list(const api::Scope& /*scope*/, const api::PoolFilter& filter,
                                                     const api::PoolPageRequest& page) {
  return guarded([&] {
    return to_page<api::PoolView>(pools_.list(to_filter(filter.name), to_request(page, to_sort(page.sort_key))),
                                  view_of);
  });
}

api::Result<api::PoolView> PoolPort::update(const api::Scope& /*scope*/, const PoolId& id,
                                            const api::PoolChange& change) {
  return guarded([&]() -> api::Result<api::PoolView> {
    std::optional<api::Problem> refused;
    try {
      auto record = pools_.update(id, [&](storage::PoolFields& fields, const storage::PoolUse& use) {
        refused = refusal(change, fields, use);
        return !refused && apply(change, fields);
      });
      if (!record) {
        return api::Problem{api::ProblemType::pool_not_found};
      }
      if (refused) {
        return *refused;
      }
      announcer_.changed();
      return view_of(*record);
    } catch (const StatementError& error) {
      if (error.is_unique_violation()) {
        return duplicate(error, change.name.value_or("that"));
      }
      throw;
    }
  });
}

api::Result<void> PoolPort::remove(const api::Scope& /*scope*/, const PoolId& id) {
  return guarded([&]() -> api::Result<void> {
    switch (pools_.remove(id)) {
      case storage::Pools::Removal::not_found:
        return api::Problem{api::ProblemType::pool_not_found};
      case storage::Pools::Removal::in_use:
        return api::Problem{api::ProblemType::in_use, "The pool has zones, nameservers or keys."};
      case storage::Pools::Removal::done:
        break;
    }
    announcer_.changed();
    return {};
  });
}

}  // namespace minidns::central
