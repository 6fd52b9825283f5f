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
enum class KeyState { published, active, retired };
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
};

struct NewDnssecPolicy {
  std::string name;
  DnssecPolicyRequest fields;
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

enum class RollPhase { publishing, activating, draining };

/// A roll of the ZSK that is under way (RFC 7583 §3.2.1).
struct KeyRollView {
  DnssecKeyId old_key;
  DnssecKeyId new_key;
  RollPhase phase;
  WallTime started_at;
  WallTime next_at;  ///< nothing happens before
};

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
};

}  // namespace minidns::api
