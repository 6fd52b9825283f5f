#include "central/recordset_rules.hpp"

#include "central/canonical_rdata.hpp"
#include "dns/text/rdata_text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace minidns::central {
namespace {

using api::ProblemType;
using dns::RRType;

// DNSKEY, CDS and CDNSKEY follow from the zone's key set, the rest from the content (DESIGN.md, invariant 3).
constexpr std::array made_by_signer{RRType::rrsig,  RRType::nsec, RRType::nsec3,   RRType::nsec3param,
                                    RRType::dnskey, RRType::cds,  RRType::cdnskey, RRType::zonemd};

bool contains(const storage::Surroundings& around, RRType type) {
  return std::ranges::any_of(around.at_owner, [&](const auto& rrset) { return rrset.type == type; });
}

bool contains_other_than(const storage::Surroundings& around, RRType type) {
  return std::ranges::any_of(around.at_owner, [&](const auto& rrset) { return rrset.type != type; });
}

api::Problem misplaced(const std::string& message) {
  return {.type = ProblemType::invalid_recordset_location, .message = message};
}

std::vector<std::string> record_path(std::size_t index) {
  return {"records", std::to_string(index)};
}

// All bad records at once, so that a user need not find them one by one.
api::Result<std::vector<dns::Rdata>> parse_records(RRType type, const std::vector<std::string>& texts) {
  std::vector<dns::Rdata> records;
  std::vector<api::FieldError> errors;
  std::map<Bytes, std::size_t> seen;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto rdata = dns::rdata_from_text(type, texts[i]);
    if (!rdata) {
      errors.push_back({record_path(i), rdata.error().detail});
      continue;
    }
    const auto [other, is_new] = seen.emplace(canonical_rdata(type, *rdata), i);
    if (!is_new) {
      errors.push_back({record_path(i), "the same record as number " + std::to_string(other->second)});
      continue;
    }
    records.push_back(std::move(*rdata));
  }
  if (!errors.empty()) {
    return api::Problem{.type = ProblemType::invalid_object, .message = {}, .errors = std::move(errors)};
  }
  return records;
}

api::Result<void> check_count(const ZoneTraits& zone, RRType type, std::size_t count) {
  if ((type == RRType::cname || type == RRType::dname) && count > 1) {
    return api::invalid_field({"records"}, "a name has one " + type.to_text() + " record at most (RFC 2181, 10.1)");
  }
  if (zone.pool_has_bind && count > bind_records_per_type_max) {
    return api::invalid_field({"records"}, "the zone's pool has a BIND nameserver, which refuses more than " +
                                               std::to_string(bind_records_per_type_max) +
                                               " records of one name and type");
  }
  return {};
}

// The apex has SOA and NS beside everything.
api::Result<void> check_at_apex(RRType type) {
  if (type == RRType::cname) {
    return misplaced("a CNAME can't be at the zone's apex (RFC 1034, 3.6.2)");
  }
  if (type == RRType::ds) {
    return misplaced("a DS record set belongs into the parent zone, not at the zone's own apex (RFC 4035, 2.4)");
  }
  return {};
}

api::Result<void> check_below_cuts(const dns::Name& owner, const storage::Surroundings& around) {
  for (const auto& [name, type] : around.cuts_above) {
    if (type == RRType::dname) {
      return misplaced(owner.to_text() + " is below the DNAME at " + name.to_text() +
                       ", where nothing can be (RFC 6672, 2.4)");
    }
  }
  return {};
}

// A zone of ours below: it holds what is in it; this one holds its delegation, which is NS, DS and glue.
api::Result<void> check_child_zone(const dns::Name& owner, RRType type, const storage::Surroundings& around) {
  if (!around.child_zone) {
    return {};
  }
  const bool is_delegation = *around.child_zone == owner && (type == RRType::ns || type == RRType::ds);
  const bool is_address = type == RRType::a || type == RRType::aaaa;
  if (is_delegation || is_address) {
    return {};
  }
  return misplaced("RecordSet belongs in the child zone " + around.child_zone->to_text());
}

api::Result<void> check_wildcard(const dns::Name& owner, RRType type) {
  const bool refused = type == RRType::ns || type == RRType::ds || type == RRType::dname;
  if (owner.is_wildcard() && refused) {
    return misplaced("a wildcard can't have " + type.to_text() + " records: what they mean is undefined (RFC 4592, 4)");
  }
  return {};
}

std::string of_view(const std::optional<storage::ViewRef>& view) {
  return view ? "of view " + view->name : "of every view";
}

// A view has one RRset of a name and type: what is of every view, or what is of it alone.
api::Result<void> check_views(const dns::Name& owner, RRType type, const storage::Surroundings& around,
                              const std::optional<ViewId>& view) {
  for (const auto& other : around.at_owner) {
    if (other.type == type && other.view.has_value() != view.has_value()) {
      const std::string message = owner.to_text() + " has a " + type.to_text() + " record set " + of_view(other.view) +
                                  (view ? ": delete it, or give every view that needs it one of its own"
                                        : ": delete it, or mark this one with the views that are to have it");
      return api::Problem{
          .type = ProblemType::duplicate_recordset, .message = message, .errors = {{{"view"}, message}}};
    }
  }
  return {};
}

// What is to be in every view needs an NS record set that is.
bool has_delegation(const storage::Surroundings& around, const std::optional<ViewId>& view) {
  return std::ranges::any_of(around.at_owner,
                             [&](const auto& rrset) { return rrset.type == RRType::ns && (view || !rrset.view); });
}

api::Result<void> check_company(RRType type, const storage::Surroundings& around, const std::optional<ViewId>& view) {
  if (type == RRType::cname && contains_other_than(around, RRType::cname)) {
    return misplaced("a CNAME can't be beside other records of its name (RFC 1034, 3.6.2)");
  }
  if (type != RRType::cname && contains(around, RRType::cname)) {
    return misplaced("there is a CNAME at this name, which can't be beside other records (RFC 1034, 3.6.2)");
  }
  if (type == RRType::ds && !has_delegation(around, view)) {
    return misplaced("a DS record set needs the NS record set of a delegation beside it (RFC 4035, 2.4)");
  }
  return {};
}

// RFC 6672 §2.4: at the apex a DNAME may be beside the NS records, elsewhere those make a delegation.
api::Result<void> check_delegation(bool is_apex, RRType type, const storage::Surroundings& around) {
  const bool clash = (type == RRType::dname && contains(around, RRType::ns)) ||
                     (type == RRType::ns && contains(around, RRType::dname));
  if (clash && !is_apex) {
    return misplaced("a DNAME can't be beside the NS records of a delegation (RFC 6672, 2.4)");
  }
  return {};
}

}  // namespace

api::Result<void> check_type(RRType type) {
  if (type == RRType::soa) {
    return api::invalid_field({"type"}, "the SOA is made from the zone: change the zone's email or ttl");
  }
  if (std::ranges::find(made_by_signer, type) != made_by_signer.end()) {
    return api::invalid_field({"type"}, type.to_text() + " records are made by the signer");
  }
  if (type.is_meta()) {
    return api::invalid_field({"type"}, type.to_text() + " is no type of data");
  }
  return {};
}

api::Result<std::optional<dns::RRset>> make_rrset(const ZoneTraits& zone, const storage::RecordsetFields& fields) {
  if (!fields.name.is_at_or_below(zone.name)) {
    return misplaced("RecordSet is not contained within its parent zone " + zone.name.to_text());
  }
  auto records = parse_records(fields.type, fields.records);
  if (!records) {
    return records.error();
  }
  if (records->empty()) {
    return std::optional<dns::RRset>();
  }
  if (const auto count = check_count(zone, fields.type, records->size()); !count) {
    return count.error();
  }
  std::ranges::sort(*records);
  return std::optional(dns::RRset{fields.name, fields.type, fields.ttl.value_or(zone.ttl), std::move(*records)});
}

api::Result<void> check_place(const ZoneTraits& zone, const dns::Name& owner, RRType type,
                              const storage::Surroundings& around, const std::optional<ViewId>& view) {
  if (owner == zone.name) {
    if (const auto apex = check_at_apex(type); !apex) {
      return apex;
    }
  }
  if (type == RRType::dname && around.anything_below) {
    return misplaced("there are records below " + owner.to_text() + ", where a DNAME lets nothing be (RFC 6672, 2.4)");
  }
  for (const auto& check : {check_views(owner, type, around, view), check_below_cuts(owner, around),
                            check_child_zone(owner, type, around), check_wildcard(owner, type),
                            check_company(type, around, view), check_delegation(owner == zone.name, type, around)}) {
    if (!check) {
      return check;
    }
  }
  return {};
}

api::Result<void> check_removal(const dns::Name& owner, RRType type, const storage::Surroundings& around) {
  if (type == RRType::ns && contains(around, RRType::ds)) {
    return misplaced("there is a DS record set at " + owner.to_text() +
                     ", which can't be without the NS record set: delete it first");
  }
  return {};
}

}  // namespace minidns::central
