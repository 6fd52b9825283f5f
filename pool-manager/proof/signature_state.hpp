#pragma once

#include "base/clock.hpp"
#include "pool-manager/drivers/soa_answer.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace minidns::pool {

/// What the signature of a zone's SOA says of the zone.
struct SignatureState {
  enum class Kind {
    good,
    unsigned_zone,  ///< there is none, and there needn't be
    expiring,       ///< ends within the margin
    expired,
    not_yet_valid,
    missing  ///< the zone is signed, and the nameserver answers without
  };
  Kind kind;
  std::optional<std::chrono::seconds> remaining = std::nullopt;  ///< until it ends; negative: it has ended
};

[[nodiscard]] bool is_fault(SignatureState::Kind kind);
/// For a person: `signatures end in 2 d 3 h`.
[[nodiscard]] std::string describe(const SignatureState& state);

/// `must_be_signed`: the version that was seen is a signed one. Times are compared as RFC 4034 §3.1.5 says. Pure.
[[nodiscard]] SignatureState judge_signature(const std::optional<SignatureTimes>& signature, bool must_be_signed,
                                             WallTime now, std::chrono::milliseconds margin);

/// The time until a signature ends, if it isn't further away than 68 years.
[[nodiscard]] std::chrono::seconds remaining(const SignatureTimes& signature, WallTime now);

/// Clocks of a signer and of this program may differ by so much.
inline constexpr std::chrono::minutes inception_tolerance{5};

}  // namespace minidns::pool
