#include "tests/harness/small_disk.hpp"

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <stdexcept>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

namespace minidns::harness {

bool SmallDisk::is_permitted() {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

std::unique_ptr<SmallDisk> SmallDisk::over(const std::string& folder, std::size_t size_octets) {
  const TempDir aside("disk");
  const auto copy = [](const std::string& from, const std::string& to) {
    const auto result = run({"cp", "-a", from + "/.", to});
    if (result.status != 0) throw std::runtime_error("cp: " + result.err);
  };
  copy(folder, aside.path().string());
  const auto options = "size=" + std::to_string(size_octets) + ",mode=755";
  if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) != 0) {
    throw std::runtime_error("can't mount over " + folder);
  }
  std::unique_ptr<SmallDisk> disk(new SmallDisk(folder));
  copy(aside.path().string(), folder);
  return disk;
}

SmallDisk::~SmallDisk() {
  (void)::umount2(folder_.c_str(), MNT_DETACH);  // a server may still have files open
}

void SmallDisk::fill() {
  const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (file < 0) throw std::runtime_error("can't fill " + folder_);
  std::vector<char> piece(65536);
  while (!piece.empty()) {  // smaller pieces, until not an octet fits
    if (::write(file, piece.data(), piece.size()) <= 0) piece.resize(piece.size() / 2);
  }
  ::close(file);
}

void SmallDisk::make_room() {
  std::filesystem::remove(filler());
}

}  // namespace minidns::harness
