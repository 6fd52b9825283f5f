#include "pool-manager/sync/command_line.hpp"

namespace minidns::pool::sync {

CommandLine::CommandLine(const std::vector<std::string>& arguments, const std::set<std::string>& flags) {
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (!argument->starts_with("--")) {
      words_.push_back(*argument);
      continue;
    }
    const std::size_t equals = argument->find('=');
    const std::string option = argument->substr(2, equals == std::string::npos ? equals : equals - 2);
    std::string value;
    if (flags.contains(option)) {
      if (equals != std::string::npos) {
        throw UsageError("--" + option + " has no value");
      }
    } else if (equals != std::string::npos) {
      value = argument->substr(equals + 1);
    } else if (++argument == arguments.end()) {
      throw UsageError("--" + option + " needs a value");
    } else {
      value = *argument;
    }
    if (!options_.emplace(option, std::move(value)).second) {
      throw UsageError("--" + option + " is given twice");
    }
  }
}

std::optional<std::string> CommandLine::take_word() {
  if (words_.empty()) {
    return std::nullopt;
  }
  std::string word = words_.front();
  words_.erase(words_.begin());
  return word;
}

std::string CommandLine::take_argument(std::string_view name) {
  auto word = take_word();
  if (!word) {
    throw UsageError("missing argument " + std::string(name));
  }
  return *std::move(word);
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

bool CommandLine::flag(const std::string& option) {
  return optional(option).has_value();
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

}  // namespace minidns::pool::sync
