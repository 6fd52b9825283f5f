#include "central/guard.hpp"

namespace minidns::central {

// The clients get no words of libpq's: they may name hosts and users. The pool logs them.

api::Problem problem_of(const storage::postgres::Unavailable& /*failure*/) {
  return {api::ProblemType::unavailable, "The database can't be reached; nothing was done."};
}

api::Problem problem_of(const storage::postgres::CommitInDoubt& /*failure*/) {
  return {api::ProblemType::commit_in_doubt,
          "The connection to the database was lost while the change was committed: it may be done or not. Read before "
          "trying again."};
}

}  // namespace minidns::central
