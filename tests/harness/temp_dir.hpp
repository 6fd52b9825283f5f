#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace minidns::harness {

/// A new folder that everybody may enter; removed with all it holds at the end, unless the environment has
/// MINIDNS_KEEP (for a look at the servers' logs after a failure).
class TempDir {
 public:
  explicit TempDir(std::string_view purpose);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

void write_file(const std::string& path, std::string_view text);
[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace minidns::harness
