#pragma once

#include "api/ports.hpp"
#include "base/clock.hpp"
#include "storage/tokens.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>

namespace minidns::central {

/// How long a token that was found valid isn't looked up again: so long a revoked one may still work.
inline constexpr std::chrono::seconds token_cache_time{10};
/// Tokens remembered; when there are more, all are forgotten and looked up again.
inline constexpr std::size_t token_cache_max = 10'000;

/// Tokens from the database, the valid ones remembered for a moment. Wrong ones are looked up each time: they cost an
/// index look-up of 256 random bits, and remembering them would let a stranger fill the memory. Safe on any thread.
class TokenAuthenticator final : public api::Authenticator {
 public:
  /// All must outlive this.
  TokenAuthenticator(storage::Tokens& tokens, const Clock& clock) : tokens_(tokens), clock_(clock) {}

  [[nodiscard]] api::Result<std::optional<api::Caller>> authenticate(std::string_view token) override;

 private:
  struct Remembered {
    api::Caller caller;
    SteadyTime until;
  };

  [[nodiscard]] std::optional<api::Caller> remembered(const storage::TokenHash& hash);
  void remember(const storage::TokenHash& hash, const storage::TokenRow& row, const api::Caller& caller);

  storage::Tokens& tokens_;
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  std::map<storage::TokenHash, Remembered> cache_;
};

}  // namespace minidns::central
