#include "dnssec/zone/owner_form.hpp"

#include "dnssec/zone/denial.hpp"
#include "dnssec/zone/zonemd.hpp"

#include <algorithm>
#include <cassert>

namespace minidns::dnssec {
namespace {

using dns::RRType;

const std::vector<dns::Rdata>& ours(const SigningInputs& inputs, RRType type) {
  return type == RRType::dnskey ? inputs.dnskey : type == RRType::cds ? inputs.cds : inputs.cdnskey;
}

std::uint16_t rank(RRType type) {
  return type == RRType::soa ? 0 : type.value();
}

bool is_among(const std::vector<dns::Rdata>& records, const dns::Rdata& record) {
  return std::find(records.begin(), records.end(), record) != records.end();
}

}  // namespace

bool OwnerForm::has(RRType type) const {
  return std::any_of(sets.begin(), sets.end(), [&](const SetForm& set) { return set.rrset.type == type; });
}

void OwnerForm::insert(SetForm set) {
  const auto at = std::find_if(sets.begin(), sets.end(),
                               [&](const SetForm& other) { return rank(other.rrset.type) >= rank(set.rrset.type); });
  sets.insert(at, std::move(set));
}

const dns::Name& OwnerForm::owner() const {
  assert(!sets.empty());
  const auto content =
      std::find_if(sets.begin(), sets.end(), [](const SetForm& set) { return set.rrset.type != RRType::nsec3; });
  return (content == sets.end() ? sets.front() : *content).rrset.owner;
}

bool occludes(const OwnerForm& form) {
  return form.standing == Standing::cut || form.has(RRType::dname);
}

OwnerForm form_of(std::vector<dns::RRset> sets, Standing standing) {
  OwnerForm form{standing, {}, std::nullopt};
  form.sets.reserve(sets.size() + 2);  // NSEC and RRSIG come
  for (auto& rrset : sets) {
    const bool is_signed =
        standing == Standing::authoritative || (standing == Standing::cut && rrset.type == RRType::ds);
    form.sets.push_back({std::move(rrset), is_signed});
  }
  return form;
}

std::vector<RRType> denied_types(const OwnerForm& form) {
  std::vector<RRType> types;
  bool any_signed = false;
  for (const auto& set : form.sets) {
    any_signed = any_signed || set.is_signed;
    if (set.is_signed || set.rrset.type == RRType::ns) {
      types.push_back(set.rrset.type);
    }
  }
  if (any_signed) {
    types.push_back(RRType::rrsig);
  }
  std::sort(types.begin(), types.end());
  return types;
}

void add_nsec(OwnerForm& form, dns::Ttl ttl, const dns::Name& next) {
  auto types = denied_types(form);
  if (std::find(types.begin(), types.end(), RRType::rrsig) == types.end()) {
    types.push_back(RRType::rrsig);  // of the NSEC itself
  }
  types.push_back(RRType::nsec);
  std::sort(types.begin(), types.end());
  form.insert({nsec(form.owner(), ttl, next, type_bitmap(types)), true});
}

bool is_insecure_cut(const OwnerForm& form) {
  return form.standing == Standing::cut && !form.has(RRType::ds);
}

Result<void> add_key_set(OwnerForm& apex, const SigningInputs& inputs) {
  const dns::Name owner = apex.owner();
  for (const RRType type : {RRType::dnskey, RRType::cds, RRType::cdnskey}) {
    const auto at =
        std::find_if(apex.sets.begin(), apex.sets.end(), [&](const SetForm& set) { return set.rrset.type == type; });
    dns::RRset joined{owner, type, inputs.key_ttl, ours(inputs, type)};
    if (at != apex.sets.end()) {
      for (const auto& record : at->rrset.rdata) {
        if (is_among(ours(inputs, type), record)) {
          return Error{Errc::bad_input, owner.to_text() + " " + type.to_text() + ": the content has a record of ours"};
        }
        joined.rdata.push_back(record);
      }
      apex.sets.erase(at);
    }
    if (!joined.rdata.empty()) {
      std::sort(joined.rdata.begin(), joined.rdata.end());
      apex.insert({std::move(joined), true});
    }
  }
  if (inputs.denial != Denial::nsec) {
    const auto ttl = denial_ttl(apex.sets.front().rrset);
    if (!ttl) {
      return ttl.error();
    }
    apex.insert({nsec3param(owner, *ttl), true});
  }
  return inputs.zonemd ? add_zonemd(apex) : Result<void>();
}

std::optional<dns::RRset> content_part(const dns::RRset& key_set, const SigningInputs& inputs) {
  dns::RRset content{key_set.owner, key_set.type, key_set.ttl, {}};
  for (const auto& record : key_set.rdata) {
    if (!is_among(ours(inputs, key_set.type), record)) {
      content.rdata.push_back(record);
    }
  }
  return content.rdata.empty() ? std::nullopt : std::optional(std::move(content));
}

bool is_made_by_signing(RRType type) {
  return type == RRType::rrsig || type == RRType::nsec || type == RRType::nsec3 || type == RRType::nsec3param ||
         type == RRType::zonemd;
}

Error not_content(const dns::RRset& rrset) {
  return {Errc::bad_input,
          rrset.owner.to_text() + " " + rrset.type.to_text() + ": made by signing, so the content can't have it"};
}

}  // namespace minidns::dnssec
