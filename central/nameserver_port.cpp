#include "central/nameserver_port.hpp"

#include "central/guard.hpp"
#include "central/nameserver_state.hpp"
#include "central/view_port.hpp"
#include "central/views.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace minidns::central {
namespace {

using storage::postgres::StatementError;

storage::NameserverSort to_sort(api::NameserverSortKey key) {
  switch (key) {
    case api::NameserverSortKey::created_at:
      return storage::NameserverSort::created_at;
    case api::NameserverSortKey::id:
      return storage::NameserverSort::id;
    case api::NameserverSortKey::updated_at:
      return storage::NameserverSort::updated_at;
    case api::NameserverSortKey::name:
      return storage::NameserverSort::name;
  }
  throw std::logic_error("no such sort key");
}

std::optional<api::CatchingUp> catching_up_of(const storage::NameserverRecord& record) {
  const auto& observed = record.catching_up;
  return observed ? std::optional(api::CatchingUp{observed->compared, observed->changes, observed->tasks})
                  : std::nullopt;
}

std::optional<api::RefusedDeletion> refused_deletion_of(const storage::NameserverRecord& record) {
  const auto& refused = record.refused_deletion;
  return refused ? std::optional(api::RefusedDeletion{refused->unknown, refused->zones, refused->names,
                                                      refused->refused_at, refused->confirmed_until})
                 : std::nullopt;
}

Standing standing_of(const storage::NameserverFields& fields) {
  return {api::nameserver_state_from_text(fields.state).value(), fields.enters_service};
}

/// The columns' CHECKs and this port let nothing in that these wouldn't read.
api::NameserverView view_of(const storage::NameserverRecord& record) {
  const auto& fields = record.fields;
  const auto driver = api::driver_from_text(fields.driver).value();
  return {.id = record.id,
          .pool_id = record.pool,
          .name = fields.name,
          .address = api::IpAddress::parse(fields.address).value(),
          .port = fields.port,
          .state = api::nameserver_state_from_text(fields.state).value(),
          .enters_service = fields.enters_service,
          .view = fields.view.name,
          .transfer_key_id = fields.transfer_key,
          .notify_key_id = fields.notify_key,
          .allow_unsigned_soa = fields.allow_unsigned_soa,
          .settings = api::driver_settings_from_json(driver, fields.settings_json).value(),
          .has_secret = fields.secret_sealed.has_value(),
          .revision = record.revision,
          .created_at = record.created_at,
          .updated_at = record.updated_at,
          .catching_up = catching_up_of(record),
          .refused_deletion = refused_deletion_of(record)};
}

api::Problem duplicate(const std::string& name) {
  return {api::ProblemType::duplicate_nameserver, "There is a nameserver named " + name + " already."};
}

/// Keys and views were there when the request was checked.
std::optional<api::Problem> refused_reference(const StatementError& error) {
  if (error.constraint() == "nameservers_transfer_key_view_fkey") {
    return api::invalid_field({"transfer_key_id"}, "the TSIG key is of another view");
  }
  if (error.constraint() == "nameservers_view_fkey") {
    return api::invalid_field({"view"}, "there is no such view");
  }
  return std::nullopt;
}

/// What can't be changed but may be given as it is.
std::optional<api::Problem> check_fixed(const api::NameserverChange& change, const storage::NameserverRecord& record) {
  if (change.driver && api::to_text(*change.driver) != record.fields.driver) {
    return api::invalid_field({"driver"}, "can't be changed");
  }
  if (change.pool_id && *change.pool_id != record.pool) {
    return api::invalid_field({"pool_id"}, "can't be changed");
  }
  return std::nullopt;
}

}  // namespace

Bytes NameserverPort::seal(const NameserverId& id, const Secret& secret) const {
  return box_.seal(secret, "nameserver:" + id.to_string());
}

std::optional<api::Problem> NameserverPort::check_key(const char* field, const std::optional<TsigKeyId>& key,
                                                      const PoolId& pool) {
  if (!key) {
    return std::nullopt;
  }
  const auto record = keys_.get(*key);
  if (!record) {
    return api::invalid_field({field}, "there is no such TSIG key");
  }
  const auto* const scope = std::get_if<PoolId>(&record->fields.scope);
  if (scope == nullptr || *scope != pool) {
    return api::invalid_field({field}, "the TSIG key must have the nameserver's pool as its scope");
  }
  return std::nullopt;
}

api::Result<storage::ViewRef> NameserverPort::view_for(const std::optional<std::string>& wanted,
                                                       const std::optional<TsigKeyId>& transfer_key,
                                                       const storage::ViewRef& otherwise) {
  const auto key = transfer_key ? keys_.get(*transfer_key) : std::nullopt;
  if (!wanted) {
    return key ? key->fields.view : otherwise;
  }
  auto view = find_view(views_, *wanted);
  if (view && key && key->fields.view != *view) {
    return api::invalid_field({"view"}, "the transfer key is of view " + key->fields.view.name);
  }
  return view;
}

std::optional<api::Problem> NameserverPort::check_catalog(const std::optional<api::DriverSettings>& settings,
                                                          const PoolId& pool) {
  const auto* const catalog = settings ? std::get_if<api::CatalogSettings>(&*settings) : nullptr;
  if (catalog == nullptr) {
    return std::nullopt;
  }
  const bool is_bind = catalog->family == api::CatalogFamily::bind;
  const auto family = is_bind ? storage::CatalogFamily::bind : storage::CatalogFamily::knot;
  const auto record = pools_.get(pool);  // one that isn't there is told of by the write
  if (!record ||
      std::ranges::any_of(record->fields.catalogs, [family](const auto& fields) { return fields.family == family; })) {
    return std::nullopt;
  }
  return api::invalid_field({"settings", "family"}, "the pool has no catalog of this family");
}

api::Result<api::NameserverView> NameserverPort::create(const api::Scope& /*scope*/,
                                                        const api::NewNameserver& nameserver) {
  return guarded([&]() -> api::Result<api::NameserverView> {
    for (const auto& problem : {check_key("transfer_key_id", nameserver.transfer_key_id, nameserver.pool_id),
                                check_key("notify_key_id", nameserver.notify_key_id, nameserver.pool_id),
                                check_catalog(nameserver.settings, nameserver.pool_id)}) {
      if (problem) {
        return *problem;
      }
    }
    const auto view = view_for(nameserver.view, nameserver.transfer_key_id, {default_view, api::default_view_name});
    if (!view) {
      return view.error();
    }
    const auto standing = next_standing(std::nullopt, {nameserver.state, nameserver.enters_service, nameserver.force});
    if (!standing) {
      return standing.error();
    }
    const NameserverId id(Uuid::version7(clock_.wall()));
    const auto driver = api::driver_of(nameserver.settings);
    try {
      auto record = nameservers_.create(
          id, nameserver.pool_id,
          {.name = nameserver.name,
           .driver = std::string(api::to_text(driver)),
           .address = nameserver.address.text(),
           .port = nameserver.port,
           .state = std::string(api::to_text(standing->state)),
           .view = *view,
           .transfer_key = nameserver.transfer_key_id,
           .notify_key = nameserver.notify_key_id,
           .allow_unsigned_soa = nameserver.allow_unsigned_soa,
           .settings_json = api::to_json_text(nameserver.settings),
           .enters_service = standing->enters_service,
           .secret_sealed = nameserver.secret ? std::optional(seal(id, *nameserver.secret)) : std::nullopt});
      announcer_.changed();
      return view_of(record);
    } catch (const StatementError& error) {
      if (error.is_unique_violation()) {
        return duplicate(nameserver.name);
      }
      if (error.is_foreign_key_violation()) {
        return refused_reference(error).value_or(api::invalid_field({"pool_id"}, "there is no such pool"));
      }
      throw;
    }
  });
}

api::Result<api::NameserverView> NameserverPort::get(const api::Scope& /*scope*/, const NameserverId& id) {
  return guarded([&]() -> api::Result<api::NameserverView> {
    auto record = nameservers_.get(id);
    if (!record) {
      return api::Problem{api::ProblemType::nameserver_not_found};
    }
    return view_of(*record);
  });
}

api::Result<api::Page<api::NameserverView>> NameserverPort::list(const api::Scope& /*scope*/,
                                                                 const api::NameserverFilter& filter,
                                                                 const api::NameserverPageRequest& page) {
  return guarded([&] {
    const storage::NameserverQuery query{
        .name = to_filter(filter.name),
        .pool = filter.pool_id,
        .state = filter.state ? std::optional<std::string>(api::to_text(*filter.state)) : std::nullopt,
        .driver = filter.driver ? std::optional<std::string>(api::to_text(*filter.driver)) : std::nullopt};
    return to_page<api::NameserverView>(nameservers_.list(query, to_request(page, to_sort(page.sort_key))), view_of);
  });
}

api::Result<api::NameserverView> NameserverPort::update(const api::Scope& /*scope*/, const NameserverId& id,
                                                        const api::NameserverChange& change) {
  return guarded([&]() -> api::Result<api::NameserverView> {
    const auto present = nameservers_.get(id);
    if (!present) {
      return api::Problem{api::ProblemType::nameserver_not_found};
    }
    // The pool never changes, so this holds for the locked row too.
    const auto transfer_key = change.transfer_key_id.applied_to(std::nullopt);
    const auto notify_key = change.notify_key_id.applied_to(std::nullopt);
    for (const auto& problem :
         {check_fixed(change, *present), check_key("transfer_key_id", transfer_key, present->pool),
          check_key("notify_key_id", notify_key, present->pool), check_catalog(change.settings, present->pool)}) {
      if (problem) {
        return *problem;
      }
    }
    const auto view =
        view_for(change.view, change.transfer_key_id.applied_to(present->fields.transfer_key), present->fields.view);
    if (!view) {
      return view.error();
    }
    std::optional<api::Problem> refused_state;
    try {
      auto record = nameservers_.update(id, [&](storage::NameserverRecord& row) {
        auto& fields = row.fields;
        const auto standing = next_standing(standing_of(fields), {change.state, change.enters_service, change.force});
        if (!standing) {
          refused_state = standing.error();
          return false;
        }
        fields.name = change.name.value_or(fields.name);
        fields.address = change.address ? change.address->text() : fields.address;
        fields.port = change.port.value_or(fields.port);
        fields.state = std::string(api::to_text(standing->state));
        fields.enters_service = standing->enters_service;
        fields.view = *view;
        fields.transfer_key = change.transfer_key_id.applied_to(fields.transfer_key);
        fields.notify_key = change.notify_key_id.applied_to(fields.notify_key);
        fields.allow_unsigned_soa = change.allow_unsigned_soa.value_or(fields.allow_unsigned_soa);
        fields.settings_json = change.settings ? api::to_json_text(*change.settings) : fields.settings_json;
        if (change.secret) {
          fields.secret_sealed = seal(id, *change.secret);
        }
        return true;
      });
      if (!record) {
        return api::Problem{api::ProblemType::nameserver_not_found};
      }
      if (refused_state) {
        return *refused_state;
      }
      announcer_.changed();
      return view_of(*record);
    } catch (const StatementError& error) {
      if (error.is_unique_violation()) {
        return duplicate(change.name.value_or("that"));
      }
      if (const auto refused = refused_reference(error)) {
        return *refused;
      }
      throw;
    }
  });
}

api::Result<api::NameserverView> NameserverPort::confirm_deletion(const api::Scope& /*scope*/, const NameserverId& id,
                                                                  std::int64_t zones) {
  return guarded([&]() -> api::Result<api::NameserverView> {
    const bool is_confirmed = nameservers_.confirm_deletion(id, zones, api::deletion_confirmation_life);
    const auto record = nameservers_.get(id);
    if (!record) {
      return api::Problem{api::ProblemType::nameserver_not_found};
    }
    if (is_confirmed) {
      announcer_.changed();
      return view_of(*record);
    }
    if (!record->refused_deletion) {
      return api::Problem{api::ProblemType::invalid_operation, "No deletion waits for a confirmation."};
    }
    return api::invalid_field({"zones"}, std::to_string(record->refused_deletion->unknown) + " are unknown by now");
  });
}

api::Result<void> NameserverPort::remove(const api::Scope& /*scope*/, const NameserverId& id) {
  return guarded([&]() -> api::Result<void> {
    if (!nameservers_.remove(id)) {
      return api::Problem{api::ProblemType::nameserver_not_found};
    }
    announcer_.changed();
    return {};
  });
}

}  // namespace minidns::central
