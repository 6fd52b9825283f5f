#pragma once

#include "api/change.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "dnssec/algorithm.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// DNSSEC signing, as the API shows it.
namespace minidns::api {

/// The name of a policy has the form of a view's.
inline constexpr std::size_t dnssec_policy_name_length_max = 50;
inline constexpr const char* default_dnssec_policy_name = "default";

enum class KeyModel { ksk_zsk, csk };
enum class Denial { nsec, nsec3, nsec3_opt_out };
enum class KeyRole { ksk, zsk, csk };
enum class KeyState { generated, published, active, retired };
enum class DsState { unknown, present, absent };

/// How zones are signed. Times in seconds.
struct DnssecPolicyView {
  std::string name;
  std::optional<std::string> description = {};
  dnssec::Algorithm algorithm;
  KeyModel key_model;
  Denial denial;
  std::int64_t refresh_period;
  std::int64_t signature_lifetime;
  std::int64_t inception_skew;
  std::int64_t dnskey_ttl;
  std::optional<std::int64_t> ksk_lifetime = {};  ///< nothing: no automatic roll
  std::optional<std::int64_t> zsk_lifetime = {};
  bool publish_cds;
  bool zonemd = false;  ///< a ZONEMD record (RFC 8976)
  WallTime created_at;
  std::optional<WallTime> updated_at = {};
};

/// POST /v2/dnssec/policies (all but the name may be left out), and PATCH: what isn't given stays.
struct DnssecPolicyRequest {
  Change<std::string> description = {};
  std::optional<dnssec::Algorithm> algorithm = {};
  std::optional<KeyModel> key_model = {};
  std::optional<Denial> denial = {};
  std::optional<std::int64_t> refresh_period = {};
  std::optional<std::int64_t> signature_lifetime = {};
  std::optional<std::int64_t> inception_skew = {};
  std::optional<std::int64_t> dnskey_ttl = {};
  Change<std::int64_t> ksk_lifetime = {};
  Change<std::int64_t> zsk_lifetime = {};
  std::optional<bool> publish_cds = {};
  std::optional<bool> zonemd = {};
};

struct NewDnssecPolicy {
  std::string name;
  DnssecPolicyRequest fields;
};

/// By what policy new zones are signed, in a pool or of a project.
struct DnssecDefault {
  enum class Scope { pool, project };
  Scope scope;
  std::string subject;  ///< a pool's id, or a project
  std::string policy;
};

/// A key that the zone had elsewhere, in BIND's private-key format.
struct KeyImport {
  KeyRole role;
  Secret private_key;
};
inline constexpr std::size_t key_imports_max = 2;  ///< a KSK and a ZSK, or a CSK
inline constexpr std::size_t key_import_length_max = 16'384;

/// PUT /v2/zones/{id}/dnssec.
struct ZoneSigningRequest {
  std::string policy = default_dnssec_policy_name;
  std::vector<KeyImport> keys = {};  ///< empty: new ones
};

struct ZoneKeyView {
  DnssecKeyId id;
  KeyRole role;
  dnssec::Algorithm algorithm;
  std::uint16_t key_tag;
  std::uint16_t flags;
  std::string public_key;  ///< base64
  KeyState state;
  DsState ds;  ///< of a KSK or CSK
  WallTime created_at;
  std::optional<WallTime> active_at = {};
};

enum class RollKind { zsk, ksk, csk, algorithm, first_signing, unsigning };
enum class RollPhase {
  presigning,
  presigned,
  publishing,
  submitting,
  retracting,
  ds_caching,
  activating,
  draining,
  withdrawing
};

/// What is under way with a zone's keys (RFC 7583).
struct KeyRollView {
  RollKind kind;
  RollPhase phase;
  std::vector<DnssecKeyId> old_keys;
  std::vector<DnssecKeyId> new_keys;
  bool paused;
  std::optional<std::string> waits_for;  ///< for people
  WallTime started_at;
  WallTime next_at;  ///< nothing happens before
};

/// POST /v2/zones/{id}/dnssec/ds: what a person says of the parent.
struct DsReport {
  bool at_parent;                        ///< the DS set that `ds` shows; false: no DS at all
  std::optional<std::int64_t> ttl = {};  ///< of the DS set that was there before, seconds; 0: it has passed
};

/// A DNSKEY of another provider, in presentation form: flags, protocol, algorithm, public key.
inline constexpr std::size_t foreign_dnskeys_max = 20;
inline constexpr std::size_t foreign_dnskey_length_max = 2'000;

/// A DS record for the parent.
struct DsView {
  std::uint16_t key_tag;
  std::uint8_t algorithm;
  std::uint8_t digest_type;
  std::string digest;  ///< hexadecimal, in capitals
};

/// A zone's signing.
struct ZoneDnssecView {
  ZoneId zone;
  struct Signed {
    std::string policy;
    Denial denial;
    WallTime signing_time;
    WallTime valid_until_at_least;  ///< no signature of the newest version expires before
    WallTime refresh_due;
    std::int32_t buckets;
  };
  std::optional<Signed> signing = {};  ///< nothing: unsigned
  std::optional<KeyRollView> roll = {};
  std::vector<ZoneKeyView> keys = {};
  std::vector<DsView> ds = {};
  std::vector<std::string> foreign_dnskeys = {};
};

}  // namespace minidns::api
