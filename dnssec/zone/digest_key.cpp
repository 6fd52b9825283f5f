#include "dnssec/zone/digest_key.hpp"

#include <algorithm>
#include <string_view>

namespace minidns::dnssec {
namespace {

/// Another way to make digests gets another purpose, so that two releases side by side don't compare them.
constexpr std::string_view digest_purpose = "minidns zone digest 1";
constexpr std::string_view key_id_purpose = "minidns zone digest 1, key id";

}  // namespace

std::optional<DeploymentDigestKey> digest_key_of(const SecretStore& secrets) {
  const auto secret = secrets.derive(digest_purpose);
  const auto id = secrets.derive(key_id_purpose);
  if (!secret || !id) {
    return std::nullopt;
  }
  DeploymentDigestKey keyed{DigestKey::from_secret(*secret).value(), {}};
  std::copy_n(id->reveal().begin(), keyed.id.size(), keyed.id.begin());
  return keyed;
}

}  // namespace minidns::dnssec
