#include "tests/architecture/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace minidns::architecture {
namespace {

namespace fs = std::filesystem;

/// Folders at the root that hold nothing written by a person: what .gitignore names, and build folders by other names.
bool is_skipped(const fs::path& folder, const fs::path& root) {
  const std::string name = folder.filename().string();
  if (folder.parent_path() != root) {
    return name.starts_with('.') || name == "__pycache__";
  }
  return (name.starts_with('.') && name != ".ci") || name.starts_with("build") || name.starts_with("cmake-build") ||
         name == "data";
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot open " + path.string());
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::vector<SourceFile> read_source_tree(const std::string& root) {
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && is_skipped(entry->path(), root)) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      files.push_back({fs::relative(entry->path(), root).generic_string(), read(entry->path())});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace minidns::architecture
