#include "storage/postgres/zone_rows.hpp"

#include "dns/owner_name.hpp"
#include "storage/zone_content.hpp"

#include <algorithm>
#include <tuple>

namespace minidns::storage::postgres {
namespace {

template <class T>
T valid(dns::Result<T> result, const char* what) {
  if (!result) {
    throw CorruptContent(std::string(what) + ": " + result.error().detail);
  }
  return *std::move(result);
}

bool same_octets(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool same_letter_case(const std::optional<Bytes>& known, const std::optional<ByteView>& given) {
  return known.has_value() == given.has_value() && (!known || same_octets(*known, *given));
}

bool is_same(const dns::RRset& a, const dns::RRset& b) {
  return a == b && same_octets(a.owner.wire(), b.owner.wire());  // == of names is blind to case
}

}  // namespace

dns::Name zone_name_of(std::string_view text) {
  return valid(dns::Name::from_text(text), "zones.name");
}

dns::Ttl ttl_of(std::int64_t seconds) {
  return valid(dns::Ttl::from_seconds(seconds), "rrsets.ttl");
}

dns::Rdata soa_of(ByteView packed) {
  auto records = valid(dns::unpack_rdata(packed), "rrsets.rdata of SOA");
  if (records.size() != 1) {
    throw CorruptContent("rrsets.rdata of SOA: " + std::to_string(records.size()) + " records");
  }
  (void)valid(dns::Soa::from_rdata(records[0].octets()), "rrsets.rdata of SOA");
  return std::move(records[0]);
}

dns::Name RRsetDecoder::owner_name(ByteView owner_key, const std::optional<ByteView>& owner_case) const {
  dns::Name lower = valid(dns::name_of_owner_key(owner_key, lower_apex_), "rrsets.owner");
  if (!owner_case) {
    return lower;
  }
  // Relative: labels without the root's. Only the case may differ from the key.
  Bytes wire(owner_case->begin(), owner_case->end());
  wire.insert(wire.end(), apex_.wire().begin(), apex_.wire().end());
  dns::Name name = valid(dns::Name::from_wire(wire), "rrsets.owner_case");
  if (name != lower) {
    throw CorruptContent("rrsets.owner_case: another name than rrsets.owner: " + name.to_text());
  }
  return name;
}

dns::RRset RRsetDecoder::decode(ByteView owner_key, std::int64_t type, std::int64_t ttl,
                                const std::optional<ByteView>& owner_case, ByteView packed_rdata) {
  if (!last_ || !same_octets(last_->key, owner_key) || !same_letter_case(last_->letter_case, owner_case)) {
    note(owner_key, owner_case);
  }
  auto records = valid(dns::unpack_rdata(packed_rdata), "rrsets.rdata");
  if (records.size() > 1) {
    std::sort(records.begin(), records.end());
  }
  return dns::RRset{last_->name, dns::RRType(static_cast<std::uint16_t>(type)), ttl_of(ttl), std::move(records)};
}

/// Keeps the memory of what was noted before.
void RRsetDecoder::note(ByteView owner_key, const std::optional<ByteView>& owner_case) {
  dns::Name name = owner_name(owner_key, owner_case);
  if (last_) {
    last_->key.assign(owner_key.begin(), owner_key.end());
    last_->letter_case.reset();
    last_->name = std::move(name);
  } else {
    last_ = Last{Bytes(owner_key.begin(), owner_key.end()), std::nullopt, std::move(name)};
  }
  if (owner_case) {
    last_->letter_case.emplace(owner_case->begin(), owner_case->end());
  }
}

std::vector<dns::RRsetChange> pair_changes(std::vector<dns::RRset> went, std::vector<dns::RRset> came,
                                           const dns::Name& apex) {
  std::vector<dns::RRsetChange> changes;
  auto before = went.begin();
  auto after = came.begin();
  const auto key = [&apex](const dns::RRset& rrset) {
    return std::tuple(dns::OwnerKey::of(rrset.owner, apex), rrset.type);
  };
  while (before != went.end() || after != came.end()) {
    dns::RRsetChange change;
    const bool only_before = after == came.end() || (before != went.end() && key(*before) < key(*after));
    const bool only_after = !only_before && (before == went.end() || key(*after) < key(*before));
    if (!only_after) {
      change.before.push_back(std::move(*before++));
    }
    if (!only_before) {
      change.after.push_back(std::move(*after++));
    }
    if (change.before.empty() || change.after.empty() || !is_same(change.before[0], change.after[0])) {
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

}  // namespace minidns::storage::postgres
