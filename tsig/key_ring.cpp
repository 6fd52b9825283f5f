#include "tsig/key_ring.hpp"

#include <stdexcept>

namespace minidns::tsig {

void throw_exception_from_error(const KeyRingError& error, const boost::source_location& /*where*/) {
  throw std::runtime_error(error.detail);
}

bool ScopedKey::opens(const PoolId& pool, const ZoneId& zone) const {
  if (const auto* whole_pool = std::get_if<PoolId>(&scope)) {
    return *whole_pool == pool;
  }
  return std::get<ZoneId>(scope) == zone;
}

Result<std::shared_ptr<const KeyRing>, KeyRingError> KeyRing::build(std::vector<ScopedKey> keys) {
  KeyRing ring;
  ring.keys_.reserve(keys.size());
  for (ScopedKey& scoped : keys) {
    const dns::Name name = scoped.key->name;
    if (!ring.keys_.emplace(name, std::move(scoped)).second) {
      return KeyRingError{KeyRingErrc::duplicate_name, "two TSIG keys have the name " + name.to_text()};
    }
  }
  return std::make_shared<const KeyRing>(std::move(ring));
}

const ScopedKey* KeyRing::find(const dns::Name& name) const {
  const auto found = keys_.find(name);
  return found == keys_.end() ? nullptr : &found->second;
}

KeyLookup lookup_in(std::shared_ptr<const KeyRing> ring) {
  return [ring = std::move(ring)](const dns::Name& name) -> std::shared_ptr<const Key> {
    const ScopedKey* scoped = ring->find(name);
    return scoped == nullptr ? nullptr : scoped->key;
  };
}

}  // namespace minidns::tsig
