#include "storage/postgres/catalogs.hpp"

#include "dns/catalog.hpp"
#include "storage/postgres/catalog_content.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_behind =
    "select c.zone_id from catalogs c, feed_head h"
    " where c.feed_seq is null or c.feed_epoch <> h.epoch or c.feed_seq < h.seq or c.compare_after is not null"
    " order by c.zone_id";

// A plan that was made for a small `zones` reads all of it for each change, and is kept until the table is analyzed:
// ten thousand zones at once then cost 6 s for 2000 changes, where probes of indexes cost 30 ms.
constexpr const char* keep_to_indexes = "set local enable_seqscan = off";

constexpr const char* lock_catalog =
    "select pool_id, family, member_group, feed_seq, feed_epoch, compare_after from catalogs"
    " where zone_id = $1 for update skip locked";

// As every writer of a zone's versions does.
constexpr const char* lock_zone_row = "select 1 from zones where id = $1 and deleted_at is null for no key update";

constexpr const char* select_head =
    "select z.name, z.version, z.serial, z.epoch, now(), h.seq, h.epoch, h.pruned_through from zones z, feed_head h"
    " where z.id = $1";

// How far one step reads, and whether a key, nameserver or pool is among it.
constexpr const char* select_window =
    "select max(seq), coalesce(bool_or(zone_id is null), false)"
    " from (select seq, zone_id from changes where seq > $1 order by seq limit $2) w";

// What is to be a member is looked up now, whatever its changes said: so the order of changes doesn't matter. ($1
// catalog, $2 pool; likewise below.) The limits keep the planner, whatever its statistics, to one probe of an index for
// each zone: joins of other kinds read the whole catalog.
constexpr const char* select_changed =
    "select t.id, z.name_key, m.is_member is not null"
    " from (select distinct zone_id as id"
    "         from (select zone_id, kind from changes where seq > $3 order by seq limit $4) w"
    "        where kind in ('create', 'delete')) t"
    " left join lateral (select name_key from zones where id = t.id and pool_id = $2 and deleted_at is null"
    "   and type <> 'CATALOG' limit 1) z on true"
    " left join lateral (select true as is_member from rrsets where zone_id = $1"
    "   and owner = catalog_member_owner(t.id) and type = 12 and view = 0 and until is null limit 1) m on true"
    " where (z.name_key is null) <> (m.is_member is null)";

// Members whose zone the pool doesn't have.
constexpr const char* select_without_zone =
    "select encode(substr(m.owner, 7, 32), 'escape')::uuid from rrsets m"
    " where m.zone_id = $1 and m.owner > '\\x7a6f6e657300'::bytea and m.owner < '\\x7a6f6e657301'::bytea"
    "   and m.type = 12 and m.view = 0 and m.until is null"
    "   and not exists (select from zones z where z.id = encode(substr(m.owner, 7, 32), 'escape')::uuid"
    "     and z.pool_id = $2 and z.deleted_at is null and z.type <> 'CATALOG')"
    " limit $3";

// Zones are compared page by page in the order of their ids, those of all pools, of which there are seldom many. First
// where a page ends, then the zones in it that are no member, or have another group than $5.
constexpr const char* select_page_end =
    "select id from (select id from zones where id > $1 order by id limit $2) p order by id desc limit 1";
constexpr const char* select_page =
    "select c.* from (select z.id, z.name_key,"
    "   exists (select from rrsets m where m.zone_id = $1 and m.owner = catalog_member_owner(z.id) and m.type = 12"
    "     and m.view = 0 and m.until is null) as is_member,"
    "   (select g.rdata from rrsets g where g.zone_id = $1"
    "     and g.owner = catalog_member_owner(z.id) || '\\x67726f757000'::bytea and g.type = 16 and g.view = 0"
    "     and g.until is null) is not distinct from $5::bytea as has_group"
    "   from zones z where z.id > $3 and z.id <= $4 and z.pool_id = $2 and z.deleted_at is null"
    "     and z.type <> 'CATALOG') c"
    " where not (c.is_member and c.has_group)";

// Members that are earlier incarnations of these names.
constexpr const char* select_earlier =
    "select d.id from unnest($3::bytea[]) as added (name_key)"
    " cross join lateral (select id from zones where pool_id = $2 and name_key = added.name_key"
    "   and deleted_at is not null offset 0) d"
    " cross join lateral (select from rrsets where zone_id = $1 and owner = catalog_member_owner(d.id) and type = 12"
    "   and view = 0 and until is null limit 1) m";

constexpr const char* update_head =
    "update zones set version = $2, serial = $3, epoch = (select epoch from feed_head), revision = revision + 1,"
    " updated_at = now() where id = $1";

constexpr const char* update_position =
    "update catalogs set feed_seq = $2, feed_epoch = $3, compare_after = $4 where zone_id = $1";

// Without a version there is nothing that a crash could contradict: the same is read again.
constexpr const char* asynchronous = "set local synchronous_commit = off";

// A catalog has the same members in all views.
constexpr std::optional<ViewId> every_view;

struct Member {
  Uuid id;
  dns::Name name;
};

/// What a step wants to be changed.
struct Changes {
  std::vector<Uuid> removed;
  std::vector<Member> added;
  std::vector<Member> renewed;  ///< members whose group is another now
  bool check_properties = false;
};

/// Where the catalog's members stand.
struct Position {
  std::optional<std::int64_t> seq;
  std::int64_t epoch;
  std::optional<Uuid> compare_after;
  friend bool operator==(const Position&, const Position&) = default;
};

class Advance {
 public:
  Advance(Connection& connection, const ZoneId& id, const VersionPolicy& policy)
      : connection_(connection), id_(id), policy_(policy) {}

  /// False: there is nothing to work on.
  [[nodiscard]] bool lock();
  [[nodiscard]] Catalogs::Step run();

 private:
  void read_feed();
  void begin_comparison();
  void compare_page();
  void add_earlier_incarnations();
  [[nodiscard]] std::optional<VersionStamp> write();
  [[nodiscard]] std::optional<Bytes> packed_group() const;

  Connection& connection_;
  const ZoneId id_;
  const VersionPolicy& policy_;
  std::optional<CatalogRow> row_;
  std::optional<dns::Name> name_;
  std::optional<VersionStamp> head_;
  bool is_new_epoch_ = false;
  WallTime now_;
  FeedPosition feed_;
  Position position_{};  ///< as it was, then as it is to be saved
  Position stored_{};
  Changes changes_;
  Catalogs::Step result_{.kind = Catalogs::Step::Kind::read, .stamp = {}};
};

bool Advance::lock() {
  const auto rows = connection_.execute_all({{keep_to_indexes, {}}, {lock_epoch, {}}, {lock_catalog, {id_.uuid()}}})[2];
  if (rows.empty()) {
    return false;
  }
  row_ = CatalogRow{PoolId(rows.uuid(0, 0)), catalog_family_of(rows.text(0, 1)), rows.optional_text(0, 2)};
  stored_ =
      position_ = {rows.optional_integer(0, 3), rows.optional_integer(0, 4).value_or(0), rows.optional_uuid(0, 5)};
  const auto results = connection_.execute_all({{lock_zone_row, {id_.uuid()}}, {select_head, {id_.uuid()}}});
  if (results[0].empty()) {
    return false;
  }
  const Rows& head = results[1];
  name_ = zone_name_of(head.text(0, 0));
  head_ = {dns::Version(head.integer(0, 1)), serial_column(head, 0, 2)};
  is_new_epoch_ = head.integer(0, 3) != head.integer(0, 6);
  now_ = head.timestamp(0, 4);
  feed_ = {head.integer(0, 5), head.integer(0, 6), head.integer(0, 7)};
  return true;
}

Catalogs::Step Advance::run() {
  const bool leads_on = position_.seq && position_.epoch == feed_.epoch && *position_.seq <= feed_.seq &&
                        *position_.seq >= feed_.pruned_through;
  if (!leads_on) {
    begin_comparison();
  } else if (position_.compare_after) {
    compare_page();
  } else {
    read_feed();
  }
  add_earlier_incarnations();
  result_.stamp = write();
  result_.kind = result_.stamp ? Catalogs::Step::Kind::made : Catalogs::Step::Kind::read;
  result_.added = changes_.added.size();
  result_.removed = changes_.removed.size();
  result_.has_more = !position_.seq || position_.compare_after || *position_.seq < feed_.seq;
  return result_;
}

void Advance::read_feed() {
  const std::int64_t from = *position_.seq;
  const auto results =
      connection_.execute_all({{select_window, {from, Catalogs::changes_max}},
                               {select_changed, {id_.uuid(), row_->pool.uuid(), from, Catalogs::changes_max}}});
  position_.seq = results[0].optional_integer(0, 0).value_or(from);
  changes_.check_properties = results[0].boolean(0, 1);
  const Rows& rows = results[1];
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.boolean(row, 2)) {
      changes_.removed.push_back(rows.uuid(row, 0));
    } else {
      changes_.added.push_back({rows.uuid(row, 0), name_of_key(rows.bytea(row, 1))});
    }
  }
}

/// First what has to go. The feed is read on from here when all zones were looked at: what changes meanwhile is in it.
void Advance::begin_comparison() {
  const Rows rows = connection_.execute(select_without_zone, {id_.uuid(), row_->pool.uuid(), Catalogs::removals_max});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    changes_.removed.push_back(rows.uuid(row, 0));
  }
  changes_.check_properties = true;
  result_.began_comparing = true;
  if (changes_.removed.size() < static_cast<std::size_t>(Catalogs::removals_max)) {
    position_ = {feed_.seq, feed_.epoch, Uuid({})};
    compare_page();
  } else {
    position_ = {std::nullopt, feed_.epoch, std::nullopt};  // there are more: begins again
  }
}

void Advance::compare_page() {
  const Uuid after = *position_.compare_after;
  const Rows end = connection_.execute(select_page_end, {after, Catalogs::zones_max});
  position_.compare_after = end.empty() ? std::nullopt : std::optional(end.uuid(0, 0));
  if (!position_.compare_after) {
    return;
  }
  const auto group = packed_group();
  const auto group_param = group ? Param(ByteView(*group)) : Param(nullptr);
  const Rows rows =
      connection_.execute(select_page, {id_.uuid(), row_->pool.uuid(), after, *position_.compare_after, group_param});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Member member{rows.uuid(row, 0), name_of_key(rows.bytea(row, 1))};
    if (!rows.boolean(row, 2)) {
      changes_.added.push_back(member);
    } else if (!rows.boolean(row, 3)) {
      changes_.renewed.push_back(member);
    }
  }
}

/// A consumer ignores a member whose name another member has (RFC 9432 §5.2): the old one goes first, or with it.
void Advance::add_earlier_incarnations() {
  if (changes_.added.empty()) {
    return;
  }
  std::vector<Bytes> keys;
  for (const Member& member : changes_.added) {
    keys.push_back(name_key_of(member.name));
  }
  const Rows rows = connection_.execute(select_earlier, {id_.uuid(), row_->pool.uuid(), keys});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (std::ranges::find(changes_.removed, rows.uuid(row, 0)) == changes_.removed.end()) {
      changes_.removed.push_back(rows.uuid(row, 0));
    }
  }
}

std::optional<Bytes> Advance::packed_group() const {
  if (!row_->group) {
    return std::nullopt;
  }
  return dns::pack_rdata(dns::catalog_member(*name_, id_.uuid(), *name_, row_->group).back().rdata);
}

/// The version, if there is anything in it, and the position; commits are the caller's.
std::optional<VersionStamp> Advance::write() {
  std::vector<std::pair<dns::Name, dns::RRType>> closed;
  std::vector<dns::RRset> put;
  const auto close_member = [&](const Uuid& id) {
    // The name of the member doesn't matter here.
    for (const dns::RRset& set : dns::catalog_member(*name_, id, *name_, "any")) {
      closed.emplace_back(set.owner, set.type);
    }
  };
  const auto put_member = [&](const Member& member) {
    std::ranges::move(dns::catalog_member(*name_, member.id, member.name, row_->group), std::back_inserter(put));
  };
  std::ranges::for_each(changes_.removed, close_member);
  for (const Member& member : changes_.renewed) {
    close_member(member.id);
    put_member(member);
  }
  std::ranges::for_each(changes_.added, put_member);
  if (changes_.check_properties) {
    add_property_changes(connection_, id_, *name_, *row_, closed, put);
  }

  Statements statements;
  std::optional<VersionStamp> stamp;
  if (!closed.empty() || !put.empty()) {
    stamp = policy_.next(*head_, is_new_epoch_, now_);
    add_close(statements, id_, *name_, every_view, stamp->version, closed);
    add_put(statements, id_, *name_, every_view, stamp->version, put);
    add_version(statements, id_, *stamp, VersionKind::update, "catalog");
    statements.push_back({update_head, {id_.uuid(), stamp->version.value(), std::int64_t{stamp->serial.value()}}});
  } else {
    statements.push_back({asynchronous, {}});
  }
  if (stamp || position_ != stored_) {
    statements.push_back({update_position, {id_.uuid(), position_.seq, position_.epoch, position_.compare_after}});
  }
  connection_.execute_all(statements);
  return stamp;
}

}  // namespace

std::vector<ZoneId> PostgresCatalogs::behind() {
  const Rows rows = pool_.acquire()->execute(select_behind);
  std::vector<ZoneId> catalogs;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    catalogs.emplace_back(rows.uuid(row, 0));
  }
  return catalogs;
}

Catalogs::Step PostgresCatalogs::advance(const ZoneId& catalog) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  Advance advance(*connection, catalog, policy_);
  if (!advance.lock()) {
    return {.kind = Step::Kind::busy, .stamp = {}};
  }
  auto result = advance.run();
  transaction.commit();
  return result;
}

}  // namespace minidns::storage::postgres
