#include "mdns/store/folder.hpp"

#include "mdns/store/lmdb.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace minidns::mdns::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view set_aside_prefix = "set-aside-";

[[noreturn]] void failed(const std::string& what, const std::string& why) {
  throw Fault(Fault::Kind::failed, what + ": " + why);
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    failed(path, error.message());
  }
  // It holds zones and sealed keys: nobody else's business.
  fs::permissions(path, fs::perms::owner_all, error);
  if (error) {
    failed(path, error.message());
  }
}

/// The numbers of the stores set aside, rising.
std::vector<unsigned long> set_aside_in(const std::string& path) {
  std::vector<unsigned long> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(set_aside_prefix)) {
      unsigned long number = 0;
      const char* begin = name.data() + set_aside_prefix.size();
      const char* end = name.data() + name.size();
      if (std::from_chars(begin, end, number).ptr == end) {
        numbers.push_back(number);
      }
    }
  }
  std::ranges::sort(numbers);
  return numbers;
}

std::string set_aside_path(const std::string& path, unsigned long number) {
  return path + "/" + std::string(set_aside_prefix) + std::to_string(number);
}

}  // namespace

Folder::Folder(std::string path) : path_(std::move(path)) {
  make_folder(path_);
  make_folder(data());
  const std::string lock_file = path_ + "/lock";
  lock_ = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    failed(lock_file, std::strerror(errno));
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(lock_);
    failed(lock_file, error == EWOULDBLOCK ? "another process uses this store" : std::strerror(error));
  }
}

Folder::~Folder() {
  ::close(lock_);
}

bool Folder::crashed() const {
  std::error_code error;
  return fs::exists(crash_file(), error);
}

void Folder::set_aside() {
  const auto numbers = set_aside_in(path_);
  const std::string to = set_aside_path(path_, numbers.empty() ? 1 : numbers.back() + 1);
  std::error_code error;
  fs::rename(data(), to, error);
  if (error) {
    failed(to, error.message());
  }
  make_folder(data());
  fs::remove(crash_file(), error);
  if (error) {
    failed(crash_file(), error.message());
  }
  prune();
}

void Folder::prune() const {
  const auto numbers = set_aside_in(path_);
  for (std::size_t i = 0; i + set_aside_max < numbers.size(); ++i) {
    std::error_code error;
    fs::remove_all(set_aside_path(path_, numbers[i]), error);
    if (error) {
      failed(set_aside_path(path_, numbers[i]), error.message());
    }
  }
}

}  // namespace minidns::mdns::store
