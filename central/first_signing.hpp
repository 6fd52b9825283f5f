#pragma once

#include "api/problem.hpp"
#include "base/clock.hpp"
#include "central/key_vault.hpp"
#include "central/zone_signing.hpp"
#include "dns/name.hpp"
#include "dns/ttl.hpp"
#include "storage/dnssec_policies.hpp"
#include "storage/signing_refresh.hpp"
#include "storage/zone_edit.hpp"

#include <vector>

namespace minidns::central {

/// What a zone is signed with for the first time. Safe on any thread.
class FirstSigning {
 public:
  /// All must outlive this.
  FirstSigning(KeyVault& vault, storage::SigningRefresh& refresh, const Clock& clock)
      : vault_(vault), refresh_(refresh), clock_(clock) {}

  /// invalid_operation where nothing can be signed by the policy now: there is no store for its KSK, or the database's
  /// clock leapt.
  [[nodiscard]] api::Result<void> check(const storage::DnssecPolicyFields& policy) const;

  /// Whether the parent may have the DS of the keys.
  enum class Origin { here, elsewhere };
  /// For a zone that is there, or is made now.
  [[nodiscard]] dnssec::Result<storage::SigningChange> with(const SigningPlan& plan,
                                                            const std::vector<storage::NewZoneKey>& keys, Origin origin,
                                                            WallTime now) const;

  /// For a zone that is made now, with the RRsets' largest TTL: with new keys. invalid_object about `ttl`.
  [[nodiscard]] api::Result<storage::SigningChange> of_new_zone(const dns::Name& name,
                                                                const storage::DnssecPolicyRecord& policy,
                                                                dns::Ttl ttl_max, WallTime now) const;

 private:
  KeyVault& vault_;
  storage::SigningRefresh& refresh_;
  const Clock& clock_;
};

/// A refusal that a client can do something about; throws for what is central's own trouble with a key.
[[nodiscard]] api::Problem problem_of(const dnssec::Error& error);

}  // namespace minidns::central
