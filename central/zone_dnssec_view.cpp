#include "central/zone_dnssec_view.hpp"

#include "base/bytes.hpp"
#include "central/dnssec_policy_port.hpp"
#include "central/roll_plan.hpp"
#include "central/signing_rules.hpp"
#include "central/zone_signing.hpp"
#include "dns/text/rdata_text.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/ds.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <stdexcept>

namespace minidns::central {
namespace {

using storage::KeyRole;

api::KeyState state_of(storage::KeyState state) {
  switch (state) {
    case storage::KeyState::generated:
      return api::KeyState::generated;
    case storage::KeyState::published:
      return api::KeyState::published;
    case storage::KeyState::active:
      return api::KeyState::active;
    case storage::KeyState::retired:
    case storage::KeyState::removed:  // isn't read
      return api::KeyState::retired;
  }
  throw std::logic_error("no such state");
}

api::DsState ds_of(storage::DsState state) {
  switch (state) {
    case storage::DsState::unknown:
      return api::DsState::unknown;
    case storage::DsState::present:
      return api::DsState::present;
    case storage::DsState::absent:
      return api::DsState::absent;
  }
  throw std::logic_error("no such state");
}

api::RollKind kind_of(storage::RollKind kind) {
  switch (kind) {
    case storage::RollKind::zsk:
      return api::RollKind::zsk;
    case storage::RollKind::ksk:
      return api::RollKind::ksk;
    case storage::RollKind::csk:
      return api::RollKind::csk;
    case storage::RollKind::algorithm:
      return api::RollKind::algorithm;
    case storage::RollKind::first_signing:
      return api::RollKind::first_signing;
    case storage::RollKind::unsigning:
      return api::RollKind::unsigning;
  }
  throw std::logic_error("no such kind");
}

api::RollPhase phase_of(storage::RollPhase phase) {
  switch (phase) {
    case storage::RollPhase::presigning:
      return api::RollPhase::presigning;
    case storage::RollPhase::presigned:
      return api::RollPhase::presigned;
    case storage::RollPhase::publishing:
      return api::RollPhase::publishing;
    case storage::RollPhase::submitting:
      return api::RollPhase::submitting;
    case storage::RollPhase::retracting:
      return api::RollPhase::retracting;
    case storage::RollPhase::ds_caching:
      return api::RollPhase::ds_caching;
    case storage::RollPhase::activating:
      return api::RollPhase::activating;
    case storage::RollPhase::draining:
      return api::RollPhase::draining;
    case storage::RollPhase::withdrawing:
      return api::RollPhase::withdrawing;
  }
  throw std::logic_error("no such phase");
}

api::KeyRollView roll_view(const storage::KeyRoll& roll) {
  return {.kind = kind_of(roll.kind),
          .phase = phase_of(roll.phase),
          .old_keys = roll.old_keys,
          .new_keys = roll.new_keys,
          .paused = roll.paused,
          .waits_for = roll.note,
          .started_at = roll.started_at,
          .next_at = roll.next_at};
}

/// The keys whose DS the parent is to have: what is, or would be, in the CDS set.
std::vector<dns::Rdata> keys_for_parent(const storage::ZoneDnssecRecord& record) {
  std::vector<dns::Rdata> dnskeys;
  if (record.roll && record.roll->kind == storage::RollKind::unsigning) {
    return dnskeys;
  }
  std::vector<storage::SealedZoneKey> keys;
  for (const auto& key : record.keys) {
    keys.push_back({.record = key, .active_from = 0, .private_sealed = {}});
  }
  for (const auto& member : members_of(keys, record.roll)) {
    if (member.role != KeyRole::zsk && member.is_published && member.is_for_parent) {
      dnskeys.push_back(member.dnskey);
    }
  }
  std::ranges::copy_if(record.foreign_dnskeys, std::back_inserter(dnskeys), [](const dns::Rdata& rdata) {
    const auto dnskey = dnssec::Dnskey::from_rdata(rdata.octets());
    return dnskey && dnskey->is_sep();
  });
  return dnskeys;
}

api::ZoneKeyView key_view(const storage::ZoneKeyRecord& record, const dnssec::Dnskey& dnskey) {
  return {.id = record.id,
          .role = to_api(record.role),
          .algorithm = dnskey.algorithm,
          .key_tag = dnskey.key_tag(),
          .flags = dnskey.flags,
          .public_key = to_base64(dnskey.public_key),
          .state = state_of(record.state),
          .ds = ds_of(record.ds),
          .created_at = record.created_at,
          .active_at = record.active_at};
}

api::DsView ds_view(const dns::Name& zone, const dnssec::Dnskey& key, dnssec::DigestType type) {
  constexpr std::size_t digest_at = 4;  // key tag, algorithm, digest type: RFC 4034 §5.1
  const auto rdata = dnssec::ds_rdata(zone, key, type);
  auto digest = to_hex(rdata.octets().subspan(digest_at));
  std::ranges::transform(digest, digest.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return {.key_tag = key.key_tag(),
          .algorithm = static_cast<std::uint8_t>(key.algorithm),
          .digest_type = static_cast<std::uint8_t>(type),
          .digest = std::move(digest)};
}

}  // namespace

api::ZoneDnssecView to_view(const storage::ZoneDnssecRecord& record) {
  api::ZoneDnssecView view{.zone = record.zone};
  if (const auto& signing = record.signing) {
    const auto signing_time = signing->stamp.signing_time;
    view.signing = {
        .policy = signing->policy,
        .denial = to_api(signing->denial),
        .signing_time = time_of_unix(signing_time),
        .valid_until_at_least = time_of_unix(signing_time + signing->times.lifetime - signing->times.period),
        .refresh_due = signing->refresh_due,
        .buckets = signing->stamp.buckets};
  }
  if (record.roll) {
    view.roll = roll_view(*record.roll);
  }
  for (const auto& key : record.keys) {
    view.keys.push_back(key_view(key, dnssec::Dnskey::from_rdata(key.dnskey.octets()).value()));
  }
  for (const auto& rdata : keys_for_parent(record)) {
    const auto dnskey = dnssec::Dnskey::from_rdata(rdata.octets()).value();
    for (const auto type : {dnssec::DigestType::sha256, dnssec::DigestType::sha384}) {
      view.ds.push_back(ds_view(record.name, dnskey, type));
    }
  }
  for (const auto& dnskey : record.foreign_dnskeys) {
    view.foreign_dnskeys.push_back(dns::rdata_to_text(dns::RRType::dnskey, dnskey));
  }
  return view;
}

}  // namespace minidns::central
