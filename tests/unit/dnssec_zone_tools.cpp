// Verdicts of other people's tools.
#include "tests/unit/dnssec_zone_support.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/wait.h>

namespace minidns::dnssec::test {
namespace {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "dnssec_zone.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("no temporary folder");
    }
    path_ = pattern;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// What a command that fails has to say; empty if it succeeds.
std::string failure_of(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) {
    throw std::runtime_error("popen: " + command);
  }
  std::string output;
  std::array<char, 4096> part;
  for (std::size_t count = 0; (count = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    output.append(part.data(), count);
  }
  const int status = pclose(pipe);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : command + ":\n" + output + "\n";
}

}  // namespace

std::string complaints(const dns::ZoneSnapshot& zone, KeyRoles roles) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "zone").string();
  const std::string text = zone_file_of(zone);
  std::ofstream(file) << text;
  const std::string apex = "'" + zone.apex().to_text() + "'";
  std::string found = failure_of("ldns-verify-zone -V 2 " + file);
  found +=
      failure_of(std::string("dnssec-verify ") + (roles == KeyRoles::split ? "" : "-z") + " -o " + apex + " " + file);
  if (roles != KeyRoles::several_for_all) {
    std::ofstream(file) << zone_file_of(zone, BelowDname::left_out);
    found += failure_of("kzonecheck -d on -o " + apex + " " + file);
  }
  return found.empty() ? found : found + text;
}

std::string zonemd_complaints(const std::string& zone_file) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "zone").string();
  std::ofstream(file) << zone_file;
  return failure_of("ldns-verify-zone -V 2 -Z " + file);
}

}  // namespace minidns::dnssec::test
