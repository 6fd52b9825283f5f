#pragma once

#include "api/problem.hpp"
#include "api/zone.hpp"
#include "base/address_policy.hpp"
#include "base/ids.hpp"
#include "base/secret_store.hpp"
#include "storage/inbound.hpp"
#include "storage/zone_reader.hpp"

#include <vector>

namespace minidns::central {

/// What may be said of a zone whose primary is the customer's own server. Safe on any thread.
class SecondaryRules {
 public:
  /// `box` must outlive this.
  SecondaryRules(AddressPolicy policy, const SecretStore& box) : policy_(std::move(policy)), box_(box) {}

  /// At least one; each an address that the policy permits, and none where one of our own programs or nameservers
  /// serves: a zone that is transferred in a circle would never expire.
  [[nodiscard]] api::Result<void> check_masters(const std::vector<api::SocketAddress>& masters,
                                                const std::vector<storage::PrimaryEndpoint>& own) const;
  [[nodiscard]] storage::InboundKey seal(const ZoneId& zone, const api::MastersKey& key) const;

 private:
  AddressPolicy policy_;
  const SecretStore& box_;
};

}  // namespace minidns::central
