#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/rrset.hpp"
#include "storage/key_rolls.hpp"
#include "storage/zone_signing.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

/// The DNSSEC keys of a zone, and what a commit says of its signing.
namespace minidns::storage {

enum class KeyState {
  generated,  ///< made; in no DNSKEY set, though it may sign
  published,  ///< in the DNSKEY set, signs nothing yet
  active,
  retired,  ///< signs nothing new
  removed   ///< in no current key set
};

/// Of a KSK or CSK: whether its DS is at the parent, as was seen there, or as somebody said.
enum class DsState { unknown, present, absent };

struct ZoneKeyRecord {
  DnssecKeyId id;
  KeyRole role;
  dns::Rdata dnskey;
  KeyState state;
  DsState ds;
  std::optional<WallTime> ds_at;  ///< since when
  WallTime created_at;
  std::optional<WallTime> active_at;
  std::optional<WallTime> retired_at;
};

/// A key with its private part, sealed: that of a KSK under the key that only central has, others under the master key.
struct SealedZoneKey {
  ZoneKeyRecord record;
  std::int64_t active_from;  ///< in the key set in force; 0 of a KSK, and of a key that isn't in it
  Bytes private_sealed;
};

struct NewZoneKey {
  DnssecKeyId id;
  KeyRole role;
  std::uint16_t key_tag;
  std::uint8_t algorithm;
  dns::Rdata dnskey;
  KeyState state;
  Bytes private_sealed;
};

struct NewKeySet {
  KeySetId id;
  SignatureTimes times;
  Denial denial;
  bool zonemd;
  dns::Ttl ttl;
  std::vector<dns::Rdata> dnskey;
  std::vector<dns::Rdata> cds;
  std::vector<dns::Rdata> cdnskey;
  struct ZoneKey {
    DnssecKeyId id;
    std::int64_t active_from;
  };
  std::vector<ZoneKey> zone_keys;    ///< ZSKs or CSKs
  std::vector<DnssecKeyId> signers;  ///< KSKs or CSKs: whose signatures DNSKEY, CDS and CDNSKEY have
};

struct NewApexSignature {
  KeySetId key_set;
  DnssecKeyId key;
  ApexSignature signature;
};

using KeyDsState = std::pair<DnssecKeyId, DsState>;

/// The key set, T and buckets of a version that is made.
struct SigningChange {
  DnssecPolicyId policy;
  SigningStamp stamp;
  WallTime refresh_due;
  std::vector<NewZoneKey> new_keys;
  std::optional<NewKeySet> new_key_set;
  std::vector<NewApexSignature> apex_signatures;  ///< those that are there already stay
  std::vector<std::pair<DnssecKeyId, KeyState>> key_states;
  std::optional<KeyRoll> roll = std::nullopt;  ///< as it is from then on
  bool end_roll = false;
  /// Other providers' from now on; nothing: as before.
  std::optional<std::vector<dns::Rdata>> foreign_dnskeys = std::nullopt;
};

/// What a signed zone's writer must know of its signing.
struct LockedSigning {
  DnssecPolicyId policy;
  SigningStamp stamp;
  SignatureTimes times;
  WallTime refresh_due;
};

/// What enabling depends on.
struct ZoneMeasures {
  std::int64_t rrsets;  ///< of all views
  dns::Ttl ttl_max;
  bool pool_has_axfr_only;  ///< one of the pool's nameservers doesn't take differences
};

}  // namespace minidns::storage
