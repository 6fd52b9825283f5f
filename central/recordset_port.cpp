#include "central/recordset_port.hpp"

#include "central/guard.hpp"
#include "central/recordset_rules.hpp"
#include "central/signing_rules.hpp"
#include "central/version_policy.hpp"
#include "central/view_port.hpp"
#include "central/views.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace minidns::central {
namespace {

using api::Problem;
using api::ProblemType;
using EditResult = api::Result<std::unique_ptr<storage::ZoneEdit>>;

storage::RecordsetSort to_sort(api::RecordsetSortKey key) {
  switch (key) {
    case api::RecordsetSortKey::created_at:
      return storage::RecordsetSort::created_at;
    case api::RecordsetSortKey::id:
      return storage::RecordsetSort::id;
    case api::RecordsetSortKey::updated_at:
      return storage::RecordsetSort::updated_at;
    case api::RecordsetSortKey::zone_id:
      return storage::RecordsetSort::zone;
    case api::RecordsetSortKey::tenant_id:
      return storage::RecordsetSort::project;
    case api::RecordsetSortKey::name:
      return storage::RecordsetSort::name;
    case api::RecordsetSortKey::type:
      return storage::RecordsetSort::type;
    case api::RecordsetSortKey::ttl:
      return storage::RecordsetSort::ttl;
  }
  throw std::logic_error("no such sort key");
}

storage::RecordsetQuery to_query(const api::RecordsetFilter& filter) {
  return {.name = to_filter(filter.name),
          .type = filter.type,
          .ttl = filter.ttl,
          .data = to_filter(filter.data),
          .propagation = to_propagation(filter.status),
          .description = to_filter(filter.description),
          .view = filter.view ? std::optional(filter.view->text) : std::nullopt};
}

api::RecordsetView view_of(const storage::RecordsetRecord& recordset) {
  return to_view(recordset);
}

std::optional<Problem> refused_recordset(const storage::postgres::StatementError& error) {
  if (error.is_unique_violation()) {
    return Problem{.type = ProblemType::duplicate_recordset};
  }
  // It was there when the request was checked.
  return error.is_foreign_key_violation() ? std::optional(api::invalid_field({"view"}, "there is no such view"))
                                          : std::nullopt;
}

std::optional<ViewId> id_of(const std::optional<storage::ViewRef>& view) {
  return view ? std::optional(view->id) : std::nullopt;
}

api::Result<std::optional<storage::ViewRef>> find_view(storage::ZoneEdit& edit,
                                                       const std::optional<std::string>& name) {
  if (!name) {
    return std::optional<storage::ViewRef>();
  }
  auto view = edit.view(*name);
  if (!view) {
    return no_such_view(*name);
  }
  return view;
}

ZoneTraits traits_of(const storage::LockedZone& zone) {
  return {.name = zone.name, .ttl = zone.fields.ttl, .pool_has_bind = zone.pool_has_bind};
}

storage::VersionStamp stamp_after(const storage::LockedZone& zone) {
  return next_stamp(zone.head, zone.head_epoch != zone.current_epoch, zone.now);
}

// The zone, locked for a change of its content.
EditResult open_zone(storage::ZoneEditor& editor, const api::Scope& scope, const ZoneId& id) {
  auto edit = editor.edit(reach_of(scope), id);
  if (!edit) {
    return Problem{.type = ProblemType::zone_not_found};
  }
  if (edit->zone().deleted) {
    return Problem{.type = ProblemType::invalid_operation, .message = "Can not update a deleting zone"};
  }
  if (edit->zone().fields.kind == storage::ZoneKind::secondary) {
    return Problem{.type = ProblemType::forbidden, .message = "The records of a SECONDARY zone come from its masters"};
  }
  return edit;
}

const storage::ServedRRset* served(const storage::Surroundings& around, const storage::RecordsetFields& fields) {
  const auto found = std::ranges::find_if(around.at_owner, [&](const storage::ServedRRset& rrset) {
    return rrset.type == fields.type && id_of(rrset.view) == id_of(fields.view);
  });
  return found == around.at_owner.end() ? nullptr : &*found;
}

// What a change of the recordset means for what is served.
bool serves_the_same(const storage::ServedRRset* present, const std::optional<dns::RRset>& wanted) {
  if (present == nullptr || !wanted) {
    return present == nullptr && !wanted;
  }
  auto records = present->rdata;
  std::ranges::sort(records);
  return present->ttl == wanted->ttl && records == wanted->rdata;
}

// Puts what is wanted in place of what is there; nothing if that is the same.
void serve(storage::ZoneCommit& commit, const storage::LockedZone& zone, const storage::RecordsetFields& fields,
           const storage::ServedRRset* present, const std::optional<dns::RRset>& wanted) {
  if (serves_the_same(present, wanted)) {
    return;
  }
  commit.stamp = stamp_after(zone);
  commit.view = id_of(fields.view);
  if (wanted) {
    commit.put = {*wanted};
  } else {
    commit.take_away = {{fields.name, fields.type}};
  }
}

api::Result<void> check_managed(const api::Scope& scope, const storage::RecordsetRecord& recordset) {
  if (recordset.fields.type == dns::RRType::soa) {
    return Problem{.type = ProblemType::invalid_operation,
                   .message = "The SOA is made from the zone: change the zone's email or ttl"};
  }
  if (recordset.managed && !scope.edit_managed_records) {
    return Problem{.type = ProblemType::bad_request, .message = "Managed records may not be updated"};
  }
  return {};
}

api::Result<void> check_immutable(const storage::RecordsetRecord& recordset, const api::RecordsetChange& change) {
  if (change.name && *change.name != recordset.fields.name) {
    return api::invalid_field({"name"}, "can't be changed");
  }
  if (change.type && *change.type != recordset.fields.type) {
    return api::invalid_field({"type"}, "can't be changed");
  }
  const auto view = recordset.fields.view ? std::optional(recordset.fields.view->name) : std::nullopt;
  if (change.view.applied_to(view) != view) {
    return api::invalid_field({"view"}, "can't be changed: delete the recordset and create it anew");
  }
  return {};
}

storage::RecordsetFields changed_fields(const storage::RecordsetFields& present, const api::RecordsetChange& change) {
  auto fields = present;
  fields.records = change.records.value_or(present.records);
  fields.ttl = change.ttl.applied_to(present.ttl);
  fields.description = change.description.applied_to(present.description);
  return fields;
}

bool same(const storage::RecordsetFields& a, const storage::RecordsetFields& b) {
  return a.records == b.records && a.ttl == b.ttl && a.description == b.description;
}

// The rules for what is to be served at a place, or no longer.
api::Result<void> check(const storage::LockedZone& zone, const storage::RecordsetFields& fields,
                        const storage::Surroundings& around, bool is_served) {
  if (const auto allowed = check_ttl(zone.signing, fields.ttl.value_or(zone.fields.ttl), {"ttl"});
      is_served && !allowed) {
    return allowed.error();
  }
  return is_served ? check_place(traits_of(zone), fields.name, fields.type, around, id_of(fields.view))
                   : check_removal(fields.name, fields.type, around);
}

}  // namespace

api::Result<api::RecordsetView> RecordsetPort::create(const api::Scope& scope, const ZoneId& zone_id,
                                                      const api::NewRecordset& recordset) {
  if (const auto type = check_type(recordset.type); !type) {
    return type.error();
  }
  return guarded(
      [&]() -> api::Result<api::RecordsetView> {
        const auto edit = open_zone(editor_, scope, zone_id);
        if (!edit) {
          return edit.error();
        }
        const auto& zone = (*edit)->zone();
        const auto view = find_view(**edit, recordset.view);
        if (!view) {
          return view.error();
        }
        const storage::RecordsetFields fields{.name = recordset.name,
                                              .type = recordset.type,
                                              .ttl = recordset.ttl,
                                              .records = recordset.records,
                                              .description = recordset.description,
                                              .view = *view};
        const auto rrset = make_rrset(traits_of(zone), fields);
        if (!rrset) {
          return rrset.error();
        }
        const auto around = (*edit)->surroundings(fields.name, id_of(fields.view));
        if (served(around, fields) != nullptr) {
          return Problem{.type = ProblemType::duplicate_recordset};
        }
        if (const auto allowed = check(zone, fields, around, rrset->has_value()); !allowed) {
          return allowed.error();
        }
        storage::ZoneCommit commit;
        commit.author = author_of(scope);
        serve(commit, zone, fields, nullptr, *rrset);
        commit.add = {{RecordsetId(Uuid::version7(clock_.wall())), fields, false}};
        commit.show = commit.add.front().id;
        const auto committed = (*edit)->commit(commit);
        if (commit.stamp) {
          announcer_.committed(zone_id, commit.stamp->version);
        }
        return to_view(committed.recordset.value());
      },
      refused_recordset);
}

api::Result<api::RecordsetView> RecordsetPort::get(const api::Scope& scope, const ZoneId& zone, const RecordsetId& id,
                                                   const std::optional<dns::Version>& version) {
  return guarded([&]() -> api::Result<api::RecordsetView> {
    if (const auto recordset = reader_.recordset_and_visibility(reach_of(scope), zone, id, version)) {
      if (version && *version > recordset->zone_head) {
        return no_such_version(*version);
      }
      return to_view(*recordset);
    }
    const bool has_zone = reader_.zone(reach_of(scope), zone).has_value();
    return Problem{.type = has_zone ? ProblemType::recordset_not_found : ProblemType::zone_not_found};
  });
}

api::Result<ZoneId> RecordsetPort::zone_of(const api::Scope& scope, const RecordsetId& id) {
  return guarded([&]() -> api::Result<ZoneId> {
    const auto recordset = reader_.recordset(reach_of(scope), std::nullopt, id);
    if (!recordset) {
      return Problem{.type = ProblemType::recordset_not_found};
    }
    return recordset->zone;
  });
}

api::Result<api::Page<api::RecordsetView>> RecordsetPort::list(const api::Scope& scope, const ZoneId& zone,
                                                               const api::RecordsetFilter& filter,
                                                               const api::RecordsetPageRequest& page) {
  return guarded([&]() -> api::Result<api::Page<api::RecordsetView>> {
    if (!reader_.zone(reach_of(scope), zone)) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    const auto result =
        reader_.recordsets(reach_of(scope), zone, to_query(filter), to_request(page, to_sort(page.sort_key)));
    return to_page<api::RecordsetView>(result, view_of);
  });
}

api::Result<api::Page<api::RecordsetView>> RecordsetPort::list_all(const api::Scope& scope,
                                                                   const api::RecordsetFilter& filter,
                                                                   const api::RecordsetPageRequest& page) {
  return guarded([&] {
    const auto result =
        reader_.recordsets(reach_of(scope), std::nullopt, to_query(filter), to_request(page, to_sort(page.sort_key)));
    return to_page<api::RecordsetView>(result, view_of);
  });
}

api::Result<api::RecordsetView> RecordsetPort::update(const api::Scope& scope, const ZoneId& zone_id,
                                                      const RecordsetId& id, const api::RecordsetChange& change) {
  return guarded([&]() -> api::Result<api::RecordsetView> {
    const auto edit = open_zone(editor_, scope, zone_id);
    if (!edit) {
      return edit.error();
    }
    const auto recordset = (*edit)->recordset(id);
    if (!recordset) {
      return Problem{.type = ProblemType::recordset_not_found};
    }
    for (const auto& allowed : {check_immutable(*recordset, change), check_managed(scope, *recordset)}) {
      if (!allowed) {
        return allowed.error();
      }
    }
    const auto fields = changed_fields(recordset->fields, change);
    if (same(fields, recordset->fields)) {
      return to_view(*recordset);
    }
    const auto& zone = (*edit)->zone();
    const auto rrset = make_rrset(traits_of(zone), fields);
    if (!rrset) {
      return rrset.error();
    }
    if (recordset->managed && !*rrset) {
      return api::invalid_field({"records"}, "the apex needs NS records");
    }
    const auto around = (*edit)->surroundings(fields.name, id_of(fields.view));
    if (const auto allowed = check(zone, fields, around, rrset->has_value()); !allowed) {
      return allowed.error();
    }
    storage::ZoneCommit commit;
    commit.author = author_of(scope);
    serve(commit, zone, fields, served(around, fields), *rrset);
    commit.change = {{id, fields, recordset->managed}};
    commit.show = id;
    const auto committed = (*edit)->commit(commit);
    if (commit.stamp) {
      announcer_.committed(zone_id, commit.stamp->version);
    }
    return to_view(committed.recordset.value());
  });
}

api::Result<api::RecordsetView> RecordsetPort::remove(const api::Scope& scope, const ZoneId& zone_id,
                                                      const RecordsetId& id) {
  return guarded([&]() -> api::Result<api::RecordsetView> {
    const auto edit = open_zone(editor_, scope, zone_id);
    if (!edit) {
      return edit.error();
    }
    const auto recordset = (*edit)->recordset(id);
    if (!recordset) {
      return Problem{.type = ProblemType::recordset_not_found};
    }
    if (recordset->managed) {
      return Problem{.type = ProblemType::bad_request, .message = "Managed records may not be deleted"};
    }
    const auto& zone = (*edit)->zone();
    const auto around = (*edit)->surroundings(recordset->fields.name, id_of(recordset->fields.view));
    if (const auto allowed = check(zone, recordset->fields, around, false); !allowed) {
      return allowed.error();
    }
    storage::ZoneCommit commit;
    commit.author = author_of(scope);
    serve(commit, zone, recordset->fields, served(around, recordset->fields), std::nullopt);
    commit.remove = {id};
    static_cast<void>((*edit)->commit(commit));
    auto view = to_view(*recordset);
    if (commit.stamp) {
      announcer_.committed(zone_id, commit.stamp->version);
      view.zone_version = commit.stamp->version;
      view.status = api::Status::pending;
      view.action = api::Action::remove;
    }
    return view;
  });
}

}  // namespace minidns::central
