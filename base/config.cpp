#include "base/config.hpp"

#include "base/config_units.hpp"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <map>

namespace minidns {
namespace {

/// A configuration is written by a person; more than this is another file given by mistake.
constexpr std::size_t file_octets_max = 1U << 20U;

struct Entry {
  YAML::Node value;
  int line;  // from 1
  bool asked_for = false;
};

int line_of(const YAML::Node& node) {
  return node.Mark().line + 1;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw ConfigError(path + ": cannot be opened");
  }
  std::string text(file_octets_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) {
    throw ConfigError(path + ": cannot be read");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > file_octets_max) {
    throw ConfigError(path + ": is longer than 1 MiB");
  }
  return text;
}

void add_values(const YAML::Node& node, const std::string& path, ConfigValues& values) {
  if (node.IsMap()) {
    for (const auto& pair : node) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
      add_values(pair.second, path.empty() ? key : path + "." + key, values);
    }
  } else if (node.IsSequence()) {
    std::size_t index = 0;
    for (const auto& item : node) {
      add_values(item, path + "[" + std::to_string(index++) + "]", values);
    }
  } else {
    values.emplace(path, node.IsScalar() ? node.Scalar() : std::string());
  }
}

}  // namespace

struct ConfigMap::State {
  State(std::string o, std::string p, int l) : origin(std::move(o)), path(std::move(p)), line(l) {}

  [[noreturn]] void fail(int at_line, const std::string& at_path, std::string_view reason) const;
  [[noreturn]] void fail_key(std::string_view key, std::string_view reason) const;
  [[nodiscard]] std::string path_of(std::string_view key) const;

  void fill(const YAML::Node& node);
  void check_all_asked_for() const;

  /// Marks the key as known; null if it is absent.
  [[nodiscard]] const YAML::Node* find(std::string_view key);
  /// The text of a scalar; nothing if the key is absent.
  [[nodiscard]] std::optional<std::string> scalar(std::string_view key);
  [[nodiscard]] std::shared_ptr<State> child(const YAML::Node& node, std::string child_path);

  std::string origin;
  std::string path;  // of this mapping, "" for the whole file
  int line;
  std::map<std::string, Entry, std::less<>> entries;
  std::vector<std::shared_ptr<State>> children;
};

void ConfigMap::State::fail(int at_line, const std::string& at_path, std::string_view reason) const {
  std::string message = origin + ":" + std::to_string(at_line) + ": ";
  if (!at_path.empty()) {
    message.append(at_path).append(": ");
  }
  throw ConfigError(message.append(reason));
}

void ConfigMap::State::fail_key(std::string_view key, std::string_view reason) const {
  const auto found = entries.find(key);
  fail(found == entries.end() ? line : found->second.line, path_of(key), reason);
}

std::string ConfigMap::State::path_of(std::string_view key) const {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

void ConfigMap::State::fill(const YAML::Node& node) {
  if (!node.IsMap()) {
    fail(line_of(node), path, "must be a mapping (key: value)");
  }
  for (const auto& pair : node) {
    const int key_line = line_of(pair.first);
    if (!pair.first.IsScalar()) {
      fail(key_line, path, "a key must be a plain word");
    }
    const std::string key = pair.first.Scalar();
    if (!entries.emplace(key, Entry{pair.second, key_line}).second) {
      fail(key_line, path_of(key), "stands here twice");
    }
  }
}

void ConfigMap::State::check_all_asked_for() const {
  for (const auto& [key, entry] : entries) {
    if (!entry.asked_for) {
      fail(entry.line, path_of(key), "unknown key");
    }
  }
  for (const auto& below : children) {
    below->check_all_asked_for();
  }
}

const YAML::Node* ConfigMap::State::find(std::string_view key) {
  const auto found = entries.find(key);
  if (found == entries.end()) {
    return nullptr;
  }
  found->second.asked_for = true;
  if (found->second.value.IsNull()) {
    fail_key(key, "has no value");
  }
  return &found->second.value;
}

std::optional<std::string> ConfigMap::State::scalar(std::string_view key) {
  const YAML::Node* const node = find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (!node->IsScalar()) {
    fail_key(key, "must be a single value");
  }
  return node->Scalar();
}

std::shared_ptr<ConfigMap::State> ConfigMap::State::child(const YAML::Node& node, std::string child_path) {
  auto below = std::make_shared<State>(origin, std::move(child_path), line_of(node));
  below->fill(node);
  children.push_back(below);
  return below;
}

ConfigMap::ConfigMap(std::shared_ptr<State> state) : state_(std::move(state)) {}
ConfigMap::ConfigMap(ConfigMap&&) noexcept = default;
ConfigMap& ConfigMap::operator=(ConfigMap&&) noexcept = default;
ConfigMap::~ConfigMap() = default;

ConfigMap ConfigMap::load(const std::string& path) {
  return parse(read_file(path), path);
}

ConfigMap ConfigMap::parse(std::string_view yaml, std::string origin) {
  auto state = std::make_shared<State>(std::move(origin), "", 1);
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(std::string(yaml));
  } catch (const YAML::Exception& error) {
    state->fail(error.mark.line + 1, "", error.msg);
  }
  if (documents.size() != 1) {
    state->fail(1, "", "must hold one YAML document");
  }
  state->fill(documents.front());
  return ConfigMap(std::move(state));
}

bool ConfigMap::has(std::string_view key) const {
  return state_->entries.contains(key);
}

ConfigValues ConfigMap::values() const {
  ConfigValues values;
  for (const auto& [key, entry] : state_->entries) {
    add_values(entry.value, state_->path_of(key), values);
  }
  return values;
}

std::string ConfigMap::string(std::string_view key) {
  auto text = state_->scalar(key);
  if (!text) {
    state_->fail_key(key, "is missing");
  }
  return std::move(*text);
}

std::string ConfigMap::string(std::string_view key, std::string_view fallback) {
  auto text = state_->scalar(key);
  return text ? std::move(*text) : std::string(fallback);
}

std::int64_t ConfigMap::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const std::string text = string(key);
  const auto value = config_units::parse_integer(text);
  if (!value) {
    state_->fail_key(key, "'" + text + "' is not a whole number");
  }
  if (*value < min || *value > max) {
    state_->fail_key(key, text + " is not in " + std::to_string(min) + ".." + std::to_string(max));
  }
  return *value;
}

std::int64_t ConfigMap::integer(std::string_view key, std::int64_t min, std::int64_t max, std::int64_t fallback) {
  return has(key) ? integer(key, min, max) : fallback;
}

bool ConfigMap::boolean(std::string_view key, bool fallback) {
  const auto text = state_->scalar(key);
  if (!text) {
    return fallback;
  }
  // YAML 1.2's two words; 1.1's yes and on are refused rather than guessed at.
  if (*text != "true" && *text != "false") {
    state_->fail_key(key, "'" + *text + "' is neither true nor false");
  }
  return *text == "true";
}

std::chrono::milliseconds ConfigMap::duration(std::string_view key, std::chrono::milliseconds min,
                                              std::chrono::milliseconds max, std::chrono::milliseconds fallback) {
  const auto text = state_->scalar(key);
  if (!text) {
    return fallback;
  }
  const auto value = config_units::parse_duration(*text);
  if (!value) {
    state_->fail_key(key, "'" + *text + "' is not a duration such as 250ms, 10s, 5m, 2h, 7d");
  }
  if (*value < min || *value > max) {
    state_->fail_key(key, *text + " is not in " + config_units::to_text(min) + ".." + config_units::to_text(max));
  }
  return *value;
}

std::uint64_t ConfigMap::octets(std::string_view key, std::uint64_t min, std::uint64_t max, std::uint64_t fallback) {
  const auto text = state_->scalar(key);
  if (!text) {
    return fallback;
  }
  const auto value = config_units::parse_octets(*text);
  if (!value) {
    state_->fail_key(key, "'" + *text + "' is not a number of octets such as 512, 64KiB, 1GiB");
  }
  if (*value < min || *value > max) {
    state_->fail_key(
        key, *text + " is not in " + config_units::octets_to_text(min) + ".." + config_units::octets_to_text(max));
  }
  return *value;
}

std::vector<std::string> ConfigMap::strings(std::string_view key) {
  std::vector<std::string> values;
  const YAML::Node* const node = state_->find(key);
  if (node == nullptr) {
    return values;
  }
  if (!node->IsSequence()) {
    state_->fail_key(key, "must be a sequence");
  }
  for (const auto& item : *node) {
    if (!item.IsScalar()) {
      state_->fail(line_of(item), state_->path_of(key), "every item must be a single value");
    }
    values.push_back(item.Scalar());
  }
  return values;
}

ConfigMap ConfigMap::map(std::string_view key) {
  const YAML::Node* const node = state_->find(key);
  if (node == nullptr) {
    return ConfigMap(std::make_shared<State>(state_->origin, state_->path_of(key), state_->line));
  }
  return ConfigMap(state_->child(*node, state_->path_of(key)));
}

std::vector<ConfigMap> ConfigMap::maps(std::string_view key) {
  std::vector<ConfigMap> values;
  const YAML::Node* const node = state_->find(key);
  if (node == nullptr) {
    return values;
  }
  if (!node->IsSequence()) {
    state_->fail_key(key, "must be a sequence of mappings");
  }
  for (const auto& item : *node) {
    const std::string item_path = state_->path_of(key) + "[" + std::to_string(values.size()) + "]";
    values.push_back(ConfigMap(state_->child(item, item_path)));
  }
  return values;
}

void ConfigMap::reject(std::string_view key, std::string_view reason) const {
  state_->fail_key(key, reason);
}

void ConfigMap::finish() const {
  state_->check_all_asked_for();
}

}  // namespace minidns
