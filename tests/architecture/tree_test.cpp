// The rules of DESIGN.md §2 and STYLE.md on the tree itself.
#include "tests/architecture/checks.hpp"
#include "tests/architecture/rules.hpp"
#include "tests/architecture/source_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace minidns::architecture {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_source_tree(MINIDNS_SOURCE_DIR);
  return files;
}

/// Written by us, line by line: everything but prose and the licence.
bool is_code(const SourceFile& file) {
  constexpr std::string_view endings[] = {".cpp", ".hpp", ".h", ".sql", ".cmake", "CMakeLists.txt", ".py", ".sh"};
  return std::ranges::any_of(endings, [&](std::string_view ending) { return file.path.ends_with(ending); }) ||
         file.text.starts_with("#!");
}

bool is_cmake(const SourceFile& file) {
  return file.path.ends_with("CMakeLists.txt") || file.path.ends_with(".cmake");
}

bool is_of_the_product(const SourceFile& file) {
  return is_cpp(file.path) && !file.path.starts_with("tests/") && !file.path.starts_with("bench/");
}

template <class Selector, class Check>
void expect_none(Selector selector, Check check) {
  std::size_t looked_at = 0;
  for (const SourceFile& file : tree()) {
    if (selector(file)) {
      ++looked_at;
      for (const std::string& finding : check(file)) {
        ADD_FAILURE() << finding;
      }
    }
  }
  EXPECT_GT(looked_at, 0U) << "no file to check under " << MINIDNS_SOURCE_DIR;
}

/// The checks' own samples break the rules.
bool is_cpp_but_sample(const SourceFile& file) {
  return is_cpp(file.path) && file.path != "tests/architecture/checks_test.cpp";
}

bool is_cpp_file(const SourceFile& file) {
  return is_cpp(file.path);
}
bool any_file(const SourceFile& /*file*/) {
  return true;
}

TEST(Architecture, IncludesPointDown) {
  std::set<std::string, std::less<>> paths;
  for (const SourceFile& file : tree()) {
    paths.insert(file.path);
  }
  const FileExists exists = [&](std::string_view path) { return paths.contains(path); };
  expect_none(is_cpp_file, [&](const SourceFile& file) { return check_includes(file, exists); });
}

TEST(Architecture, EveryFileIsInAListedRoomAndAFolderWithAMeaning) {
  expect_none(any_file, check_location);
}

TEST(Architecture, EveryHeaderIsIncludedOnce) {
  expect_none(is_cpp_file, check_include_guard);
}

TEST(Architecture, FilesAreShort) {
  expect_none(is_code, [](const SourceFile& file) { return check_length(file, file_lines_max); });
}

TEST(Architecture, NoWorkIsLeftUnfinished) {
  expect_none(is_code, check_marks);
}

TEST(Architecture, CMakeNamesItsFiles) {
  expect_none(is_cmake, check_cmake);
}

TEST(Architecture, EverythingStartedHasAnOwner) {
  expect_none(is_of_the_product, check_ownership);
}

TEST(Architecture, NoClosureIsATemporaryOfAnAwait) {
  expect_none(is_cpp_but_sample, check_awaited_closures);
}

TEST(Architecture, NoAwaitIsABranchOfAnExpression) {
  expect_none(is_cpp_but_sample, check_awaited_choices);
}

TEST(Architecture, EveryRoomHasAShortReadme) {
  for (const Room& room : rooms()) {
    const std::string prefix = std::string(room.name) + "/";
    const bool exists = std::ranges::any_of(tree(), [&](const SourceFile& f) { return f.path.starts_with(prefix); });
    if (!exists || !room.needs_readme) {
      continue;
    }
    const auto readme = std::ranges::find(tree(), prefix + "README.md", &SourceFile::path);
    if (readme == tree().end()) {
      ADD_FAILURE() << prefix << " has no README.md";
      continue;
    }
    for (const std::string& finding : check_length(*readme, readme_lines_max)) {
      ADD_FAILURE() << finding;
    }
  }
}

TEST(Architecture, FilesAreFormatted) {
  ASSERT_EQ(std::system("clang-format --version > /dev/null 2>&1"), 0)
      << "clang-format is not installed: deploy/install-packages test";
  std::string command = "cd '" MINIDNS_SOURCE_DIR "' && clang-format --dry-run -Werror";
  for (const SourceFile& file : tree()) {
    if (is_cpp(file.path)) {
      command.append(" '").append(file.path).append("'");
    }
  }
  EXPECT_EQ(std::system(command.c_str()), 0) << "run clang-format -i on the files named above";
}

}  // namespace
}  // namespace minidns::architecture
