#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::central {

/// The command line doesn't make sense; says why.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `central WORD… [--option VALUE]…`: options may stand anywhere. Every getter marks its option as known; `finish`
/// refuses the others.
class CommandLine {
 public:
  /// Without the program's name. Throws UsageError.
  explicit CommandLine(const std::vector<std::string>& arguments);

  /// Whether the words are these, and takes them off.
  [[nodiscard]] bool take(std::initializer_list<std::string_view> words);
  /// The next word, which the usage calls `name`.
  [[nodiscard]] std::string take_argument(std::string_view name);
  [[nodiscard]] std::string required(const std::string& option);
  [[nodiscard]] std::optional<std::string> optional(const std::string& option);
  /// Throws UsageError for words or options that are left.
  void finish() const;

 private:
  std::vector<std::string> words_;
  std::map<std::string, std::string> options_;
  std::set<std::string> known_;
};

}  // namespace minidns::central
