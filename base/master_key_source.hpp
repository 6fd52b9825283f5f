#pragma once

#include "base/master_keys.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace minidns {

/// Where a master key is: 64 hexadecimal digits and an optional newline, in one of three places.
struct MasterKeySource {
  /// Refused if others may read it.
  struct File {
    std::string path;
    friend bool operator==(const File&, const File&) = default;
  };
  /// An environment variable, which who can look into the process can read.
  struct Environment {
    std::string name;
    friend bool operator==(const Environment&, const Environment&) = default;
  };
  /// What a program writes to its standard output; `argv[0]` is an absolute path.
  struct Command {
    std::vector<std::string> argv;
    friend bool operator==(const Command&, const Command&) = default;
  };
  std::variant<File, Environment, Command> place;

  /// `file:PATH`, `env:NAME` or `command:PATH ARGUMENT…`, whose words are parted by single spaces. Nothing for anything
  /// else.
  [[nodiscard]] static std::optional<MasterKeySource> parse(std::string_view text);

  friend bool operator==(const MasterKeySource&, const MasterKeySource&) = default;

  static constexpr std::size_t argv_max = 64;
  /// For a command: one that asks a key service over the network.
  static constexpr std::chrono::milliseconds command_time_max{10'000};
};

/// In the form that `parse` reads, without a command's arguments.
[[nodiscard]] std::string to_text(const MasterKeySource& source);

/// `bad_master_key`: in words, with the place, and never with what was found there.
[[nodiscard]] Result<SecretBox, SecretError> read_master_key(const MasterKeySource& source);
/// All of them; an error if one can't be read.
[[nodiscard]] Result<MasterKeys, SecretError> read_master_keys(const std::vector<MasterKeySource>& sources);

}  // namespace minidns
