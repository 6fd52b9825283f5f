#include "central/foreign_keys.hpp"

#include "dns/rr_type.hpp"
#include "dns/text/rdata_text.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/zone/canonical.hpp"

#include <algorithm>
#include <set>

namespace minidns::central {
namespace {

std::set<dnssec::Algorithm> algorithms_of(const std::vector<storage::SealedZoneKey>& keys) {
  std::set<dnssec::Algorithm> algorithms;
  for (const auto& key : keys) {
    if (const auto dnskey = dnssec::Dnskey::from_rdata(key.record.dnskey.octets())) {
      algorithms.insert(dnskey->algorithm);
    }
  }
  return algorithms;
}

}  // namespace

api::Result<std::vector<dns::Rdata>> read_foreign_dnskeys(const std::vector<std::string>& texts,
                                                          const std::vector<storage::SealedZoneKey>& ours) {
  const auto algorithms = algorithms_of(ours);
  std::set<std::uint16_t> tags;
  for (const auto& key : ours) {
    tags.insert(dnssec::key_tag_of(key.record.dnskey.octets()));
  }
  std::vector<dns::Rdata> dnskeys;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto refuse = [&](std::string reason) {
      return api::invalid_field({"dnskeys", std::to_string(i)}, std::move(reason));
    };
    auto rdata = dns::rdata_from_text(dns::RRType::dnskey, texts[i]);
    if (!rdata) {
      return refuse(rdata.error().detail);
    }
    const auto dnskey = dnssec::Dnskey::from_rdata(rdata->octets());
    if (!dnskey) {
      return refuse(dnskey.error().detail);
    }
    if ((dnskey->flags & dnssec::Dnskey::flag_zone) == 0) {
      return refuse("isn't a zone's key: flag 256 is missing");
    }
    if (!algorithms.contains(dnskey->algorithm)) {
      return refuse("is of algorithm " + std::to_string(static_cast<int>(dnskey->algorithm)) +
                    ", by which the zone isn't signed here: all who sign a zone need the same");
    }
    if (!tags.insert(dnskey->key_tag()).second) {
      return refuse("has the key tag of another: " + std::to_string(dnskey->key_tag()));
    }
    dnskeys.push_back(*std::move(rdata));
  }
  std::ranges::sort(dnskeys);
  return dnskeys;
}

}  // namespace minidns::central
