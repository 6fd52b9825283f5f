#pragma once

#include "api/dnssec.hpp"
#include "api/problem.hpp"
#include "base/clock.hpp"
#include "central/key_vault.hpp"
#include "dns/name.hpp"
#include "dnssec/error.hpp"
#include "storage/dnssec_policies.hpp"
#include "storage/zone_keys.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace minidns::central {

/// What a zone is to be signed with from its next version on.
struct SigningPlan {
  dns::Name zone;
  storage::DnssecPolicyRecord policy;
  std::int64_t signing_time;  ///< T
  std::int32_t buckets;
};

[[nodiscard]] storage::KeyRole to_storage(api::KeyRole role);
[[nodiscard]] api::KeyRole to_api(storage::KeyRole role);

/// The keys that a zone with this model has.
[[nodiscard]] std::vector<storage::KeyRole> roles_of(storage::KeyModel model);

/// A new key for each role: tags are drawn anew until they differ from each other and from `taken`. May take seconds
/// (RSA): before any lock is held, where that can be.
[[nodiscard]] dnssec::Result<std::vector<storage::NewZoneKey>> make_keys(KeyVault& vault,
                                                                         const std::vector<storage::KeyRole>& roles,
                                                                         std::uint8_t algorithm,
                                                                         std::set<std::uint16_t> taken,
                                                                         const Clock& clock);
/// Keys that the zone had elsewhere, for a policy that wants just these. invalid_object about what doesn't fit.
[[nodiscard]] api::Result<std::vector<storage::NewZoneKey>> take_in_keys(KeyVault& vault,
                                                                         const storage::DnssecPolicyFields& policy,
                                                                         const std::vector<api::KeyImport>& imports,
                                                                         const Clock& clock);
inline constexpr int key_draws_max = 100;

/// A key that was just made, as the zone's others are read.
[[nodiscard]] storage::SealedZoneKey sealed_of(const storage::NewZoneKey& key, std::int64_t active_from, WallTime now);

/// The key set of the zone's keys in a phase of `roll`, or of none, with its signatures, and the states of the keys.
/// `foreign_dnskeys`: of other providers.
[[nodiscard]] dnssec::Result<storage::SigningChange> signing_change(KeyVault& vault, const SigningPlan& plan,
                                                                    const std::vector<storage::SealedZoneKey>& keys,
                                                                    const std::vector<dns::Rdata>& foreign_dnskeys,
                                                                    const std::optional<storage::KeyRoll>& roll,
                                                                    const Clock& clock);

}  // namespace minidns::central
