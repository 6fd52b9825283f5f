#pragma once

#include "api/problem.hpp"
#include "storage/postgres/errors.hpp"

namespace minidns::central {

/// The problem that a client is told when the database fails.
[[nodiscard]] api::Problem problem_of(const storage::postgres::Unavailable& failure);
[[nodiscard]] api::Problem problem_of(const storage::postgres::CommitInDoubt& failure);

/// Runs one use case of a port: what the database throws becomes a value (STYLE.md, Errors). A StatementError that may
/// pass when tried again is `unavailable`; another one is a bug and goes on up.
template <class Work>
auto guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const storage::postgres::Unavailable& failure) {
    return problem_of(failure);
  } catch (const storage::postgres::CommitInDoubt& failure) {
    return problem_of(failure);
  } catch (const storage::postgres::StatementError& failure) {
    if (failure.is_transient()) {
      return api::Problem{api::ProblemType::unavailable, "The change collided with another one; try again."};
    }
    throw;
  }
}

}  // namespace minidns::central
