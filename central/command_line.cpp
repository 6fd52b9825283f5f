#include "central/command_line.hpp"

#include <algorithm>

namespace minidns::central {

CommandLine::CommandLine(const std::vector<std::string>& arguments) {
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (!argument->starts_with("--")) {
      words_.push_back(*argument);
      continue;
    }
    const auto option = argument->substr(2);
    if (++argument == arguments.end()) {
      throw UsageError("--" + option + " needs a value");
    }
    if (!options_.emplace(option, *argument).second) {
      throw UsageError("--" + option + " is given twice");
    }
  }
}

bool CommandLine::take(std::initializer_list<std::string_view> words) {
  if (words_.size() < words.size() || !std::equal(words.begin(), words.end(), words_.begin())) {
    return false;
  }
  words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(words.size()));
  return true;
}

std::string CommandLine::take_argument(std::string_view name) {
  if (words_.empty()) {
    throw UsageError("missing argument " + std::string(name));
  }
  const auto word = words_.front();
  words_.erase(words_.begin());
  return word;
}

std::string CommandLine::required(const std::string& option) {
  const auto value = optional(option);
  if (!value) {
    throw UsageError("--" + option + " is required");
  }
  return *value;
}

std::optional<std::string> CommandLine::optional(const std::string& option) {
  known_.insert(option);
  const auto found = options_.find(option);
  return found == options_.end() ? std::nullopt : std::optional(found->second);
}

void CommandLine::finish() const {
  if (!words_.empty()) {
    throw UsageError("unexpected argument " + words_.front());
  }
  for (const auto& [option, value] : options_) {
    if (!known_.contains(option)) {
      throw UsageError("unknown option --" + option);
    }
  }
}

}  // namespace minidns::central
