#pragma once

#include "storage/page.hpp"
#include "storage/zone_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

enum class ZoneSort { created_at, id, updated_at, name, project, serial, ttl };

struct ZoneQuery {
  std::optional<TextFilter> name;
  std::optional<TextFilter> email;
  std::optional<TextFilter> description;
  std::optional<ZoneKind> kind;
  std::optional<Propagation> propagation;
  std::optional<dns::Ttl> ttl;
};

enum class RecordsetSort { created_at, id, updated_at, zone, project, name, type, ttl };

struct RecordsetQuery {
  std::optional<TextFilter> name;
  std::optional<dns::RRType> type;
  std::optional<dns::Ttl> ttl;
  std::optional<TextFilter> data;
  std::optional<Propagation> propagation;
  std::optional<TextFilter> description;
  std::optional<std::string> view = std::nullopt;  ///< by name: those of this view alone
};

/// One of the pool's NS names.
struct NsName {
  dns::Name hostname;
  std::int32_t priority;
};

/// An address and port of ours.
struct PrimaryEndpoint {
  std::string address;  ///< IPv4 or IPv6, in text
  std::uint16_t port;
};

/// What the API shows of zones and recordsets. Each call is one or two statements, whatever the number of items, and
/// reads no more rows than the page has where an index has the order (created_at, id). Zones whose deletion enough
/// nameservers have confirmed, and what was in them, are not there. Calls block and throw what
/// storage/postgres/errors.hpp has. Safe on any thread.
class ZoneReader {
 public:
  virtual ~ZoneReader() = default;

  [[nodiscard]] virtual std::optional<ZoneRecord> zone(const Reach& reach, const ZoneId& id) = 0;
  /// With the visibility of `version` (nothing: the newest), as of the same moment.
  [[nodiscard]] virtual std::optional<ZoneRecord> zone_and_visibility(const Reach& reach, const ZoneId& id,
                                                                      const std::optional<dns::Version>& version) = 0;
  [[nodiscard]] virtual ListResult<ZoneRecord> zones(const Reach& reach, const ZoneQuery& query,
                                                     const ListRequest<ZoneId, ZoneSort>& request) = 0;
  /// By priority, then hostname.
  [[nodiscard]] virtual std::vector<NsName> ns_names(const PoolId& pool) = 0;
  /// Where every mdns and nameserver of the platform serves, of all pools.
  [[nodiscard]] virtual std::vector<PrimaryEndpoint> own_endpoints() = 0;

  /// `zone`: nothing if it doesn't matter which.
  [[nodiscard]] virtual std::optional<RecordsetRecord> recordset(const Reach& reach, const std::optional<ZoneId>& zone,
                                                                 const RecordsetId& id) = 0;
  /// With the visibility of `version` of its zone (nothing: the one that changed it last), as of the same moment.
  [[nodiscard]] virtual std::optional<RecordsetRecord> recordset_and_visibility(
      const Reach& reach, const ZoneId& zone, const RecordsetId& id, const std::optional<dns::Version>& version) = 0;
  /// Of one zone, or (nothing) of all that aren't deleted.
  [[nodiscard]] virtual ListResult<RecordsetRecord> recordsets(
      const Reach& reach, const std::optional<ZoneId>& zone, const RecordsetQuery& query,
      const ListRequest<RecordsetId, RecordsetSort>& request) = 0;
};

}  // namespace minidns::storage
