#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minidns {

/// What is wrong with a configuration file, for a person: `mdns.yaml:12: listen.port: 70000 is not in 1..65535`.
class ConfigError : public std::exception {
 public:
  explicit ConfigError(std::string message) : message_(std::move(message)) {}
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Every value of a mapping by its path, `listen[0].port` say: to find what changed between two readings.
using ConfigValues = std::map<std::string, std::string>;

/// A mapping of a YAML file that is being read. Every getter marks its key as known; `finish` throws for the keys that
/// nobody asked for, with their line. All getters throw ConfigError with file, line, path and reason. Duplicate keys,
/// keys that are no scalars and keys without a value are errors. Not for several threads at once.
///
///     auto root = ConfigMap::load("mdns.yaml");
///     auto listen = root.map("listen");
///     const auto port = listen.integer("port", 1, 65535, 5300);
///     listen.finish();
///     root.finish();
class ConfigMap {
 public:
  /// Reads a file of at most 1 MiB; throws ConfigError if it can't be read or is no YAML mapping.
  [[nodiscard]] static ConfigMap load(const std::string& path);
  /// For tests; `origin` stands for the file's name in messages.
  [[nodiscard]] static ConfigMap parse(std::string_view yaml, std::string origin);

  ConfigMap(ConfigMap&&) noexcept;
  ConfigMap& operator=(ConfigMap&&) noexcept;
  ~ConfigMap();

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] ConfigValues values() const;

  [[nodiscard]] std::string string(std::string_view key);
  [[nodiscard]] std::string string(std::string_view key, std::string_view fallback);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max, std::int64_t fallback);
  [[nodiscard]] bool boolean(std::string_view key, bool fallback);
  /// A number with a unit: 250ms, 10s, 5m, 2h, 7d.
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds min,
                                                   std::chrono::milliseconds max, std::chrono::milliseconds fallback);
  /// A number of octets with an optional unit: 512, 64KiB, 1GiB.
  [[nodiscard]] std::uint64_t octets(std::string_view key, std::uint64_t min, std::uint64_t max,
                                     std::uint64_t fallback);
  /// A sequence of strings; empty if the key is absent.
  [[nodiscard]] std::vector<std::string> strings(std::string_view key);
  /// A nested mapping; an empty one if the key is absent.
  [[nodiscard]] ConfigMap map(std::string_view key);
  /// A sequence of mappings; empty if the key is absent.
  [[nodiscard]] std::vector<ConfigMap> maps(std::string_view key);

  /// Throws ConfigError for a value that parsed but means nothing, with the key's line.
  [[noreturn]] void reject(std::string_view key, std::string_view reason) const;
  /// Throws ConfigError if this mapping, or one below it that was asked for, holds a key that no getter asked for.
  void finish() const;

 private:
  struct State;
  explicit ConfigMap(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // shared with the mapping above, whose `finish` looks into it
};

}  // namespace minidns
