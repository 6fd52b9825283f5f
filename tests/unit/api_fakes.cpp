#include "tests/unit/api_fakes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace minidns::api::test {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

/// Ids and times count up, so that answers are known beforehand.
WallTime the_time() {
  return WallTime(std::chrono::seconds(1'795'228'903)) + 123us;
}

template <class IdType>
IdType new_id() {
  return IdType(Uuid::version7(std::chrono::system_clock::now()));
}

/// The part of `all` that comes after the marker.
template <class View, class Request>
Result<Page<View>> page_of(const std::vector<View>& all, const Request& request) {
  auto from = all.begin();
  if (request.marker) {
    from = std::find_if(all.begin(), all.end(), [&](const View& view) { return view.id == *request.marker; });
    if (from == all.end()) {
      return Problem{ProblemType::marker_not_found};
    }
    ++from;
  }
  const auto size = std::min<std::ptrdiff_t>(all.end() - from, static_cast<std::ptrdiff_t>(request.limit));
  Page<View> page;
  page.items.assign(from, from + size);
  page.more = from + size != all.end();
  if (request.count) {
    page.total_count = all.size();
  }
  return page;
}

template <class View, class IdType>
Result<View> found(const std::vector<View>& all, const IdType& id, ProblemType otherwise) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const View& view) { return view.id == id; });
  return at == all.end() ? Result<View>(Problem{otherwise}) : Result<View>(*at);
}

template <class View, class IdType>
Result<void> removed(std::vector<View>& all, const IdType& id, ProblemType otherwise) {
  const auto count = std::erase_if(all, [&](const View& view) { return view.id == id; });
  return count == 0 ? Result<void>(Problem{otherwise}) : Result<void>();
}

}  // namespace

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++callers_;
  changed_.notify_all();
  changed_.wait_for(lock, patience, [this] { return open_; });
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

bool Gate::wait_for_callers(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return callers_ >= count; });
}

ZoneView& FakePorts::insert_zone(const std::string& name, const std::string& project) {
  zones_.push_back({new_id<ZoneId>(),
                    new_id<PoolId>(),
                    ProjectId(project),
                    dns::Name::from_text(name).value(),
                    "joe@example.org",
                    std::nullopt,
                    dns::Ttl::from_seconds(3600).value(),
                    dns::Serial(1),
                    Status::pending,
                    Action::create,
                    1,
                    dns::Version(7),
                    {},
                    ZoneType::primary,
                    {},
                    the_time(),
                    std::nullopt,
                    std::nullopt,
                    std::nullopt,
                    std::nullopt});
  return zones_.back();
}

RecordsetView& FakePorts::insert_recordset(const ZoneView& zone, const std::string& name,
                                           std::vector<RecordText> records) {
  recordsets_.push_back({new_id<RecordsetId>(), zone.id, zone.project_id, dns::Name::from_text(name).value(), zone.name,
                         dns::RRType::a, std::move(records), std::nullopt, std::nullopt, std::nullopt, Status::active,
                         Action::none, 1, dns::Version(5), the_time(), std::nullopt, std::nullopt});
  return recordsets_.back();
}

ZoneView FakePorts::add_zone(const std::string& name, const std::string& project) {
  const std::lock_guard lock(mutex_);
  return insert_zone(name, project);
}

RecordsetView FakePorts::add_recordset(const ZoneView& zone, const std::string& name, std::vector<RecordText> records) {
  const std::lock_guard lock(mutex_);
  return insert_recordset(zone, name, std::move(records));
}

std::optional<Problem> FakePorts::begin(const Scope& scope) {
  std::function<void()> action;
  {
    const std::lock_guard lock(mutex_);
    last_scope_ = scope;
    action = in_port_;
  }
  action();
  const std::lock_guard lock(mutex_);
  return problem_;
}

ZoneView* FakePorts::find_zone(const Scope& scope, const ZoneId& id) {
  const auto at = std::find_if(zones_.begin(), zones_.end(), [&](const ZoneView& zone) {
    return zone.id == id && (scope.all_projects || zone.project_id == scope.project);
  });
  return at == zones_.end() ? nullptr : &*at;
}

Result<std::optional<Caller>> FakePorts::authenticate(std::string_view token) {
  const TokenId id = new_id<TokenId>();
  if (token == member_token) {
    return std::optional(Caller{id, ProjectId("p1"), Role::member});
  }
  if (token == other_token) {
    return std::optional(Caller{id, ProjectId("p2"), Role::member});
  }
  if (token == admin_token) {
    return std::optional(Caller{id, ProjectId("ops"), Role::admin});
  }
  return std::optional<Caller>();
}

Result<ZoneView> FakePorts::create(const Scope& scope, const NewZone& zone) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  ZoneView& view = insert_zone(zone.name.to_text(), scope.project.text());
  view.email = zone.email;
  view.description = zone.description;
  view.ttl = zone.ttl.value_or(view.ttl);
  return view;
}

Result<Page<ZoneView>> FakePorts::list(const Scope& scope, const ZoneFilter& filter, const ZonePageRequest& page) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  std::vector<ZoneView> matching;
  std::copy_if(zones_.begin(), zones_.end(), std::back_inserter(matching), [&](const ZoneView& zone) {
    return find_zone(scope, zone.id) != nullptr && (!filter.name || filter.name->text == zone.name.to_text());
  });
  return page_of(matching, page);
}

Result<ZoneView> FakePorts::update(const Scope& scope, const ZoneId& id, const ZoneChange& change) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  ZoneView* zone = find_zone(scope, id);
  if (zone == nullptr) {
    return Problem{ProblemType::zone_not_found};
  }
  zone->email = change.email.value_or(zone->email);
  zone->description = change.description.applied_to(zone->description);
  ++zone->revision;
  return *zone;
}

Result<ZoneView> FakePorts::remove(const Scope& scope, const ZoneId& id) {
  auto zone = get(scope, id);
  if (zone) {
    zone->action = Action::remove;
    const std::lock_guard lock(mutex_);
    std::erase_if(zones_, [&](const ZoneView& other) { return other.id == id; });
  }
  return zone;
}

Result<std::vector<NsRecord>> FakePorts::nameservers(const Scope& scope, const ZoneId& id) {
  const auto zone = get(scope, id);
  if (!zone) {
    return zone.error();
  }
  return std::vector<NsRecord>{{dns::Name::from_text("ns1.example.").value(), 1}};
}

Result<void> FakePorts::request_transfer(const Scope& scope, const ZoneId& id) {
  const auto zone = get(scope, id);
  if (!zone) {
    return zone.error();
  }
  if (zone->type == ZoneType::primary) {
    return Problem{.type = ProblemType::bad_request, .message = "Can't transfer a PRIMARY zone"};
  }
  return {};
}

Result<void> FakePorts::accept_transfer(const Scope& scope, const ZoneId& id) {
  return request_transfer(scope, id);
}

Result<RecordsetView> FakePorts::create(const Scope& scope, const ZoneId& zone, const NewRecordset& recordset) {
  const auto parent = get(scope, zone);
  if (!parent) {
    return parent.error();
  }
  const std::lock_guard lock(mutex_);
  RecordsetView& view = insert_recordset(*parent, recordset.name.to_text(), recordset.records);
  view.type = recordset.type;
  view.ttl = recordset.ttl;
  return view;
}

Result<ZoneId> FakePorts::zone_of(const Scope& scope, const RecordsetId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  const auto recordset = found(recordsets_, id, ProblemType::recordset_not_found);
  return recordset ? Result<ZoneId>(recordset->zone_id) : Result<ZoneId>(recordset.error());
}

Result<Page<RecordsetView>> FakePorts::list(const Scope& scope, const ZoneId& zone, const RecordsetFilter& filter,
                                            const RecordsetPageRequest& page) {
  const auto parent = get(scope, zone);
  return parent ? list_all(scope, filter, page) : Result<Page<RecordsetView>>(parent.error());
}

Result<Page<RecordsetView>> FakePorts::list_all(const Scope& scope, const RecordsetFilter& /*filter*/,
                                                const RecordsetPageRequest& page) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return page_of(recordsets_, page);
}

Result<RecordsetView> FakePorts::update(const Scope& scope, const ZoneId& zone, const RecordsetId& id,
                                        const RecordsetChange& change) {
  auto recordset = get(scope, zone, id);
  if (recordset) {
    recordset->records = change.records.value_or(recordset->records);
    recordset->ttl = change.ttl.applied_to(recordset->ttl);
  }
  return recordset;
}

Result<RecordsetView> FakePorts::remove(const Scope& scope, const ZoneId& zone, const RecordsetId& id) {
  return get(scope, zone, id);
}

Result<PoolView> FakePorts::create(const Scope& scope, const NewPool& pool) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  pools_.push_back({new_id<PoolId>(),
                    pool.name,
                    pool.description,
                    pool.ns_records,
                    pool.primaries,
                    pool.threshold,
                    pool.unknown_zones,
                    pool.is_default,
                    {},
                    1,
                    the_time(),
                    std::nullopt});
  return pools_.back();
}

Result<PoolView> FakePorts::get(const Scope& scope, const PoolId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return found(pools_, id, ProblemType::pool_not_found);
}

Result<Page<PoolView>> FakePorts::list(const Scope& scope, const PoolFilter& /*filter*/, const PoolPageRequest& page) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return page_of(pools_, page);
}

Result<PoolView> FakePorts::update(const Scope& scope, const PoolId& id, const PoolChange& change) {
  auto pool = get(scope, id);
  if (pool) {
    pool->name = change.name.value_or(pool->name);
  }
  return pool;
}

Result<void> FakePorts::remove(const Scope& scope, const PoolId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return removed(pools_, id, ProblemType::pool_not_found);
}

Result<NameserverView> FakePorts::create(const Scope& scope, const NewNameserver& nameserver) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  nameservers_.push_back({new_id<NameserverId>(), nameserver.pool_id, nameserver.name, nameserver.address,
                          nameserver.port, nameserver.state, false, nameserver.view.value_or(default_view_name),
                          nameserver.transfer_key_id, nameserver.notify_key_id, nameserver.allow_unsigned_soa,
                          nameserver.settings, nameserver.secret.has_value(), 1, the_time()});
  return nameservers_.back();
}

Result<NameserverView> FakePorts::get(const Scope& scope, const NameserverId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return found(nameservers_, id, ProblemType::nameserver_not_found);
}

Result<Page<NameserverView>> FakePorts::list(const Scope& scope, const NameserverFilter& /*filter*/,
                                             const NameserverPageRequest& page) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return page_of(nameservers_, page);
}

Result<NameserverView> FakePorts::update(const Scope& scope, const NameserverId& id, const NameserverChange& change) {
  auto nameserver = get(scope, id);
  if (nameserver) {
    nameserver->state = change.state.value_or(nameserver->state);
  }
  return nameserver;
}

Result<void> FakePorts::remove(const Scope& scope, const NameserverId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return removed(nameservers_, id, ProblemType::nameserver_not_found);
}

Result<TsigKeyView> FakePorts::create(const Scope& scope, const NewTsigKey& key) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  keys_.push_back({new_id<TsigKeyId>(), key.name, key.algorithm, key.secret, key.scope,
                   key.view.value_or(default_view_name), the_time(), std::nullopt});
  return keys_.back();
}

Result<TsigKeyView> FakePorts::get(const Scope& scope, const TsigKeyId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return found(keys_, id, ProblemType::tsigkey_not_found);
}

Result<Page<TsigKeyView>> FakePorts::list(const Scope& scope, const TsigKeyFilter& /*filter*/,
                                          const TsigKeyPageRequest& page) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return page_of(keys_, page);
}

Result<TsigKeyView> FakePorts::update(const Scope& scope, const TsigKeyId& id, const TsigKeyChange& change) {
  auto key = get(scope, id);
  if (key) {
    key->algorithm = change.algorithm.value_or(key->algorithm);
  }
  return key;
}

Result<void> FakePorts::remove(const Scope& scope, const TsigKeyId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  const std::lock_guard lock(mutex_);
  return removed(keys_, id, ProblemType::tsigkey_not_found);
}

Result<ServiceStatusView> FakePorts::get(const Scope& scope, const InstanceId& id) {
  if (auto failure = begin(scope)) {
    return std::move(*failure);
  }
  return ServiceStatusView{id, "mdns", "127.0.0.1:53", ServiceState::up, the_time(), the_time()};
}

Result<Page<ServiceStatusView>> FakePorts::list(const Scope& scope, const ServiceStatusFilter& /*filter*/,
                                                const ServiceStatusPageRequest& /*page*/) {
  const auto one = get(scope, new_id<InstanceId>());
  if (!one) {
    return one.error();
  }
  return Page<ServiceStatusView>{{*one}, false, std::nullopt};
}

}  // namespace minidns::api::test
