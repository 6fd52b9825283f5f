#include "pool-manager/proof/signature_state.hpp"

#include <cstdint>

namespace minidns::pool {
namespace {

using std::chrono::seconds;

std::uint32_t seconds_of(WallTime time) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<seconds>(time.time_since_epoch()).count());
}

/// Of two times modulo 2^32.
seconds between(std::uint32_t from, std::uint32_t to) {
  return seconds(static_cast<std::int32_t>(to - from));
}

std::string in_words(seconds time) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(time).count();
  if (hours >= 24) {
    return std::to_string(hours / 24) + " d " + std::to_string(hours % 24) + " h";
  }
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
  return hours > 0 ? std::to_string(hours) + " h " + std::to_string(minutes % 60) + " min"
                   : std::to_string(minutes) + " min";
}

}  // namespace

bool is_fault(SignatureState::Kind kind) {
  return kind != SignatureState::Kind::good && kind != SignatureState::Kind::unsigned_zone;
}

std::string describe(const SignatureState& state) {
  const seconds left = state.remaining.value_or(seconds(0));
  switch (state.kind) {
    case SignatureState::Kind::good:
      return "signatures are good for " + in_words(left);
    case SignatureState::Kind::unsigned_zone:
      return "not signed";
    case SignatureState::Kind::expiring:
      return "signatures end in " + in_words(left);
    case SignatureState::Kind::expired:
      return "signatures have ended " + in_words(-left) + " ago";
    case SignatureState::Kind::not_yet_valid:
      return "signatures are not valid yet";
    case SignatureState::Kind::missing:
      return "the zone is signed, and the nameserver's answer has no signature";
  }
  return "unknown";
}

seconds remaining(const SignatureTimes& signature, WallTime now) {
  return between(seconds_of(now), signature.expiration_s);
}

SignatureState judge_signature(const std::optional<SignatureTimes>& signature, bool must_be_signed, WallTime now,
                               std::chrono::milliseconds margin) {
  if (!signature) {
    return {must_be_signed ? SignatureState::Kind::missing : SignatureState::Kind::unsigned_zone};
  }
  const seconds left = remaining(*signature, now);
  if (left < seconds(0)) {
    return {SignatureState::Kind::expired, left};
  }
  if (between(seconds_of(now), signature->inception_s) > inception_tolerance) {
    return {SignatureState::Kind::not_yet_valid, left};
  }
  return {left < margin ? SignatureState::Kind::expiring : SignatureState::Kind::good, left};
}

}  // namespace minidns::pool
