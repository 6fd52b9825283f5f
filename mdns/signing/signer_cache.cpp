#include "mdns/signing/signer_cache.hpp"

#include "dnssec/dnskey.hpp"

namespace minidns::mdns {

SignerCache::SignerPointer SignerCache::get(const storage::ZoneSigningKey& key) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(key.id);
    if (found != by_id_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return found->second->signer;
    }
  }
  auto signer = open(key);
  const std::lock_guard lock(mutex_);
  if (!by_id_.contains(key.id)) {  // another thread may have opened it, too
    entries_.push_front({key.id, signer});
    by_id_.emplace(key.id, entries_.begin());
  }
  if (entries_.size() > keys_max) {
    by_id_.erase(entries_.back().id);
    entries_.pop_back();
  }
  return signer;
}

SignerCache::SignerPointer SignerCache::open(const storage::ZoneSigningKey& key) const {
  const auto dnskey = dnssec::Dnskey::from_rdata(key.dnskey.octets());
  if (!dnskey) {
    throw SigningFailed("key " + key.id.to_string() + " has no DNSKEY: " + dnskey.error().detail);
  }
  auto signer = keys_.open(*dnskey, key.private_sealed, storage::sealing_context(key.id));
  if (!signer) {
    throw SigningFailed("key " + key.id.to_string() + ": " + signer.error().detail);
  }
  return *std::move(signer);
}

}  // namespace minidns::mdns
