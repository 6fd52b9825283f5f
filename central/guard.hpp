#pragma once

#include "api/problem.hpp"
#include "storage/postgres/errors.hpp"

#include <functional>
#include <optional>

namespace minidns::central {

/// What a refused statement means to the client; nothing if it means a bug.
using OnStatementError = std::function<std::optional<api::Problem>(const storage::postgres::StatementError&)>;

/// The problem that a client is told when the database fails. It gets no words of libpq's: they may name hosts.
[[nodiscard]] api::Problem problem_of(const storage::postgres::Unavailable& failure);
[[nodiscard]] api::Problem problem_of(const storage::postgres::CommitInDoubt& failure);
/// Nothing if the statement can't pass when it is tried again.
[[nodiscard]] std::optional<api::Problem> problem_of(const storage::postgres::StatementError& failure);

/// Two transactions that lock in different orders end in one being told to try again; this often is enough.
inline constexpr int attempts_max = 3;

/// Runs one use case of a port, which is one transaction and gives an api::Result: what the database throws becomes a
/// value (STYLE.md, Errors). A collision with another transaction is tried again. A StatementError that means nothing
/// to the client is a bug and goes on up.
template <class Work>
auto guarded(Work work, const OnStatementError& on_statement_error = {}) -> decltype(work()) {
  for (int attempt = 1;; ++attempt) {
    try {
      return work();
    } catch (const storage::postgres::Unavailable& failure) {
      return problem_of(failure);
    } catch (const storage::postgres::CommitInDoubt& failure) {
      return problem_of(failure);
    } catch (const storage::postgres::StatementError& failure) {
      if (failure.is_transient() && attempt < attempts_max) {
        continue;
      }
      if (const auto problem = problem_of(failure)) {
        return *problem;
      }
      const auto meaning = on_statement_error ? on_statement_error(failure) : std::nullopt;
      if (!meaning) {
        throw;
      }
      return *meaning;
    }
  }
}

}  // namespace minidns::central
