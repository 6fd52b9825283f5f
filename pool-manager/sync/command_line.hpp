#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::pool::sync {

/// The command line doesn't make sense; says why.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `minidns WORD… [--option VALUE | --flag]…`: options may stand anywhere, also as `--option=VALUE`. Every getter marks
/// its option as known; `finish` refuses the others.
class CommandLine {
 public:
  /// Without the program's name; `flags` are the options that have no value. Throws UsageError.
  CommandLine(const std::vector<std::string>& arguments, const std::set<std::string>& flags);

  /// The next word, if there is one.
  [[nodiscard]] std::optional<std::string> take_word();
  /// The next word, which the usage calls `name`. Throws UsageError.
  [[nodiscard]] std::string take_argument(std::string_view name);
  [[nodiscard]] std::string required(const std::string& option);
  [[nodiscard]] std::optional<std::string> optional(const std::string& option);
  [[nodiscard]] bool flag(const std::string& option);
  /// Throws UsageError for words or options that are left.
  void finish() const;

 private:
  std::vector<std::string> words_;
  std::map<std::string, std::string> options_;  ///< flags with an empty value
  std::set<std::string> known_;
};

}  // namespace minidns::pool::sync
