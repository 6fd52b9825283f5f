#include "dnssec/zone/zonemd.hpp"

#include "dns/record_ttl.hpp"
#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dns/soa.hpp"
#include "dnssec/crypto/handles.hpp"
#include "dnssec/zone/canonical.hpp"
#include "dnssec/zone/signature_batch.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace minidns::dnssec {
namespace {

using dns::RRType;

constexpr std::size_t digest_octets = 48;
using Digest = std::array<std::uint8_t, digest_octets>;

Result<dns::Rdata> rdata_of(dns::Serial serial, const Digest& digest) {
  constexpr std::uint8_t scheme_simple = 1;
  constexpr std::uint8_t sha384 = 1;
  Bytes octets;
  for (int shift = 24; shift >= 0; shift -= 8) {
    octets.push_back(static_cast<std::uint8_t>(serial.value() >> shift & 0xff));
  }
  octets.push_back(scheme_simple);
  octets.push_back(sha384);
  octets.insert(octets.end(), digest.begin(), digest.end());
  auto rdata = dns::Rdata::from_octets(std::move(octets));
  return rdata ? Result<dns::Rdata>(*std::move(rdata)) : Error{Errc::fault, rdata.error().detail};
}

bool covers_zonemd(const dns::Rdata& rrsig) {
  const auto octets = rrsig.octets();
  return RRType(static_cast<std::uint16_t>(octets[0] << 8 | octets[1])) == RRType::zonemd;
}

/// SHA-384 of records in wire form.
class Hash {
 public:
  Hash() : context_(checked(EVP_MD_CTX_new(), "EVP_MD_CTX_new")) {
    if (EVP_DigestInit_ex(context_.get(), EVP_sha384(), nullptr) != 1) {
      openssl_failed("EVP_DigestInit_ex");
    }
  }

  /// RFC 8976 §3.3.2, §3.4.1.
  Result<void> add(const dns::RRset& rrset) {
    const auto records = canonical_records(rrset);
    if (!records) {
      return records.error();
    }
    const dns::Name owner = rrset.owner.lowercased();
    for (const Bytes& rdata : *records) {
      message_.clear();
      append_record(message_, owner, rrset.type, dns::record_ttl(rrset.type, rrset.ttl, rdata), rdata);
      if (EVP_DigestUpdate(context_.get(), message_.data(), message_.size()) != 1) {
        openssl_failed("EVP_DigestUpdate");
      }
    }
    return {};
  }

  Digest digest() && {
    Digest result{};
    if (EVP_DigestFinal_ex(context_.get(), result.data(), nullptr) != 1) {
      openssl_failed("EVP_DigestFinal_ex");
    }
    return result;
  }

 private:
  DigestContext context_;
  Bytes message_;
};

/// The apex' RRsets by type, as the digest has them: without ZONEMD and its RRSIGs. `cursor` is after them then.
std::vector<dns::RRset> take_apex(dns::SnapshotCursor& cursor) {
  std::vector<dns::RRset> sets;
  for (; !cursor.at_end() && cursor.is_at({}, cursor.type()); cursor.next()) {
    auto rrset = cursor.rrset();
    if (rrset.type == RRType::zonemd) {
      continue;
    }
    if (rrset.type == RRType::rrsig) {
      std::erase_if(rrset.rdata, covers_zonemd);
    }
    sets.push_back(std::move(rrset));
  }
  std::ranges::sort(sets, {}, [](const dns::RRset& rrset) { return rrset.type.value(); });
  return sets;
}

/// ZONEMD and the apex' RRSIGs as they are to be.
struct Sealed {
  dns::RRset zonemd;
  dns::RRset rrsigs;
};
Result<Sealed> seal(const dns::ZoneSnapshot& zone, const SignaturePlan& plan) {
  const auto zonemd = zone.find(zone.apex(), RRType::zonemd);
  const auto rrsigs = zone.find(zone.apex(), RRType::rrsig);
  if (!zonemd || !rrsigs) {
    return Error{Errc::fault, zone.apex().to_text() + ": a signed zone without what it was to have"};
  }
  auto rdata = zonemd_rdata(zone);
  if (!rdata) {
    return rdata.error();
  }
  Sealed sealed{*zonemd, *rrsigs};
  sealed.zonemd.rdata = {*std::move(rdata)};
  auto& signatures = sealed.rrsigs.rdata;
  std::erase_if(signatures, covers_zonemd);
  for (const auto& use : plan.uses(zone.apex(), RRType::zonemd)) {
    Bytes rrsig = rrsig_head(sealed.zonemd, use.stamp, plan.signer_name());
    const auto data = signed_data(rrsig, sealed.zonemd);
    if (!data) {
      return data.error();
    }
    const ByteView message(*data);
    const auto made = use.key->signer->sign({&message, 1});
    if (!made) {
      return made.error();
    }
    rrsig.insert(rrsig.end(), made->front().begin(), made->front().end());
    auto record = dns::Rdata::from_octets(std::move(rrsig));
    if (!record) {
      return Error{Errc::fault, record.error().detail};
    }
    signatures.push_back(*std::move(record));
  }
  sealed.rrsigs = rrsig_set(rrsigs->owner, std::move(signatures));
  return sealed;
}

/// In place of what the change has for this RRset of the apex, which it must have if that differs.
void replace(std::vector<dns::RRsetChange>& changes, const dns::Name& apex, dns::RRset rrset) {
  const auto at = std::ranges::find_if(changes, [&](const dns::RRsetChange& change) {
    return !change.after.empty() && change.after.front().type == rrset.type && change.after.front().owner == apex;
  });
  if (at == changes.end()) {
    return;
  }
  if (!at->before.empty() && dns::is_same(at->before.front(), rrset)) {
    changes.erase(at);
  } else {
    at->after.front() = std::move(rrset);
  }
}

}  // namespace

Result<void> add_zonemd(OwnerForm& apex) {
  const auto soa = std::ranges::find_if(apex.sets, [](const SetForm& set) { return set.rrset.type == RRType::soa; });
  if (soa == apex.sets.end()) {
    return Error{Errc::bad_input, apex.owner().to_text() + ": no SOA"};
  }
  auto rdata = rdata_of(dns::serial_of(soa->rrset.rdata.front()), Digest{});
  if (!rdata) {
    return rdata.error();
  }
  apex.insert({dns::RRset{apex.owner(), RRType::zonemd, soa->rrset.ttl, {*std::move(rdata)}}, true});
  return {};
}

Result<dns::Rdata> zonemd_rdata(const dns::ZoneSnapshot& zone) {
  Hash hash;
  dns::SnapshotCursor cursor(zone);
  for (const auto& rrset : take_apex(cursor)) {
    if (auto added = hash.add(rrset); !added) {
      return added.error();
    }
  }
  for (; !cursor.at_end(); cursor.next()) {
    if (auto added = hash.add(cursor.rrset()); !added) {
      return added.error();
    }
  }
  return rdata_of(zone.serial(), std::move(hash).digest());
}

Result<std::shared_ptr<const dns::ZoneSnapshot>> with_zonemd(const dns::ZoneSnapshot& zone, const SignaturePlan& plan) {
  auto sealed = seal(zone, plan);
  if (!sealed) {
    return sealed.error();
  }
  dns::Delta delta{zone.version(), zone.version(), zone.soa(), zone.soa(), {}};
  for (auto* rrset : {&sealed->rrsigs, &sealed->zonemd}) {  // by type
    dns::RRsetChange change;
    change.before.push_back(zone.find(zone.apex(), rrset->type).value());
    change.after.push_back(std::move(*rrset));
    delta.changes.push_back(std::move(change));
  }
  auto next = zone.apply(delta);
  return next ? Result<std::shared_ptr<const dns::ZoneSnapshot>>(*next) : Error{Errc::fault, next.error().detail};
}

Result<void> put_zonemd(dns::Delta& delta, const dns::ZoneSnapshot& after, const SignaturePlan& plan) {
  auto sealed = seal(after, plan);
  if (!sealed) {
    return sealed.error();
  }
  replace(delta.changes, after.apex(), std::move(sealed->zonemd));
  replace(delta.changes, after.apex(), std::move(sealed->rrsigs));
  return {};
}

}  // namespace minidns::dnssec
