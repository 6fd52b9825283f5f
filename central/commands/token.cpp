#include "base/config_units.hpp"
#include "base/digest.hpp"
#include "base/random.hpp"
#include "central/commands/commands.hpp"
#include "central/commands/database.hpp"
#include "central/time_text.hpp"
#include "central/token_hash.hpp"
#include "storage/postgres/tokens.hpp"

#include <iostream>

namespace minidns::central {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t page_size = 1000;
constexpr std::size_t project_length_max = 255;
constexpr auto expires_min = std::chrono::milliseconds(1min);
constexpr auto expires_max = std::chrono::milliseconds(std::chrono::hours(24 * 3650));

storage::TokenRole role_of(const std::string& text) {
  if (text == "member") {
    return storage::TokenRole::member;
  }
  if (text == "admin") {
    return storage::TokenRole::admin;
  }
  throw UsageError("--role must be member or admin");
}

ProjectId project_of(const std::string& text) {
  if (text.empty() || text.size() > project_length_max) {
    throw UsageError("--project must have 1 to 255 characters");
  }
  return ProjectId(text);
}

std::optional<WallTime> expiry_of(const std::optional<std::string>& text, const Clock& clock) {
  if (!text) {
    return std::nullopt;
  }
  const auto duration = config_units::parse_duration(*text);
  if (!duration || *duration < expires_min || *duration > expires_max) {
    throw UsageError("--expires must be a time like 12h or 30d, from 1m to 3650d");
  }
  return clock.wall() + *duration;
}

std::string state_of(const storage::TokenRow& token) {
  if (token.revoked_at) {
    return "revoked " + to_text(*token.revoked_at);
  }
  return token.expires_at ? "expires " + to_text(*token.expires_at) : "valid";
}

}  // namespace

void run_token_create(CommandLine& line, const Settings& settings, const Clock& clock) {
  const auto now = clock.wall();
  storage::TokenRow row{.id = TokenId(Uuid::version7(now)),
                        .project = project_of(line.required("project")),
                        .role = role_of(line.required("role")),
                        .description = line.optional("description"),
                        .created_at = now,
                        .expires_at = expiry_of(line.optional("expires"), clock),
                        .revoked_at = std::nullopt};
  line.finish();
  const auto token = to_hex(random_bytes(32));
  auto pool = command_pool(settings);
  storage::postgres::PostgresTokens(pool).add(row, token_hash(token));
  std::cout << "token " << row.id.to_string() << " of project " << row.project.text() << ", shown only now:\n"
            << token << std::endl;
}

void run_token_list(CommandLine& line, const Settings& settings) {
  line.finish();
  auto pool = command_pool(settings);
  storage::postgres::PostgresTokens tokens(pool);
  std::optional<TokenId> last;
  while (true) {
    const auto page = tokens.list(last, page_size);
    for (const auto& token : page) {
      std::cout << token.id.to_string() << "  " << (token.role == storage::TokenRole::admin ? "admin " : "member")
                << "  " << token.project.text() << "  " << state_of(token) << "  " << token.description.value_or("")
                << "\n";
    }
    if (page.size() < page_size) {
      break;
    }
    last = page.back().id;
  }
  std::cout.flush();
}

void run_token_revoke(CommandLine& line, const Settings& settings) {
  const auto id = TokenId::parse(line.take_argument("ID"));
  line.finish();
  if (!id) {
    throw UsageError("the token's ID is a UUID, see `token list`");
  }
  auto pool = command_pool(settings);
  if (!storage::postgres::PostgresTokens(pool).revoke(*id)) {
    throw std::runtime_error("no such token, or revoked before");
  }
}

}  // namespace minidns::central
