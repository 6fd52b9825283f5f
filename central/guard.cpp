#include "central/guard.hpp"

namespace minidns::central {
namespace {

constexpr const char* query_cancelled = "57014";

}  // namespace

api::Problem problem_of(const storage::postgres::Unavailable& /*failure*/) {
  return {api::ProblemType::unavailable, "The database can't be reached; nothing was done."};
}

api::Problem problem_of(const storage::postgres::CommitInDoubt& /*failure*/) {
  return {api::ProblemType::commit_in_doubt,
          "The connection to the database was lost while the change was committed: it may be done or not. Read before "
          "trying again."};
}

std::optional<api::Problem> problem_of(const storage::postgres::StatementError& failure) {
  if (failure.is_transient()) {
    return api::Problem{api::ProblemType::unavailable, "The change collided with another one; try again."};
  }
  if (failure.sqlstate() == query_cancelled) {
    return api::Problem{api::ProblemType::unavailable, "The database ended the statement; nothing was done."};
  }
  return std::nullopt;
}

}  // namespace minidns::central
