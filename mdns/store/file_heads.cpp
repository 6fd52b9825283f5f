#include "mdns/store/file_heads.hpp"

#include "mdns/store/lmdb.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minidns::mdns::store {
namespace {

// Where LMDB 0.9 keeps things in its first two pages (struct MDB_page, then MDB_meta), native byte order.
constexpr std::size_t magic_at = 16;
constexpr std::size_t version_at = 20;
constexpr std::size_t page_size_at = 40;
constexpr std::size_t last_page_at = 136;
constexpr std::size_t transaction_at = 144;
constexpr std::size_t head_octets = 152;
constexpr std::uint32_t magic = 0xBEEFC0DE;
constexpr std::uint32_t format_version = 1;

using Octets = std::array<std::uint8_t, head_octets>;

template <class Number>
Number number_at(const Octets& octets, std::size_t at) {
  Number value;
  std::memcpy(&value, &octets[at], sizeof(value));
  return value;
}

struct Head {
  std::uint32_t page_size;
  std::uint64_t last_page;
  std::uint64_t transaction;
};

[[noreturn]] void damaged(const char* why) {
  throw Fault(Fault::Kind::damaged, std::string("the file's head: ") + why);
}

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0 && errno != ENOENT) {
      throw Fault(Fault::Kind::failed, "opening " + path + ": " + std::strerror(errno));
    }
  }
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::uint64_t size() const {
    struct stat status {};
    if (fd_ < 0) {
      return 0;
    }
    if (::fstat(fd_, &status) != 0) {
      throw Fault(Fault::Kind::failed, std::string("fstat: ") + std::strerror(errno));
    }
    return static_cast<std::uint64_t>(status.st_size);
  }
  [[nodiscard]] Head head_at(std::uint64_t at) const {
    Octets octets;
    if (::pread(fd_, octets.data(), octets.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(octets.size())) {
      damaged("cut off");
    }
    if (number_at<std::uint32_t>(octets, magic_at) != magic ||
        number_at<std::uint32_t>(octets, version_at) != format_version) {
      damaged("not LMDB's");
    }
    return {number_at<std::uint32_t>(octets, page_size_at), number_at<std::uint64_t>(octets, last_page_at),
            number_at<std::uint64_t>(octets, transaction_at)};
  }

 private:
  int fd_;
};

/// Transaction n writes head n mod 2; a new file has 0 in both.
bool follow_each_other(const Head& even, const Head& odd) {
  if (even.transaction == 0 && odd.transaction == 0) {
    return true;
  }
  return even.transaction % 2 == 0 && odd.transaction % 2 == 1 &&
         (even.transaction + 1 == odd.transaction || odd.transaction + 1 == even.transaction);
}

}  // namespace

void check_file_heads(const std::string& path) {
  const File file(path);
  const std::uint64_t size = file.size();
  if (size == 0) {
    return;
  }
  const Head even = file.head_at(0);
  if (even.page_size < 512 || even.page_size > 65'536 || (even.page_size & (even.page_size - 1)) != 0) {
    damaged("the page size");
  }
  const Head odd = file.head_at(even.page_size);
  if (odd.page_size != even.page_size || !follow_each_other(even, odd)) {
    damaged("the two don't follow each other");
  }
  const Head& newest = even.transaction > odd.transaction ? even : odd;
  // In octets it must not overflow.
  if (newest.last_page >= size || (newest.last_page + 1) * newest.page_size > size) {
    damaged("the file is shorter than what it uses");
  }
}

}  // namespace minidns::mdns::store
