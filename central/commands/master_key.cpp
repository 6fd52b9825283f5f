#include "base/bytes.hpp"
#include "base/random.hpp"
#include "central/commands/commands.hpp"
#include "central/commands/secrets.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace minidns::central {
namespace {

constexpr std::size_t key_size_octets = 32;  // AES-256, base/secret_box.hpp

/// A file descriptor that closes itself.
class File {
 public:
  File(const std::string& path, int flags, mode_t mode) : fd_(::open(path.c_str(), flags, mode)) {
    if (fd_ < 0) {
      throw std::system_error(errno, std::generic_category(), path);
    }
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(const std::string& text) const {
    if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(fd_) != 0) {
      throw std::system_error(errno, std::generic_category(), "write");
    }
  }

 private:
  int fd_;
};

}  // namespace

void run_master_key_create(CommandLine& line) {
  const auto path = line.take_argument("FILE");
  line.finish();
  // O_EXCL: whoever overwrites a master key loses every secret in the database.
  File(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600).write(to_hex(random_bytes(key_size_octets)) + "\n");
}

SecretBox open_secrets(const Settings& settings) {
  auto box = SecretBox::from_file(settings.program.master_key_file);
  if (!box) {
    throw std::runtime_error("master key: " + box.error().detail);
  }
  return std::move(*box);
}

std::optional<SecretBox> open_ksk_secrets(const Settings& settings) {
  if (!settings.ksk_master_key_file) {
    return std::nullopt;
  }
  auto box = SecretBox::from_file(*settings.ksk_master_key_file);
  if (!box) {
    throw std::runtime_error("KSK master key: " + box.error().detail);
  }
  return std::move(*box);
}

}  // namespace minidns::central
