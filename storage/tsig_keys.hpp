#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "storage/page.hpp"
#include "storage/view_ref.hpp"

#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace minidns::storage {

struct TsigKeyFields {
  std::string name_text;  ///< as the client wrote it
  dns::Name name;
  std::string algorithm;
  Bytes secret_sealed;  ///< base/envelope.hpp, context `tsig-key:` and the id
  std::variant<PoolId, ZoneId> scope;
  ViewRef view;  ///< as which it sees its zones; written by its id
};

struct TsigKeyRecord {
  TsigKeyId id;
  TsigKeyFields fields;
  WallTime created_at;
  std::optional<WallTime> updated_at;
};

enum class TsigKeySort { created_at, id, updated_at, name };

struct TsigKeyQuery {
  std::optional<TextFilter> name;
  std::optional<std::string> algorithm;
  std::optional<bool> of_pools;  ///< scope POOL (true) or ZONE (false)
  std::optional<std::string> view = std::nullopt;
};

/// Every write is announced in the feed. Calls block and throw what storage/postgres/errors.hpp has; a name that is
/// taken is a unique violation; to remove a key that a nameserver refers to, or to give one with which a nameserver
/// transfers another view, a foreign key violation. Safe on any thread.
class TsigKeys {
 public:
  virtual ~TsigKeys() = default;
  /// Whether the pool, or the zone that isn't deleted, is there.
  [[nodiscard]] virtual bool has_resource(const std::variant<PoolId, ZoneId>& scope) = 0;
  virtual TsigKeyRecord create(const TsigKeyId& id, const TsigKeyFields& fields) = 0;
  [[nodiscard]] virtual std::optional<TsigKeyRecord> get(const TsigKeyId& id) = 0;
  [[nodiscard]] virtual ListResult<TsigKeyRecord> list(const TsigKeyQuery& query,
                                                       const ListRequest<TsigKeyId, TsigKeySort>& request) = 0;
  /// `edit` changes the fields of the locked row; if it returns false nothing is written. Nothing if there is no such
  /// key; otherwise the key as it is afterwards.
  virtual std::optional<TsigKeyRecord> update(const TsigKeyId& id, const std::function<bool(TsigKeyFields&)>& edit) = 0;
  /// False if there is no such key.
  virtual bool remove(const TsigKeyId& id) = 0;
};

}  // namespace minidns::storage
