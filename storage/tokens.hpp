#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

enum class TokenRole { member, admin };

/// An API token as it is stored: never the token itself.
struct TokenRow {
  TokenId id;
  ProjectId project;
  TokenRole role;
  std::optional<std::string> description;
  WallTime created_at;
  std::optional<WallTime> expires_at;
  std::optional<WallTime> revoked_at;
};

/// SHA-256 of the token, which is 256 random bits: nothing to guess, so a fast hash is enough.
using TokenHash = std::array<std::uint8_t, 32>;

/// Calls block and throw what storage/postgres/errors.hpp has. Safe on any thread.
class Tokens {
 public:
  virtual ~Tokens() = default;
  virtual void add(const TokenRow& token, const TokenHash& hash) = 0;
  /// Nothing if there is none, or it is expired or revoked, by the database's clock.
  [[nodiscard]] virtual std::optional<TokenRow> find_valid(const TokenHash& hash) = 0;
  /// The next `limit` after `after` (nothing: from the start), by id, which is the order of creation.
  [[nodiscard]] virtual std::vector<TokenRow> list(const std::optional<TokenId>& after, std::size_t limit) = 0;
  /// False if there is none, or it was revoked before.
  [[nodiscard]] virtual bool revoke(const TokenId& id) = 0;
};

}  // namespace minidns::storage
