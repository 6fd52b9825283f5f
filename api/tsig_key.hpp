#pragma once

#include "api/page.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "dns/name.hpp"
#include "tsig/key.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace minidns::api {

inline constexpr std::size_t tsig_key_name_length_max = 160;
/// Characters of base64.
inline constexpr std::size_t tsig_key_secret_length_max = 160;

/// A key's name, and its text as the client wrote it (often without the trailing dot).
struct TsigKeyName {
  std::string text;
  dns::Name name;
};

/// What the key opens: the zones of a pool, or one zone.
using TsigKeyScope = std::variant<PoolId, ZoneId>;

struct TsigKeyView {
  TsigKeyId id;
  TsigKeyName name;
  tsig::Algorithm algorithm;
  Secret secret;  ///< octets; shown in base64, to admins
  TsigKeyScope scope;
  std::string view;  ///< as which it sees its zones
  WallTime created_at;
  std::optional<WallTime> updated_at = {};
};

struct NewTsigKey {
  TsigKeyName name;
  tsig::Algorithm algorithm;  ///< not hmac-sha1
  Secret secret;
  TsigKeyScope scope;
  std::optional<std::string> view = {};  ///< nothing: the default view
};

enum class TsigKeyScopeKind { pool, zone };

/// The scope's parts come one by one: the result is made of what is given and what the key has.
struct TsigKeyChange {
  std::optional<TsigKeyName> name = {};
  std::optional<tsig::Algorithm> algorithm = {};
  std::optional<Secret> secret = {};
  std::optional<TsigKeyScopeKind> scope = {};
  std::optional<Uuid> resource_id = {};
  std::optional<std::string> view = {};
};

enum class TsigKeySortKey { created_at, id, updated_at, name };

struct TsigKeyFilter {
  std::optional<TextPattern> name = {};
  std::optional<tsig::Algorithm> algorithm = {};
  std::optional<TsigKeyScopeKind> scope = {};
  std::optional<TextPattern> view = {};  ///< a name
};

using TsigKeyPageRequest = PageRequest<TsigKeyId, TsigKeySortKey>;

}  // namespace minidns::api
