#include "central/tsig_key_port.hpp"

#include "central/guard.hpp"
#include "central/view_port.hpp"
#include "central/views.hpp"
#include "tsig/key.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace minidns::central {
namespace {

using storage::postgres::StatementError;
using Scope = std::variant<PoolId, ZoneId>;

storage::TsigKeySort to_sort(api::TsigKeySortKey key) {
  switch (key) {
    case api::TsigKeySortKey::created_at:
      return storage::TsigKeySort::created_at;
    case api::TsigKeySortKey::id:
      return storage::TsigKeySort::id;
    case api::TsigKeySortKey::updated_at:
      return storage::TsigKeySort::updated_at;
    case api::TsigKeySortKey::name:
      return storage::TsigKeySort::name;
  }
  throw std::logic_error("no such sort key");
}

api::Problem duplicate(const std::string& name) {
  return {api::ProblemType::duplicate_tsigkey, "There is a TSIG key named " + name + " already."};
}

api::Problem no_resource() {
  return api::invalid_field({"resource_id"}, "there is no such pool or zone");
}

/// The scope comes in parts: what isn't given stays.
Scope scope_after(const Scope& present, const api::TsigKeyChange& change) {
  const auto resource = change.resource_id.value_or(std::visit([](const auto& id) { return id.uuid(); }, present));
  const bool of_pool =
      change.scope ? *change.scope == api::TsigKeyScopeKind::pool : std::holds_alternative<PoolId>(present);
  return of_pool ? Scope(PoolId(resource)) : Scope(ZoneId(resource));
}

}  // namespace

Bytes TsigKeyPort::seal(const TsigKeyId& id, const Secret& secret) const {
  return box_.seal(secret, "tsig-key:" + id.to_string());
}

Secret TsigKeyPort::open(const TsigKeyId& id, ByteView sealed) const {
  auto secret = box_.open(sealed, "tsig-key:" + id.to_string());
  if (!secret) {
    throw std::runtime_error("the secret of TSIG key " + id.to_string() + " can't be opened: " + secret.error().detail);
  }
  return std::move(*secret);
}

api::TsigKeyView TsigKeyPort::view_of(const storage::TsigKeyRecord& record) const {
  const auto& fields = record.fields;
  return {.id = record.id,
          .name = {fields.name_text, fields.name},
          // The port has let in no other text.
          .algorithm = tsig::algorithm_from_text(fields.algorithm).value(),
          .secret = open(record.id, fields.secret_sealed),
          .scope = fields.scope,
          .view = fields.view.name,
          .created_at = record.created_at,
          .updated_at = record.updated_at};
}

api::Result<api::TsigKeyView> TsigKeyPort::create(const api::Scope& /*scope*/, const api::NewTsigKey& key) {
  return guarded([&]() -> api::Result<api::TsigKeyView> {
    if (!keys_.has_resource(key.scope)) {
      return no_resource();
    }
    const auto view = find_view(views_, key.view.value_or(api::default_view_name));
    if (!view) {
      return view.error();
    }
    const TsigKeyId id(Uuid::version7(clock_.wall()));
    try {
      auto record = keys_.create(id, {.name_text = key.name.text,
                                      .name = key.name.name,
                                      .algorithm = std::string(tsig::to_text(key.algorithm)),
                                      .secret_sealed = seal(id, key.secret),
                                      .scope = key.scope,
                                      .view = *view});
      announcer_.changed();
      return view_of(record);
    } catch (const StatementError& error) {
      if (error.is_unique_violation()) {
        return duplicate(key.name.text);
      }
      throw;
    }
  });
}

api::Result<api::TsigKeyView> TsigKeyPort::get(const api::Scope& /*scope*/, const TsigKeyId& id) {
  return guarded([&]() -> api::Result<api::TsigKeyView> {
    auto record = keys_.get(id);
    if (!record) {
      return api::Problem{api::ProblemType::tsigkey_not_found};
    }
    return view_of(*record);
  });
}

api::Result<api::Page<api::TsigKeyView>> TsigKeyPort::list(const api::Scope& /*scope*/,
                                                           const api::TsigKeyFilter& filter,
                                                           const api::TsigKeyPageRequest& page) {
  return guarded([&] {
    storage::TsigKeyQuery query{.name = to_filter(filter.name), .algorithm = std::nullopt, .of_pools = std::nullopt};
    if (filter.view) {
      query.view = filter.view->text;
    }
    if (filter.algorithm) {
      query.algorithm = std::string(tsig::to_text(*filter.algorithm));
    }
    if (filter.scope) {
      query.of_pools = *filter.scope == api::TsigKeyScopeKind::pool;
    }
    return to_page<api::TsigKeyView>(keys_.list(query, to_request(page, to_sort(page.sort_key))),
                                     [this](const storage::TsigKeyRecord& record) { return view_of(record); });
  });
}

api::Result<api::TsigKeyView> TsigKeyPort::update(const api::Scope& /*scope*/, const TsigKeyId& id,
                                                  const api::TsigKeyChange& change) {
  return guarded([&]() -> api::Result<api::TsigKeyView> {
    if (change.scope || change.resource_id) {
      const auto present = keys_.get(id);
      if (present && !keys_.has_resource(scope_after(present->fields.scope, change))) {
        return no_resource();
      }
    }
    std::optional<storage::ViewRef> view;
    if (change.view) {
      auto known = find_view(views_, *change.view);
      if (!known) {
        return known.error();
      }
      view = *std::move(known);
    }
    try {
      auto record = keys_.update(id, [&](storage::TsigKeyFields& fields) {
        apply(id, change, view, fields);
        return true;
      });
      if (!record) {
        return api::Problem{api::ProblemType::tsigkey_not_found};
      }
      announcer_.changed();
      return view_of(*record);
    } catch (const StatementError& error) {
      if (error.is_unique_violation()) {
        return duplicate(change.name ? change.name->text : "that");
      }
      if (error.is_foreign_key_violation()) {
        return api::invalid_field({"view"},
                                  "a nameserver transfers with the key: give it a key of the other view first");
      }
      throw;
    }
  });
}

void TsigKeyPort::apply(const TsigKeyId& id, const api::TsigKeyChange& change,
                        const std::optional<storage::ViewRef>& view, storage::TsigKeyFields& fields) const {
  fields.view = view.value_or(fields.view);
  fields.scope = scope_after(fields.scope, change);
  if (change.name) {
    fields.name_text = change.name->text;
    fields.name = change.name->name;
  }
  if (change.algorithm) {
    fields.algorithm = std::string(tsig::to_text(*change.algorithm));
  }
  if (change.secret) {
    fields.secret_sealed = seal(id, *change.secret);
  }
}

api::Result<void> TsigKeyPort::remove(const api::Scope& /*scope*/, const TsigKeyId& id) {
  return guarded([&]() -> api::Result<void> {
    try {
      if (!keys_.remove(id)) {
        return api::Problem{api::ProblemType::tsigkey_not_found};
      }
      announcer_.changed();
      return {};
    } catch (const StatementError& error) {
      if (error.is_foreign_key_violation()) {
        return api::Problem{api::ProblemType::in_use, "A nameserver uses the key."};
      }
      throw;
    }
  });
}

}  // namespace minidns::central
