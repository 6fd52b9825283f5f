#include "dnssec/zone/digest.hpp"

#include "dns/record_ttl.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dnssec/zone/canonical.hpp"

#include <sodium.h>

#include <stdexcept>

namespace minidns::dnssec {
namespace {

/// sodium_init chooses the fastest code; it may be called by anyone, any number of times.
void prepare_sodium() {
  if (sodium_init() < 0) {
    throw std::runtime_error("libsodium can't be used");
  }
}

/// Calls `use` with the hash of each record.
template <class Use>
void for_each_hash(const dns::RRset& rrset, const DigestKey& key, Use use) {
  const dns::Name owner = rrset.owner.lowercased();
  Bytes message;
  for (const auto& rdata : rrset.rdata) {
    const auto canonical = canonical_rdata(rrset.type, rdata.octets());
    const ByteView octets = canonical ? ByteView(*canonical) : rdata.octets();
    message.clear();
    append_record(message, owner, rrset.type, dns::record_ttl(rrset, rdata), octets);
    ZoneDigest::Octets hash;
    if (crypto_generichash(hash.data(), hash.size(), message.data(), message.size(), key.octets().data(),
                           key.octets().size()) != 0) {
      throw std::logic_error("BLAKE2b: a size that it doesn't have");
    }
    use(hash);
  }
}

/// Modulo 2^256, big-endian.
void plus(ZoneDigest::Octets& sum, const ZoneDigest::Octets& value) {
  unsigned carry = 0;
  for (std::size_t i = sum.size(); i-- > 0;) {
    carry += unsigned{sum[i]} + value[i];
    sum[i] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
}

void minus(ZoneDigest::Octets& sum, const ZoneDigest::Octets& value) {
  unsigned borrow = 0;
  for (std::size_t i = sum.size(); i-- > 0;) {
    const unsigned difference = 0x100U + sum[i] - value[i] - borrow;
    sum[i] = static_cast<std::uint8_t>(difference & 0xff);
    borrow = difference < 0x100U ? 1 : 0;
  }
}

}  // namespace

Result<DigestKey> DigestKey::from_secret(Secret secret) {
  const auto size = secret.reveal().size();
  if (size < size_octets_min || size > size_octets_max) {
    return Error{Errc::bad_key, "the digest key must have 16 to 64 octets"};
  }
  prepare_sodium();
  return DigestKey(std::move(secret));
}

ZoneDigest ZoneDigest::of(const dns::ZoneSnapshot& zone, const DigestKey& key) {
  ZoneDigest digest;
  for (dns::SnapshotCursor cursor(zone); !cursor.at_end(); cursor.next()) {
    digest.add(cursor.rrset(), key);
  }
  return digest;
}

void ZoneDigest::add(const dns::RRset& rrset, const DigestKey& key) {
  for_each_hash(rrset, key, [this](const Octets& hash) { plus(sum_, hash); });
}

void ZoneDigest::subtract(const dns::RRset& rrset, const DigestKey& key) {
  for_each_hash(rrset, key, [this](const Octets& hash) { minus(sum_, hash); });
}

void ZoneDigest::add(const ZoneDigest& other) {
  plus(sum_, other.sum_);
}

ZoneDigest ZoneDigest::after(const dns::Delta& delta, const DigestKey& key) const {
  ZoneDigest digest = *this;
  digest.subtract(delta.soa_before, key);
  digest.add(delta.soa_after, key);
  for (const auto& change : delta.changes) {
    for (const auto& rrset : change.before) {
      digest.subtract(rrset, key);
    }
    for (const auto& rrset : change.after) {
      digest.add(rrset, key);
    }
  }
  return digest;
}

}  // namespace minidns::dnssec
