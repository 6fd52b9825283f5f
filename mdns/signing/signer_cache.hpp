#pragma once

#include "base/ids.hpp"
#include "dnssec/crypto/key_opener.hpp"
#include "dnssec/signer.hpp"
#include "storage/zone_signing.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace minidns::mdns {

/// A version that can't be signed: it isn't served, and never unsigned. Which zone is for the caller to say.
class SigningFailed : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Private keys, opened: to open one costs more than a signature. Those used last stay. Safe on every thread.
class SignerCache {
 public:
  using SignerPointer = std::shared_ptr<const dnssec::Signer>;

  /// `keys` must outlive this.
  explicit SignerCache(const dnssec::KeyOpener& keys) : keys_(keys) {}

  /// Throws SigningFailed: it can't be opened, or isn't the key of its DNSKEY.
  [[nodiscard]] SignerPointer get(const storage::ZoneSigningKey& key);

  /// About a kilobyte each. A fleet of zones that change at random has more; each of them signs a few records then.
  static constexpr std::size_t keys_max = 20'000;

 private:
  struct Entry {
    DnssecKeyId id;
    SignerPointer signer;
  };
  [[nodiscard]] SignerPointer open(const storage::ZoneSigningKey& key) const;

  const dnssec::KeyOpener& keys_;
  std::mutex mutex_;          // guards what follows
  std::list<Entry> entries_;  // used last first
  std::unordered_map<DnssecKeyId, std::list<Entry>::iterator> by_id_;
};

}  // namespace minidns::mdns
