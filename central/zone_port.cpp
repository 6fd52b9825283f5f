#include "central/zone_port.hpp"

#include "central/apex.hpp"
#include "central/guard.hpp"
#include "central/key_rolling.hpp"
#include "central/signing_rules.hpp"
#include "central/version_policy.hpp"
#include "central/views.hpp"
#include "central/zone_rules.hpp"

#include <stdexcept>

namespace minidns::central {
namespace {

using api::Problem;
using api::ProblemType;

storage::ZoneSort to_sort(api::ZoneSortKey key) {
  switch (key) {
    case api::ZoneSortKey::created_at:
      return storage::ZoneSort::created_at;
    case api::ZoneSortKey::id:
      return storage::ZoneSort::id;
    case api::ZoneSortKey::updated_at:
      return storage::ZoneSort::updated_at;
    case api::ZoneSortKey::name:
      return storage::ZoneSort::name;
    case api::ZoneSortKey::tenant_id:
      return storage::ZoneSort::project;
    case api::ZoneSortKey::serial:
      return storage::ZoneSort::serial;
    case api::ZoneSortKey::ttl:
      return storage::ZoneSort::ttl;
  }
  throw std::logic_error("no such sort key");
}

storage::ZoneQuery to_query(const api::ZoneFilter& filter) {
  storage::ZoneQuery query{.name = to_filter(filter.name),
                           .email = to_filter(filter.email),
                           .description = to_filter(filter.description),
                           .kind = {},
                           .propagation = to_propagation(filter.status),
                           .ttl = filter.ttl};
  if (filter.type) {
    query.kind = *filter.type == api::ZoneType::primary ? storage::ZoneKind::primary : storage::ZoneKind::secondary;
  }
  return query;
}

// Two creates of one name at once: both saw it free, and the index lets one through.
std::optional<Problem> duplicate_zone(const storage::postgres::StatementError& error) {
  return error.is_unique_violation() ? std::optional(Problem{.type = ProblemType::duplicate_zone}) : std::nullopt;
}

bool same(const storage::ZoneFields& a, const storage::ZoneFields& b) {
  return a.email == b.email && a.ttl == b.ttl && a.description == b.description && a.masters == b.masters;
}

storage::NewZoneWrite new_zone(const api::NewZone& zone, const ZoneId& id, const storage::ZonePlace& place,
                               const ApexSet& soa, const ApexSet& ns, WallTime now) {
  const bool is_new_epoch = place.floor && place.floor->epoch != place.current_epoch;
  const auto floor = place.floor ? std::optional(place.floor->serial) : std::nullopt;
  return {.id = id,
          .fields = {.kind = storage::ZoneKind::primary,
                     .email = zone.email,
                     .description = zone.description,
                     .ttl = soa.rrset.ttl,
                     .attributes = zone.attributes,
                     .masters = {}},
          .stamp = first_stamp(floor, is_new_epoch, place.now),
          .author = {},
          .content = {soa.rrset, ns.rrset},
          .recordsets = {{RecordsetId(Uuid::version7(now)), soa.fields, true},
                         {RecordsetId(Uuid::version7(now)), ns.fields, true}}};
}

}  // namespace

api::Result<api::ZoneView> ZonePort::create(const api::Scope& scope, const api::NewZone& zone) {
  if (const auto name = check_zone_name(zone.name); !name) {
    return name.error();
  }
  const auto pool = requested_pool(zone.attributes);
  if (!pool) {
    return pool.error();
  }
  return guarded(
      [&]() -> api::Result<api::ZoneView> {
        const auto creation = editor_.create(zone.name, scope.project, *pool);
        if (const auto place = check_zone_place(creation->place()); !place) {
          return place.error();
        }
        if (zone.type == api::ZoneType::secondary) {
          return create_secondary(scope, zone, *creation);
        }
        const ZoneId id(Uuid::version7(clock_.wall()));
        const auto ttl = zone.ttl.value_or(dns::Ttl::from_wire(zone_ttl_s_default));
        const auto& ns_names = creation->place().pool->ns_names;
        const auto soa = make_soa(zone.name, id, zone.email, ttl, ns_names);
        if (!soa) {
          return soa.error();
        }
        auto write = new_zone(zone, id, creation->place(), *soa, make_ns(zone.name, ttl, ns_names), clock_.wall());
        write.author = author_of(scope);
        if (const auto& policy = creation->place().dnssec_policy) {
          auto signing = first_signing_.of_new_zone(zone.name, *policy, ttl, creation->place().now);
          if (!signing) {
            return signing.error();
          }
          write.signing = in_version(*std::move(signing), write.stamp.version);
        }
        const auto record = creation->commit(write);
        announcer_.committed(record.id, record.head.version);
        return to_view(record);
      },
      duplicate_zone);
}

/// Without content: it is served once something was transferred.
api::Result<api::ZoneView> ZonePort::create_secondary(const api::Scope& scope, const api::NewZone& zone,
                                                      storage::ZoneCreation& creation) const {
  if (const auto allowed = secondary_.check_masters(zone.masters, reader_.own_endpoints()); !allowed) {
    return allowed.error();
  }
  const ZoneId id(Uuid::version7(clock_.wall()));
  const auto key = zone.masters_key ? std::optional(secondary_.seal(id, *zone.masters_key)) : std::nullopt;
  const auto record = creation.commit({.id = id,
                                       .fields = {.kind = storage::ZoneKind::secondary,
                                                  .email = zone.email,
                                                  .description = zone.description,
                                                  .ttl = zone.ttl.value_or(dns::Ttl::from_wire(zone_ttl_s_default)),
                                                  .attributes = zone.attributes,
                                                  .masters = to_texts(zone.masters)},
                                       .stamp = {dns::Version(1), dns::Serial(1)},
                                       .author = author_of(scope),
                                       .content = {},
                                       .recordsets = {},
                                       .inbound_key = key});
  announcer_.committed(record.id, record.head.version);
  return to_view(record);
}

api::Result<api::ZoneView> ZonePort::get(const api::Scope& scope, const ZoneId& id,
                                         const std::optional<dns::Version>& version) {
  return guarded([&]() -> api::Result<api::ZoneView> {
    const auto zone = reader_.zone_and_visibility(reach_of(scope), id, version);
    if (!zone) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    if (version && *version > zone->head.version) {
      return no_such_version(*version);
    }
    return to_view(*zone);
  });
}

api::Result<api::Page<api::ZoneView>> ZonePort::list(const api::Scope& scope, const api::ZoneFilter& filter,
                                                     const api::ZonePageRequest& page) {
  return guarded([&] {
    const auto result = reader_.zones(reach_of(scope), to_query(filter), to_request(page, to_sort(page.sort_key)));
    return to_page<api::ZoneView>(result, [](const storage::ZoneRecord& zone) { return to_view(zone); });
  });
}

api::Result<api::ZoneView> ZonePort::update(const api::Scope& scope, const ZoneId& id, const api::ZoneChange& change) {
  return guarded([&]() -> api::Result<api::ZoneView> {
    const auto edit = editor_.edit(reach_of(scope), id);
    if (!edit) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    const auto& zone = edit->zone();
    if (zone.deleted) {
      return Problem{.type = ProblemType::invalid_operation, .message = "Can not update a deleting zone"};
    }
    if (const auto allowed = check_immutable(zone, change); !allowed) {
      return allowed.error();
    }
    const auto fields = changed_fields(zone.fields, change);
    if (const auto allowed = check_ttl(zone.signing, fields.ttl, {"ttl"}); !allowed) {
      return allowed.error();
    }
    const bool is_secondary = zone.fields.kind == storage::ZoneKind::secondary;
    if (is_secondary && change.masters) {
      if (const auto allowed = secondary_.check_masters(*change.masters, reader_.own_endpoints()); !allowed) {
        return allowed.error();
      }
    }
    if (same(fields, zone.fields) && change.masters_key.is_keep()) {
      return to_view(edit->record());
    }
    storage::ZoneCommit commit;
    commit.author = author_of(scope);
    commit.fields = fields;
    if (change.masters_key.is_set()) {
      commit.inbound.key = secondary_.seal(id, change.masters_key.value());
    } else if (change.masters_key.is_clear()) {
      commit.inbound.key = std::optional<storage::InboundKey>();
    }
    // The SOA has the address and, like all that has no TTL of its own, the zone's TTL.
    const bool ttl_changes = fields.ttl != zone.fields.ttl;
    if (!is_secondary && (ttl_changes || fields.email != zone.fields.email)) {
      const auto soa = make_soa(zone.name, zone.id, fields.email, fields.ttl, edit->ns_names());
      if (!soa) {
        return soa.error();
      }
      commit.stamp = next_stamp(zone.head, zone.head_epoch != zone.current_epoch, zone.now);
      commit.put = {soa->rrset};
      commit.soa_records = soa->fields.records;
      commit.default_ttl = ttl_changes ? std::optional(fields.ttl) : std::nullopt;
    }
    const auto committed = edit->commit(commit);
    if (commit.stamp) {
      announcer_.committed(id, commit.stamp->version);
    }
    return to_view(committed.zone);
  });
}

api::Result<api::ZoneView> ZonePort::remove(const api::Scope& scope, const ZoneId& id) {
  return guarded([&]() -> api::Result<api::ZoneView> {
    const auto edit = editor_.edit(reach_of(scope), id);
    if (!edit) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    const auto& zone = edit->zone();
    if (zone.deleted) {
      return to_view(edit->record());  // asked for twice: it is on its way
    }
    if (edit->has_sub_zone()) {
      return Problem{.type = ProblemType::zone_has_sub_zone};
    }
    storage::ZoneCommit commit;
    commit.author = author_of(scope);
    commit.kind = storage::VersionKind::remove;
    commit.stamp = next_stamp(zone.head, zone.head_epoch != zone.current_epoch, zone.now);
    const auto committed = edit->commit(commit);
    announcer_.committed(id, commit.stamp->version);
    return to_view(committed.zone);
  });
}

api::Result<void> ZonePort::order(const api::Scope& scope, const ZoneId& id, const storage::InboundOrder& order) const {
  return guarded([&]() -> api::Result<void> {
    const auto edit = editor_.edit(reach_of(scope), id);
    if (!edit) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    if (edit->zone().deleted) {
      return Problem{.type = ProblemType::invalid_operation, .message = "Can not update a deleting zone"};
    }
    if (edit->zone().fields.kind != storage::ZoneKind::secondary) {
      return Problem{.type = ProblemType::bad_request, .message = "Can't transfer a PRIMARY zone"};
    }
    const auto inbound = edit->record().inbound;
    if (order.accept_alarm && !(inbound && inbound->alarm)) {
      return Problem{.type = ProblemType::invalid_operation, .message = "The zone's transfers have no alarm"};
    }
    storage::ZoneCommit commit;
    commit.author = author_of(scope);
    commit.inbound = order;
    static_cast<void>(edit->commit(commit));
    return {};
  });
}

api::Result<void> ZonePort::request_transfer(const api::Scope& scope, const ZoneId& id) {
  return order(scope, id, {.transfer_now = true});
}

api::Result<void> ZonePort::accept_transfer(const api::Scope& scope, const ZoneId& id) {
  return order(scope, id, {.transfer_now = true, .accept_alarm = true});
}

api::Result<std::vector<api::NsRecord>> ZonePort::nameservers(const api::Scope& scope, const ZoneId& id) {
  return guarded([&]() -> api::Result<std::vector<api::NsRecord>> {
    const auto zone = reader_.zone(reach_of(scope), id);
    if (!zone) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    std::vector<api::NsRecord> records;
    for (const auto& ns : reader_.ns_names(zone->pool)) {
      records.push_back({ns.hostname, ns.priority});
    }
    return records;
  });
}

}  // namespace minidns::central
