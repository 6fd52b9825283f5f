#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/view_id.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"
#include "storage/catalogs.hpp"
#include "storage/feed_position.hpp"
#include "storage/nameserver_leases.hpp"
#include "storage/recovery.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

enum class ZoneAction { create, update, remove };

/// A zone of the pool as of one change: what its nameservers should have from then on.
struct ZoneChange {
  ZoneAction action;
  ZoneId zone;
  dns::Name name;  ///< lower case
  dns::Version version;
  dns::Serial serial;
  std::int64_t seq;       ///< in the feed
  WallTime committed_at;  ///< by the database's clock
};

/// What one read of the feed gave.
struct FeedPage {
  std::vector<ZoneChange> changes;  ///< of zones of the pool, by seq
  std::int64_t read_through;        ///< position after them
  FeedPosition head;
  bool settings_changed = false;  ///< a key, a nameserver or a pool changed among them
  bool zone_forgotten = false;    ///< a change of a zone that isn't known any more: only a comparison can tell
};

/// What a nameserver did not confirm at the first try or in time; one for each name at most.
struct Task {
  ZoneAction action;
  ZoneId zone;
  dns::Name name;
  dns::Version version;
  dns::Serial serial;
  std::int64_t since_seq;  ///< the oldest change that it stands for
  std::int64_t seq;        ///< the newest
  int attempts = 0;
  bool is_error = false;  ///< zones show ERROR with the reason
  std::string reason;
};

/// A task to be kept: written over an older one of the same name.
struct TaskWrite {
  Task task;
  std::chrono::milliseconds delay;  ///< until the next try
};

/// The nameserver shows what changes of this name up to `seq` want: tasks up to it are done.
struct Confirmation {
  dns::Name name;
  std::int64_t seq;
};

/// What content of zones is of, beyond their serials: in another view or pool it is other content.
struct ContentMark {
  PoolId pool;
  ViewId view;
  friend bool operator==(const ContentMark&, const ContentMark&) = default;
};

/// What the worker of a nameserver has learnt since its last save; saved as a whole or not at all.
struct ProgressUpdate {
  std::optional<std::int64_t> visible_through;
  std::vector<TaskWrite> exceptions;  ///< each name once
  std::vector<Confirmation> confirmed;
  std::optional<bool> reachable;
  std::optional<std::string> last_error;  ///< empty: none any more
  bool swept = false;
  std::optional<ContentMark> content = std::nullopt;  ///< all zones that are there have been transferred as this
  /// Of the primaries and the key that all zones which are there are configured with; SHA-256.
  std::optional<Bytes> upstream = std::nullopt;
  /// A nameserver that is bootstrapping has caught up with everything up to here (`enter_service`).
  std::optional<std::int64_t> catch_up_through = std::nullopt;
};

struct Progress {
  std::optional<std::int64_t> visible_through;  ///< nothing: never compared
  std::optional<ContentMark> content;           ///< nothing: not known what its zones were transferred as
  std::optional<Bytes> upstream = {};           ///< nothing: not known what its zones are configured with
};

/// An entry of the list that a nameserver should have.
struct DesiredZone {
  ZoneId zone;
  dns::Name name;
  dns::Version version;
  dns::Serial serial;
  bool deleted;  ///< it was ours, and should be gone
};

/// The same, looked at again, with the number of its newest change (nothing: not numbered yet).
struct ZoneNow {
  DesiredZone desired;
  std::optional<std::int64_t> seq;
};

struct TaskCounts {
  std::int64_t pending;
  std::int64_t error;
};

/// Whether, and as what, a nameserver is worked for. In maintenance and retired it isn't.
enum class Duty { none, bootstrapping, in_service };

/// What of a nameserver's settings may change without all work for it beginning anew.
struct DutyState {
  Duty duty = Duty::in_service;
  bool enters_service = false;         ///< once it has caught up; for `bootstrapping`
  bool deletion_is_confirmed = false;  ///< a refused deletion of unknown zones, by a person
  friend bool operator==(const DutyState&, const DutyState&) = default;
};

/// What became of an attempt to put a nameserver in service.
enum class Entry {
  entered,
  behind,      ///< something is left that it must have first
  unwanted,    ///< it isn't bootstrapping any more, or isn't to be put in service
  lease_lost,  ///< by us
};

/// More unknown zones on a nameserver than a comparison may delete.
struct UnknownOnNameserver {
  std::vector<dns::Name> unknown;  ///< all of them, any order
  std::size_t zones;               ///< that the nameserver has
};

enum class DriverKind { bind, powerdns, knot, nsd, catalog, none };
enum class UnknownZones { remove, warn, ignore };

struct PrimaryAddress {
  std::string address;
  std::uint16_t port;
  friend bool operator==(const PrimaryAddress&, const PrimaryAddress&) = default;
};

/// A TSIG key as stored: its secret is sealed with the context `tsig-key:<id>`.
struct SealedKey {
  TsigKeyId id;
  dns::Name name;
  std::string algorithm;
  Bytes secret_sealed;
  friend bool operator==(const SealedKey&, const SealedKey&) = default;
};

/// A catalog zone of the nameserver's pool. Those of its own kind it consumes, if its driver is `catalog`.
struct PoolCatalog {
  ZoneId zone;
  dns::Name name;
  CatalogFamily family;
  friend bool operator==(const PoolCatalog&, const PoolCatalog&) = default;
};

/// All that a worker needs to know of its nameserver.
struct NameserverSettings {
  NameserverId id;
  std::string name;
  PoolId pool;
  DriverKind driver;
  std::string address;
  std::uint16_t port;
  std::string driver_settings;         ///< JSON object
  std::optional<Bytes> secret_sealed;  ///< the driver's, with the context `nameserver:<id>`
  std::optional<SealedKey> transfer_key;
  std::vector<PrimaryAddress> primaries;
  UnknownZones unknown_zones;
  std::vector<PoolCatalog> catalogs = {};  ///< by family
  ViewId view = default_view;
  std::optional<SealedKey> notify_key = std::nullopt;  ///< what we sign messages to it with
  DutyState state = {};
  friend bool operator==(const NameserverSettings&, const NameserverSettings&) = default;
};

/// But for their `state`.
[[nodiscard]] inline bool same_but_for_state(NameserverSettings a, const NameserverSettings& b) {
  a.state = b.state;
  return a == b;
}

/// What pool managers ask of the database for one nameserver (DESIGN.md §3, "Work for nameservers"). All calls block;
/// they throw what storage/postgres/errors.hpp has. Safe on any thread.
class NameserverWork {
 public:
  virtual ~NameserverWork() = default;

  /// Nothing if it is gone.
  [[nodiscard]] virtual std::optional<NameserverSettings> read_settings(NameserverId nameserver) = 0;
  [[nodiscard]] virtual Progress read_progress(NameserverId nameserver) = 0;

  [[nodiscard]] virtual FeedPosition read_head() = 0;
  /// At most `limit` changes after `after`, those of other pools counted.
  [[nodiscard]] virtual FeedPage read_feed(PoolId pool, std::int64_t after, std::size_t limit) = 0;
  /// Numbers what was committed and isn't numbered yet; returns the feed's head.
  virtual std::int64_t number_changes() = 0;

  /// One transaction, committed asynchronously: after a crash the same work is confirmed again. False, and nothing is
  /// saved, if the lease was lost.
  [[nodiscard]] virtual bool save(const Lease& lease, const ProgressUpdate& update) = 0;
  /// Keeps what a comparison found. A task that is there already for the same or a newer change stays as it is. False
  /// if the lease was lost.
  [[nodiscard]] virtual bool add_findings(const Lease& lease, const std::vector<Task>& tasks) = 0;
  /// Tasks that are due, oldest first, and puts them off by `hold`, so that the next call gives others. Nothing if the
  /// lease was lost.
  [[nodiscard]] virtual std::optional<std::vector<Task>> take_due_tasks(const Lease& lease, std::size_t limit,
                                                                        std::chrono::milliseconds hold) = 0;
  /// Lets at most `limit` tasks that wait for longer than `age` show `reason` as an error, and returns how many it
  /// were; nothing if the lease was lost.
  [[nodiscard]] virtual std::optional<std::int64_t> mark_overdue(const Lease& lease, std::chrono::milliseconds age,
                                                                 const std::string& reason, std::size_t limit) = 0;
  [[nodiscard]] virtual TaskCounts count_tasks(NameserverId nameserver) = 0;

  /// A nameserver begins to be worked for as `bootstrapping`: nothing is said to be caught up. Tasks of before are due
  /// at once and count their tries anew; those are dropped whose zone is gone, or lives again as another, since a
  /// comparison follows. Does so to at most `limit` tasks and returns how many it were; nothing if the lease was lost.
  [[nodiscard]] virtual std::optional<std::int64_t> begin_catching_up(const Lease& lease, std::size_t limit) = 0;
  /// Whether all changes up to `through` are visible on it, by what was saved.
  [[nodiscard]] virtual bool has_caught_up(NameserverId nameserver, std::int64_t through) = 0;
  /// Puts it in service, if everything up to `through` is visible there; announced in the feed.
  [[nodiscard]] virtual Entry enter_service(const Lease& lease, std::int64_t through) = 0;

  /// Keeps that so many zones were not deleted, for a person to see. False if the lease was lost.
  [[nodiscard]] virtual bool refuse_deletion(const Lease& lease, const UnknownOnNameserver& found) = 0;
  /// Whether a person has confirmed that just these may be deleted; true only once.
  [[nodiscard]] virtual bool take_confirmed_deletion(const Lease& lease, const UnknownOnNameserver& found) = 0;
  /// Nothing is refused any more. False if the lease was lost.
  [[nodiscard]] virtual bool forget_refused_deletion(const Lease& lease) = 0;
  /// Those of `names` (unknown to the pool) that are zones of the pool which were deleted, and whose rows are gone.
  [[nodiscard]] virtual std::vector<dns::Name> deleted_of_pool(PoolId pool, const std::vector<dns::Name>& names) = 0;

  /// The next `limit` zones of the pool after `after` (nothing: from the start), in canonical order of names, no name
  /// twice. Read page by page, so that a million zones need neither memory nor a long transaction.
  [[nodiscard]] virtual std::vector<DesiredZone> read_desired(PoolId pool, const std::optional<dns::Name>& after,
                                                              std::size_t limit) = 0;
  /// The present state of `names` (any order); those that the pool does not know are left out.
  [[nodiscard]] virtual std::vector<ZoneNow> look_up(PoolId pool, const std::vector<dns::Name>& names) = 0;

  /// Reports what a nameserver shows and the database lacks (storage/recovery.hpp).
  virtual void report_lost(const std::string& nameserver, const std::vector<LostVersion>& versions) = 0;
  /// Which of `names`, that nobody knows, must stay on a nameserver all the same: those of lost zones and, for `grace`
  /// after a failover or restore, all but those that were deleted.
  [[nodiscard]] virtual std::vector<dns::Name> must_stay(const std::vector<dns::Name>& names,
                                                         std::chrono::milliseconds grace) = 0;

  /// A bare NOTIFY on one of storage/hints.hpp's channels.
  virtual void send_hint(const char* channel, const std::string& payload) = 0;
};

}  // namespace minidns::storage
