#pragma once

#include <stdexcept>
#include <string>

namespace minidns::storage::postgres {

/// The database can't be reached, or went away in the middle of something that surely did not commit.
class Unavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The connection was lost, or the deadline passed, while COMMIT was under way: done or not, nobody knows (DESIGN.md
/// invariant 4). Also for a commit that a synchronous standby did not confirm.
class CommitInDoubt : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server refused a statement. `sqlstate` has 5 characters, `constraint` is the name of a violated one.
class StatementError : public std::runtime_error {
 public:
  StatementError(std::string message, std::string sqlstate, std::string constraint);
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  [[nodiscard]] const std::string& constraint() const { return constraint_; }

  [[nodiscard]] bool is_unique_violation() const { return sqlstate_ == "23505"; }
  [[nodiscard]] bool is_foreign_key_violation() const { return sqlstate_ == "23503"; }
  /// Serialization failure or deadlock: the same transaction may succeed when tried again.
  [[nodiscard]] bool is_transient() const { return sqlstate_ == "40001" || sqlstate_ == "40P01"; }

 private:
  std::string sqlstate_;
  std::string constraint_;
};

}  // namespace minidns::storage::postgres
