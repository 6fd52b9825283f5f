#include "storage/postgres/tokens.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* insert_token =
    "insert into tokens (id, hash, project_id, role, description, expires_at) values ($1, $2, $3, $4, $5, $6)";

constexpr const char* select_valid =
    "select id, project_id, role, description, created_at, expires_at, revoked_at from tokens"
    " where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())";

constexpr const char* select_page =
    "select id, project_id, role, description, created_at, expires_at, revoked_at from tokens"
    " where $1::uuid is null or id > $1 order by id limit $2";

constexpr const char* update_revoked = "update tokens set revoked_at = now() where id = $1 and revoked_at is null";

TokenRow token_of(const Rows& rows, std::size_t row) {
  return {TokenId(rows.uuid(row, 0)),
          ProjectId(rows.text(row, 1)),
          rows.text(row, 2) == "admin" ? TokenRole::admin : TokenRole::member,  // the column's CHECK has these two
          rows.optional_text(row, 3),
          rows.timestamp(row, 4),
          rows.optional_timestamp(row, 5),
          rows.optional_timestamp(row, 6)};
}

}  // namespace

void PostgresTokens::add(const TokenRow& token, const TokenHash& hash) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  connection->execute(insert_token,
                      {token.id.uuid(), ByteView(hash), token.project.text(),
                       token.role == TokenRole::admin ? "admin" : "member", token.description, token.expires_at});
  transaction.commit();
}

std::optional<TokenRow> PostgresTokens::find_valid(const TokenHash& hash) {
  const auto rows = pool_.acquire()->execute(select_valid, {ByteView(hash)});
  return rows.empty() ? std::nullopt : std::optional(token_of(rows, 0));
}

std::vector<TokenRow> PostgresTokens::list(const std::optional<TokenId>& after, std::size_t limit) {
  const auto marker = after ? Param(after->uuid()) : Param(nullptr);
  const auto rows = pool_.acquire()->execute(select_page, {marker, static_cast<std::int64_t>(limit)});
  std::vector<TokenRow> tokens;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    tokens.push_back(token_of(rows, row));
  }
  return tokens;
}

bool PostgresTokens::revoke(const TokenId& id) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto rows = connection->execute(update_revoked, {id.uuid()});
  transaction.commit();
  return rows.affected() > 0;
}

}  // namespace minidns::storage::postgres
