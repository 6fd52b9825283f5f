#include "dns/snapshot/checked_rrset.hpp"

#include "dns/soa.hpp"
#include "dns/wire/embedded_names.hpp"

#include <algorithm>
#include <vector>

namespace minidns::dns {
namespace {

Error about(const RRset& rrset, Errc code, const char* what) {
  return {code, rrset.owner.to_text() + " " + rrset.type.to_text() + ": " + what};
}

bool have_same_records(const RRset& a, const RRset& b) {
  if (a.rdata.size() != b.rdata.size()) {
    return false;
  }
  if (a.rdata == b.rdata) {  // nearly always in the same order
    return true;
  }
  const auto in_order = [](const RRset& rrset) {
    std::vector<const Rdata*> records;
    for (const auto& rdata : rrset.rdata) {
      records.push_back(&rdata);
    }
    std::sort(records.begin(), records.end(), [](const Rdata* x, const Rdata* y) { return is_before(*x, *y); });
    return records;
  };
  return std::ranges::equal(in_order(a), in_order(b), [](const Rdata* x, const Rdata* y) { return *x == *y; });
}

}  // namespace

Result<void> check_for_snapshot(const RRset& rrset, const Name& apex) {
  if (!rrset.owner.is_at_or_below(apex)) {
    return about(rrset, Errc::bad_value, "the owner is outside of the zone");
  }
  if (rrset.type.is_meta()) {
    return about(rrset, Errc::bad_value, "not a type of data");
  }
  if (rrset.rdata.empty()) {
    return about(rrset, Errc::bad_value, "no record");
  }
  const EmbeddedNames layout = compressible_names(rrset.type);
  if (layout.names > 0) {
    for (const auto& rdata : rrset.rdata) {
      if (!has_names_of(layout, rdata.octets())) {
        return about(rrset, Errc::bad_rdata, "the RDATA lacks a name");
      }
    }
  }
  if (rrset.type == RRType::soa) {
    if (rrset.owner != apex || rrset.rdata.size() != 1) {
      return about(rrset, Errc::bad_value, "not one record at the apex");
    }
    if (const auto soa = Soa::from_rdata(rrset.rdata[0].octets()); !soa) {
      return about(rrset, Errc::bad_rdata, soa.error().detail.c_str());
    }
  }
  return {};
}

bool is_before(const Rdata& a, const Rdata& b) {
  return as_text(a.octets()) < as_text(b.octets());
}

bool is_sorted(const RRset& rrset) {
  return std::adjacent_find(rrset.rdata.begin(), rrset.rdata.end(),
                            [](const Rdata& a, const Rdata& b) { return !is_before(a, b); }) == rrset.rdata.end();
}

Result<RRset> sorted(RRset rrset) {
  std::sort(rrset.rdata.begin(), rrset.rdata.end(), is_before);
  if (!is_sorted(rrset)) {
    return about(rrset, Errc::bad_value, "two equal records");
  }
  return rrset;
}

bool is_same(const RRset& a, const RRset& b) {
  return is_same_case(a.owner, b.owner) && a.type == b.type && a.ttl == b.ttl && have_same_records(a, b);
}

bool is_same_case(const Name& a, const Name& b) {
  return std::ranges::equal(a.wire(), b.wire());
}

}  // namespace minidns::dns
