#pragma once

#include "base/secret_store.hpp"
#include "dnssec/zone/digest.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace minidns::dnssec {

/// The key of a deployment's digests, and what tells digests apart that were made with another one.
struct DeploymentDigestKey {
  DigestKey key;
  std::array<std::uint8_t, 4> id;
};

/// Derived of the deployment's data key, so that all programs with that secret store have the same. Nothing as long as
/// there is no data key to be had: the database is away, or central never ran. May block for the database.
[[nodiscard]] std::optional<DeploymentDigestKey> digest_key_of(const SecretStore& secrets);

}  // namespace minidns::dnssec
