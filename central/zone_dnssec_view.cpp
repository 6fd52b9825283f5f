#include "central/zone_dnssec_view.hpp"

#include "base/bytes.hpp"
#include "central/dnssec_policy_port.hpp"
#include "central/signing_rules.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/ds.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace minidns::central {
namespace {

using storage::KeyRole;

api::KeyRole role_of(KeyRole role) {
  switch (role) {
    case KeyRole::ksk:
      return api::KeyRole::ksk;
    case KeyRole::zsk:
      return api::KeyRole::zsk;
    case KeyRole::csk:
      return api::KeyRole::csk;
  }
  throw std::logic_error("no such role");
}

api::KeyState state_of(storage::KeyState state) {
  switch (state) {
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

api::RollPhase phase_of(storage::RollPhase phase) {
  switch (phase) {
    case storage::RollPhase::publishing:
      return api::RollPhase::publishing;
    case storage::RollPhase::activating:
      return api::RollPhase::activating;
    case storage::RollPhase::draining:
      return api::RollPhase::draining;
  }
  throw std::logic_error("no such phase");
}

api::ZoneKeyView key_view(const storage::ZoneKeyRecord& record, const dnssec::Dnskey& dnskey) {
  return {.id = record.id,
          .role = role_of(record.role),
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
  api::ZoneDnssecView view{.zone = record.zone, .signing = {}, .roll = {}, .keys = {}, .ds = {}};
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
  if (const auto& roll = record.roll) {
    view.roll = {.old_key = roll->old_key,
                 .new_key = roll->new_key,
                 .phase = phase_of(roll->phase),
                 .started_at = roll->started_at,
                 .next_at = roll->next_at};
  }
  for (const auto& key : record.keys) {
    const auto dnskey = dnssec::Dnskey::from_rdata(key.dnskey.octets()).value();
    view.keys.push_back(key_view(key, dnskey));
    if (key.role != KeyRole::zsk) {
      for (const auto type : {dnssec::DigestType::sha256, dnssec::DigestType::sha384}) {
        view.ds.push_back(ds_view(record.name, dnskey, type));
      }
    }
  }
  return view;
}

}  // namespace minidns::central
