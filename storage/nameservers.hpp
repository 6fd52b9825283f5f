#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "storage/page.hpp"
#include "storage/view_ref.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

struct NameserverFields {
  std::string name;
  std::string driver;   ///< bind, powerdns, knot, nsd, catalog, none
  std::string address;  ///< IPv4 or IPv6, in text
  std::uint16_t port;
  std::string state;  ///< bootstrapping, in_service, maintenance, retired
  ViewRef view;       ///< that of its transfer key, if it has one; written by its id
  std::optional<TsigKeyId> transfer_key;
  std::optional<TsigKeyId> notify_key;
  bool allow_unsigned_soa;
  std::string settings_json;           ///< the driver's own
  bool enters_service = false;         ///< by itself, once it has caught up; only if it is bootstrapping
  std::optional<Bytes> secret_sealed;  ///< base/envelope.hpp, context `nameserver:` and the id
};

/// How far a nameserver that is bootstrapping has come.
struct CatchingUp {
  bool compared;         ///< its zones with the pool's, since it is bootstrapping
  std::int64_t changes;  ///< of the feed, not looked at yet
  std::int64_t tasks;    ///< that it must be done with first; without a comparison all that there are
};

/// A deletion of unknown zones that was refused, since they were too many.
struct RefusedDeletion {
  std::int64_t unknown;            ///< zones
  std::int64_t zones;              ///< that the nameserver has, with them
  std::vector<std::string> names;  ///< of some of the unknown
  WallTime refused_at;
  std::optional<WallTime> confirmed_until;  ///< by a person
};

struct NameserverRecord {
  NameserverId id;
  PoolId pool;
  NameserverFields fields;
  std::int64_t revision;
  WallTime created_at;
  std::optional<WallTime> updated_at;
  // What the pool manager says of it:
  std::optional<CatchingUp> catching_up = std::nullopt;
  std::optional<RefusedDeletion> refused_deletion = std::nullopt;
};

enum class NameserverSort { created_at, id, updated_at, name };

struct NameserverQuery {
  std::optional<TextFilter> name;
  std::optional<PoolId> pool;
  std::optional<std::string> state;
  std::optional<std::string> driver;
};

/// Every write is announced in the feed. Calls block and throw what storage/postgres/errors.hpp has; a name that is
/// taken is a unique violation, a pool, view or key that isn't there, or a transfer key of another view, a foreign key
/// violation. Safe on any thread.
class Nameservers {
 public:
  virtual ~Nameservers() = default;
  virtual NameserverRecord create(const NameserverId& id, const PoolId& pool, const NameserverFields& fields) = 0;
  [[nodiscard]] virtual std::optional<NameserverRecord> get(const NameserverId& id) = 0;
  [[nodiscard]] virtual ListResult<NameserverRecord> list(const NameserverQuery& query,
                                                          const ListRequest<NameserverId, NameserverSort>& request) = 0;
  /// `edit` changes the fields of the locked row; if it returns false nothing is written. Nothing if there is no such
  /// nameserver; otherwise the nameserver as it is afterwards.
  virtual std::optional<NameserverRecord> update(const NameserverId& id,
                                                 const std::function<bool(NameserverRecord&)>& edit) = 0;
  /// Confirms the refused deletion of so many `zones` until `life` from now; false if it isn't of so many, or none is
  /// refused.
  virtual bool confirm_deletion(const NameserverId& id, std::int64_t zones, std::chrono::seconds life) = 0;
  /// False if there is no such nameserver. Its tasks and progress go with it.
  virtual bool remove(const NameserverId& id) = 0;
};

}  // namespace minidns::storage
