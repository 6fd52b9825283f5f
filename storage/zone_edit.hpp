#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "storage/dnssec_policies.hpp"
#include "storage/page.hpp"
#include "storage/zone_keys.hpp"
#include "storage/zone_reader.hpp"
#include "storage/zone_record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

/// A zone whose row is locked: nobody else can commit a version of it.
struct LockedZone {
  ZoneId id;
  dns::Name name;
  ProjectId project;
  PoolId pool;
  ZoneFields fields;
  VersionStamp head;
  std::int64_t head_epoch;     ///< when the head was committed
  std::int64_t current_epoch;  ///< of the database, and until the end of the transaction
  WallTime now;                ///< of the database
  bool deleted;
  bool pool_has_bind;                                   ///< one of the pool's nameservers is a BIND
  std::optional<LockedSigning> signing = std::nullopt;  ///< nothing: unsigned
};

/// What is served at one owner and type, as stored.
struct ServedRRset {
  dns::RRType type;
  dns::Ttl ttl;
  bool owner_has_capitals;
  std::vector<dns::Rdata> rdata;
  std::optional<ViewRef> view = std::nullopt;  ///< nothing: every view
};

/// What matters for whether something may be at an owner name: as one view has it, or for what is to be in every view,
/// as any of them has it.
struct Surroundings {
  std::vector<ServedRRset> at_owner;
  /// NS and DNAME at names above the owner, the apex among them.
  std::vector<std::pair<dns::Name, dns::RRType>> cuts_above;
  bool anything_below;
  /// Another zone of ours, below this one, in which the owner is (or whose apex it is).
  std::optional<dns::Name> child_zone;
};

struct RecordsetWrite {
  RecordsetId id;
  RecordsetFields fields;
  bool managed = false;
};

/// All that one commit writes. Owner names lie in the zone.
struct ZoneCommit {
  /// Of all that is put and taken away; nothing: every view.
  std::optional<ViewId> view = std::nullopt;
  /// The new version; nothing if what is served stays as it is.
  std::optional<VersionStamp> stamp;
  VersionKind kind = VersionKind::update;
  std::string author;           ///< for history
  std::vector<dns::RRset> put;  ///< in place of what is there
  std::vector<std::pair<dns::Name, dns::RRType>> take_away;
  std::optional<dns::Ttl> default_ttl;                  ///< RRsets of recordsets without a TTL get this one
  std::optional<ZoneFields> fields;                     ///< kind and attributes stay
  std::optional<std::vector<std::string>> soa_records;  ///< what the SOA's recordset shows from now on
  std::vector<RecordsetWrite> add;
  std::vector<RecordsetWrite> change;
  std::vector<RecordsetId> remove;
  /// What is wanted of a secondary zone's transfers. Any commit to such a zone lets a primary be asked soon.
  InboundOrder inbound = {};
  /// How the new version is signed; nothing: as the one before. Needs `stamp`, and a primary zone.
  std::optional<SigningChange> signing = std::nullopt;
  /// The new version is unsigned; the keys are removed.
  bool end_signing = false;
  std::vector<KeyDsState> ds = {};  ///< what is known of the parent
  /// The recordset to be shown as it is afterwards.
  std::optional<RecordsetId> show;
};

struct ZoneCommitted {
  ZoneRecord zone;
  std::optional<RecordsetRecord> recordset;  ///< if `show` was given and it is still there
};

/// A transaction that holds a zone's lock; rolled back unless committed. For one thread.
class ZoneEdit {
 public:
  virtual ~ZoneEdit() = default;
  [[nodiscard]] virtual const LockedZone& zone() const = 0;
  /// The zone as the API shows it now.
  [[nodiscard]] virtual ZoneRecord record() = 0;
  [[nodiscard]] virtual std::optional<RecordsetRecord> recordset(const RecordsetId& id) = 0;
  /// Nothing if there is no such view.
  [[nodiscard]] virtual std::optional<ViewRef> view(const std::string& name) = 0;
  /// As `view` has it; nothing: of every RRset, whichever view it is of.
  [[nodiscard]] virtual Surroundings surroundings(const dns::Name& owner, const std::optional<ViewId>& view) = 0;
  [[nodiscard]] virtual std::vector<NsName> ns_names() = 0;
  /// Whether another zone of ours that isn't deleted is below this one.
  [[nodiscard]] virtual bool has_sub_zone() = 0;
  /// Reads all of the zone's rows.
  [[nodiscard]] virtual ZoneMeasures measures() = 0;
  /// All that aren't removed, by role, then created_at.
  [[nodiscard]] virtual std::vector<SealedZoneKey> keys() = 0;
  [[nodiscard]] virtual std::optional<KeyRollState> roll() = 0;
  /// DNSKEYs of other providers, sorted.
  [[nodiscard]] virtual std::vector<dns::Rdata> foreign_dnskeys() = 0;
  /// Of the key set in force; the zone must be signed.
  [[nodiscard]] virtual DnssecPolicyRecord policy() = 0;
  [[nodiscard]] virtual DnssecPolicyRecord policy(const DnssecPolicyId& id) = 0;
  /// The largest TTL of any RRset of the zone that is kept, also of versions before. Reads all of its rows.
  [[nodiscard]] virtual dns::Ttl ttl_max_of_history() = 0;
  /// The same of its DNSKEY sets.
  [[nodiscard]] virtual dns::Ttl dnskey_ttl_max_of_history() = 0;
  /// Instead of `commit`: the roll goes on, or ends (nothing), without a new version; and what is known of the parent.
  virtual void save_roll(const std::optional<KeyRoll>& roll, const std::vector<KeyDsState>& ds) = 0;
  /// Once. Throws CommitInDoubt too. A recordset of the same name, type and view: StatementError that
  /// is_unique_violation; a view that was deleted meanwhile: is_foreign_key_violation.
  virtual ZoneCommitted commit(const ZoneCommit& commit) = 0;
};

/// What matters for whether a zone may be made.
struct ZonePlace {
  struct Pool {
    PoolId id;
    std::vector<NsName> ns_names;  ///< by priority, then hostname
  };
  std::optional<Pool> pool;  ///< nothing: there is no such pool (or no default one)
  bool name_is_taken;
  bool parent_is_foreign;  ///< the closest of our zones above belongs to another project
  bool child_is_foreign;   ///< a zone of ours below belongs to another project
  /// Of the zone of this name that was deleted last.
  struct Floor {
    dns::Serial serial;
    std::int64_t epoch;
  };
  std::optional<Floor> floor;
  std::optional<DnssecPolicyRecord> dnssec_policy;  ///< the project's or the pool's default; nothing: unsigned
  std::int64_t current_epoch;
  WallTime now;
};

struct NewZoneWrite {
  ZoneId id;
  ZoneFields fields;
  VersionStamp stamp;
  std::string author;
  std::vector<dns::RRset> content;  ///< SOA and apex NS at least; of a secondary zone nothing yet
  std::vector<RecordsetWrite> recordsets;
  std::optional<InboundKey> inbound_key = {};  ///< of a secondary zone
  std::optional<SigningChange> signing = {};   ///< of a primary zone; nothing: unsigned
};

/// A transaction that holds the locks of a new zone's place in the tree of names; rolled back unless committed.
class ZoneCreation {
 public:
  virtual ~ZoneCreation() = default;
  [[nodiscard]] virtual const ZonePlace& place() const = 0;
  /// Once; `place().pool` must be there. Throws CommitInDoubt too.
  virtual ZoneRecord commit(const NewZoneWrite& zone) = 0;
};

/// Starts transactions that change zones. Calls block and throw what storage/postgres/errors.hpp has. Safe on any
/// thread.
class ZoneEditor {
 public:
  virtual ~ZoneEditor() = default;
  /// Null if there is no such zone within reach. One that is being deleted is there, until enough nameservers have let
  /// go of it.
  [[nodiscard]] virtual std::unique_ptr<ZoneEdit> edit(const Reach& reach, const ZoneId& id) = 0;
  /// `pool`: nothing for the default one.
  [[nodiscard]] virtual std::unique_ptr<ZoneCreation> create(const dns::Name& name, const ProjectId& project,
                                                             const std::optional<PoolId>& pool) = 0;
};

}  // namespace minidns::storage
