#include "central/token_authenticator.hpp"

#include "central/guard.hpp"
#include "central/token_hash.hpp"

#include <algorithm>

namespace minidns::central {
namespace {

api::Caller caller_of(const storage::TokenRow& row) {
  return {row.id, row.project, row.role == storage::TokenRole::admin ? api::Role::admin : api::Role::member};
}

}  // namespace

// The cache is keyed by the hash, not by the token: how long a look-up takes tells nothing about a token.
api::Result<std::optional<api::Caller>> TokenAuthenticator::authenticate(std::string_view token) {
  const auto hash = token_hash(token);
  if (auto caller = remembered(hash)) {
    return caller;
  }
  return guarded([&]() -> api::Result<std::optional<api::Caller>> {
    const auto row = tokens_.find_valid(hash);
    if (!row) {
      return std::optional<api::Caller>();
    }
    const auto caller = caller_of(*row);
    remember(hash, *row, caller);
    return std::optional(caller);
  });
}

std::optional<api::Caller> TokenAuthenticator::remembered(const storage::TokenHash& hash) {
  const std::scoped_lock lock(mutex_);
  const auto found = cache_.find(hash);
  if (found == cache_.end()) {
    return std::nullopt;
  }
  if (found->second.until <= clock_.steady()) {
    cache_.erase(found);
    return std::nullopt;
  }
  return found->second.caller;
}

void TokenAuthenticator::remember(const storage::TokenHash& hash, const storage::TokenRow& row,
                                  const api::Caller& caller) {
  auto time = std::chrono::duration_cast<SteadyTime::duration>(token_cache_time);
  if (row.expires_at) {
    time = std::min(time, std::chrono::duration_cast<SteadyTime::duration>(*row.expires_at - clock_.wall()));
  }
  const std::scoped_lock lock(mutex_);
  if (cache_.size() >= token_cache_max) {
    cache_.clear();
  }
  cache_.insert_or_assign(hash, Remembered{caller, clock_.steady() + time});
}

}  // namespace minidns::central
