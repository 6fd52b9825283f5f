#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/view_id.hpp"
#include "dns/name.hpp"
#include "tsig/key.hpp"
#include "tsig/tsig.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace minidns::tsig {

/// Whose zones a key opens: all of a pool, or one zone (DESIGN.md invariant 8).
using KeyScope = std::variant<PoolId, ZoneId>;

struct ScopedKey {
  TsigKeyId id;
  std::shared_ptr<const Key> key;
  KeyScope scope;
  ViewId view = default_view;  ///< as which it sees them

  /// `pool` is the one that `zone` is in. If this is false, the answer must be the same as for a zone that isn't there.
  [[nodiscard]] bool opens(const PoolId& pool, const ZoneId& zone) const;
};

enum class KeyRingErrc { duplicate_name };

struct KeyRingError {
  KeyRingErrc code;
  std::string detail;
};

/// Lets boost::system::result turn the error into an exception where `.value()` is used without a check.
[[noreturn]] void throw_exception_from_error(const KeyRingError& error, const boost::source_location& where);

/// All TSIG keys of a program. An immutable value: when keys change, a new ring is built and the shared_ptr to it
/// swapped; a transfer keeps the key that it began with. Lookups cost O(1) and take no lock.
class KeyRing {
 public:
  /// Names must differ, compared without case: a request names its key and nothing else.
  [[nodiscard]] static Result<std::shared_ptr<const KeyRing>, KeyRingError> build(std::vector<ScopedKey> keys);

  /// Null if there is no such key; lives as long as the ring.
  [[nodiscard]] const ScopedKey* find(const dns::Name& name) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  KeyRing() = default;
  std::unordered_map<dns::Name, ScopedKey> keys_;
};

/// For verify_request; holds on to the ring.
[[nodiscard]] KeyLookup lookup_in(std::shared_ptr<const KeyRing> ring);

}  // namespace minidns::tsig
