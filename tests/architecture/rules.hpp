#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace minidns::architecture {

/// A top-level folder and what its files may include of other top-level folders.
struct Room {
  std::string_view name;
  std::vector<std::string_view> may_include;
  bool needs_readme = true;
};

enum class Files { all, sources_only };  // sources_only: .cpp, so that users of the room don't see the library

/// Where a library's headers may be included: files whose path starts with this.
struct Door {
  std::string_view path_prefix;
  Files files = Files::all;
};

/// A third-party library, known by the start of its headers' names ("boost/asio" is <boost/asio.hpp> and
/// <boost/asio/…>).
struct Library {
  std::string_view header_prefix;
  std::vector<Door> doors;
};

[[nodiscard]] const std::vector<Room>& rooms();
[[nodiscard]] const std::vector<Library>& libraries();
/// Headers of the C++ standard library and of the system (C library, Linux), which every room may use.
[[nodiscard]] std::span<const std::string_view> system_headers();
/// Names of folders that say nothing about what is in them.
[[nodiscard]] std::span<const std::string_view> forbidden_folder_names();
/// Marks of unfinished work.
[[nodiscard]] std::span<const std::string_view> forbidden_marks();

inline constexpr std::size_t file_lines_max = 450;
inline constexpr std::size_t readme_lines_max = 60;

}  // namespace minidns::architecture
