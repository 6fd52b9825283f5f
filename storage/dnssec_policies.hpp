#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/ttl.hpp"
#include "storage/zone_signing.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

enum class KeyModel {
  ksk_zsk,  ///< the private KSK never leaves central
  csk       ///< one key, which mdns has
};

/// How zones are signed, by name.
struct DnssecPolicyFields {
  std::string name;
  std::optional<std::string> description;
  std::uint8_t algorithm;  ///< IANA's number
  KeyModel key_model;
  Denial denial;
  SignatureTimes times;
  dns::Ttl dnskey_ttl;
  std::optional<std::int32_t> ksk_lifetime_s;  ///< nothing: rolled when somebody says so
  std::optional<std::int32_t> zsk_lifetime_s;
  bool publish_cds;  ///< and CDNSKEY
  bool zonemd;       ///< RFC 8976
};

struct DnssecPolicyRecord {
  DnssecPolicyId id;
  DnssecPolicyFields fields;
  WallTime created_at;
  std::optional<WallTime> updated_at;
};

/// By what policy new zones are signed.
struct DnssecDefault {
  enum class Scope { pool, project };
  Scope scope;
  std::string subject;  ///< a pool's id, or a project
  std::string policy;   ///< its name
};

/// Calls block and throw what storage/postgres/errors.hpp has; a name that is taken is a unique violation. Safe on any
/// thread.
class DnssecPolicies {
 public:
  virtual ~DnssecPolicies() = default;
  virtual DnssecPolicyRecord create(const DnssecPolicyId& id, const DnssecPolicyFields& fields) = 0;
  [[nodiscard]] virtual std::optional<DnssecPolicyRecord> get(const std::string& name) = 0;
  /// All, by name.
  [[nodiscard]] virtual std::vector<DnssecPolicyRecord> list() = 0;

  /// Changes the fields of a policy that is locked, if it returns true. `in_use`: zones are signed by it.
  using Change = std::function<bool(DnssecPolicyFields& fields, bool in_use)>;
  /// Nothing if there is no such policy; else as it is afterwards. The name stays.
  virtual std::optional<DnssecPolicyRecord> update(const std::string& name, const Change& change) = 0;

  enum class Removal { done, not_found, in_use };
  virtual Removal remove(const std::string& name) = 0;

  /// All, by scope and subject.
  [[nodiscard]] virtual std::vector<DnssecDefault> defaults() = 0;
  /// In place of the one before. False if there is no such policy.
  virtual bool set_default(const DnssecDefault& value) = 0;
  /// False if there was none.
  virtual bool remove_default(DnssecDefault::Scope scope, const std::string& subject) = 0;
};

}  // namespace minidns::storage
