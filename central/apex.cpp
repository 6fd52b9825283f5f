#include "central/apex.hpp"

#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"

#include <algorithm>

namespace minidns::central {
namespace {

std::uint32_t refresh_of(const ZoneId& id) {
  // The last octets of a version 7 UUID are random.
  const auto octets = id.uuid().octets();
  const std::uint32_t random = std::uint32_t{octets[14]} << 8 | octets[15];
  return soa_refresh_s_min + random % (soa_refresh_s_max - soa_refresh_s_min + 1);
}

dns::Rdata rdata_of(const dns::Name& name) {
  // A name is at most 255 octets, far below the limit.
  return dns::Rdata::from_octets(Bytes(name.wire().begin(), name.wire().end())).value();
}

}  // namespace

api::Result<ApexSet> make_soa(const dns::Name& zone, const ZoneId& id, const std::string& email, dns::Ttl ttl,
                              const std::vector<storage::NsName>& ns_names) {
  if (ns_names.empty()) {
    return api::Problem{.type = api::ProblemType::invalid_operation,
                        .message = "the pool has no ns_records, which the zone would need"};
  }
  const auto rname = dns::rname_of_email(email);
  if (!rname) {
    return api::invalid_field({"email"}, "not an e-mail address: " + rname.error().detail);
  }
  const dns::Soa soa{.mname = ns_names.front().hostname,
                     .rname = *rname,
                     .serial = dns::Serial(0),
                     .refresh_s = refresh_of(id),
                     .retry_s = soa_retry_s,
                     .expire_s = soa_expire_s,
                     .minimum_s = soa_minimum_s};
  const auto rdata = soa.to_rdata();
  return ApexSet{.rrset = {zone, dns::RRType::soa, ttl, {rdata}},
                 .fields = {.name = zone,
                            .type = dns::RRType::soa,
                            .ttl = std::nullopt,
                            .records = {dns::rdata_to_text(dns::RRType::soa, rdata)},
                            .description = std::nullopt}};
}

ApexSet make_ns(const dns::Name& zone, dns::Ttl ttl, const std::vector<storage::NsName>& ns_names) {
  ApexSet set{
      .rrset = {zone, dns::RRType::ns, ttl, {}},
      .fields = {
          .name = zone, .type = dns::RRType::ns, .ttl = std::nullopt, .records = {}, .description = std::nullopt}};
  for (const auto& ns : ns_names) {
    set.rrset.rdata.push_back(rdata_of(ns.hostname));
    set.fields.records.push_back(ns.hostname.to_text());
  }
  std::ranges::sort(set.rrset.rdata);
  return set;
}

std::string soa_text_with_serial(const std::string& text, dns::Serial serial) {
  // MNAME RNAME SERIAL …, one space between: what rdata_to_text writes. A space in a name is escaped.
  const auto second = text.find(' ', text.find(' ') + 1);
  const auto end = text.find(' ', second + 1);
  return text.substr(0, second + 1) + std::to_string(serial.value()) + text.substr(end);
}

}  // namespace minidns::central
