#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::architecture {

/// A file of the repository; `path` is relative to its root.
struct SourceFile {
  std::string path;
  std::string text;
};

/// What is wrong, for a person: `dns/name.hpp:3: must not include <ldns/ldns.h> …`.
using Findings = std::vector<std::string>;

using FileExists = std::function<bool(std::string_view path)>;

/// Every include: rooms that may not be used, libraries outside their doors, headers that nobody listed, paths that are
/// not from the root, files that nobody includes (.cpp).
[[nodiscard]] Findings check_includes(const SourceFile& file, const FileExists& exists);
/// The top folder is a listed room and no folder has a name that says nothing.
[[nodiscard]] Findings check_location(const SourceFile& file);
/// A header has `#pragma once`.
[[nodiscard]] Findings check_include_guard(const SourceFile& file);
[[nodiscard]] Findings check_length(const SourceFile& file, std::size_t lines_max);
[[nodiscard]] Findings check_marks(const SourceFile& file);
/// No globs in CMake: a file belongs to a target because somebody wrote it there.
[[nodiscard]] Findings check_cmake(const SourceFile& file);
/// No coroutine or thread without an owner: `detached` and `.detach()`.
[[nodiscard]] Findings check_ownership(const SourceFile& file);
/// No temporary closure with captures by value inside a co_await expression: gcc 12 destroys it twice. A co_await
/// inside such a closure's own body is none.
[[nodiscard]] Findings check_awaited_closures(const SourceFile& file);
/// No co_await as a branch of `?:`: gcc 12 destroys what it gave twice.
[[nodiscard]] Findings check_awaited_choices(const SourceFile& file);

[[nodiscard]] bool is_header(std::string_view path);
[[nodiscard]] bool is_cpp(std::string_view path);  // header or source

}  // namespace minidns::architecture
