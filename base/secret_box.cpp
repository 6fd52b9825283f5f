#include "base/secret_box.hpp"

#include "base/digest.hpp"
#include "base/random.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace minidns {
namespace {

constexpr std::size_t master_key_octets = 32;
constexpr std::size_t key_id_octets = 4;
constexpr std::size_t header_octets = 1 + key_id_octets;
constexpr std::size_t nonce_octets = 12;
constexpr std::size_t tag_octets = 16;
constexpr std::size_t overhead_octets = header_octets + nonce_octets + tag_octets;
constexpr std::uint8_t format_version = 1;
constexpr std::size_t key_file_octets_max = 2 * master_key_octets + 1;

struct CipherContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

/// OpenSSL fails here only when it is out of memory or lacks the cipher: infrastructure, not input.
void require(int openssl_result) {
  if (openssl_result != 1) {
    throw std::runtime_error("AES-256-GCM failed in OpenSSL");
  }
}

int int_size(std::size_t size) {
  if (size > INT_MAX) {
    throw std::length_error("more than 2 GiB in a secret box");
  }
  return static_cast<int>(size);
}

/// Version and key id; tells "another master key" from "tampered with" and says nothing about the key itself.
std::array<std::uint8_t, header_octets> header_for(const Secret& master_key) {
  const ByteView label = as_bytes("minidns key id:");
  const ByteView key = master_key.reveal();
  Bytes preimage(label.size() + key.size());  // at its full size at once: a buffer that grows is freed unwiped
  std::ranges::copy(key, std::ranges::copy(label, preimage.begin()).out);
  const Secret wiped(std::move(preimage));
  const auto digest = sha256(wiped.reveal());

  std::array<std::uint8_t, header_octets> header{};
  header[0] = format_version;
  std::copy_n(digest.begin(), key_id_octets, header.begin() + 1);
  return header;
}

enum class Direction : int { open = 0, seal = 1 };

/// A cipher that has taken key, nonce and the authenticated data (header, then context).
CipherContext start_cipher(Direction direction, const Secret& key, ByteView nonce, ByteView header,
                           std::string_view context) {
  CipherContext cipher(EVP_CIPHER_CTX_new());
  if (!cipher) {
    throw std::bad_alloc();
  }
  require(EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.reveal().data(), nonce.data(),
                            static_cast<int>(direction)));
  int length = 0;
  require(EVP_CipherUpdate(cipher.get(), nullptr, &length, header.data(), int_size(header.size())));
  const ByteView context_octets = as_bytes(context);
  if (!context_octets.empty()) {
    require(EVP_CipherUpdate(cipher.get(), nullptr, &length, context_octets.data(), int_size(context_octets.size())));
  }
  return cipher;
}

SecretBoxError malformed(std::string detail) {
  return {SecretBoxErrc::malformed, std::move(detail)};
}
SecretBoxError bad_master_key(std::string detail) {
  return {SecretBoxErrc::bad_master_key, std::move(detail)};
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Up to one octet more than a key file may have, so that a longer one is noticed.
std::optional<Secret> read_key_file(int fd) {
  Bytes content(key_file_octets_max + 1);
  std::size_t length = 0;
  while (length < content.size()) {
    const ssize_t got = ::read(fd, content.data() + length, content.size() - length);
    if (got == 0) {
      break;
    }
    if (got > 0) {
      length += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return std::nullopt;
    }
  }
  content.resize(length);
  return Secret(std::move(content));
}

std::string errno_text() {
  return std::strerror(errno);
}

}  // namespace

SecretBox::SecretBox(Secret master_key) : master_key_(std::move(master_key)) {}

Result<SecretBox, SecretBoxError> SecretBox::create(Secret master_key) {
  if (master_key.reveal().size() != master_key_octets) {
    return bad_master_key("the master key must have 32 octets");
  }
  return SecretBox(std::move(master_key));
}

Result<SecretBox, SecretBoxError> SecretBox::from_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return bad_master_key(path + ": " + errno_text());
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return bad_master_key(path + ": " + errno_text());
  }
  // A group may read it (root:minidns 0640 is a usual way to deploy a key); nobody else, and only the owner writes.
  if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return bad_master_key(path + ": its mode must not let others read it or the group write it (chmod 0600 or 0640)");
  }
  const auto content = read_key_file(file.get());
  if (!content) {
    return bad_master_key(path + ": " + errno_text());
  }
  std::string_view digits = as_text(content->reveal());
  if (digits.ends_with('\n')) {
    digits.remove_suffix(1);
  }
  auto octets = from_hex(digits);
  if (!octets || octets->size() != master_key_octets) {
    return bad_master_key(path + ": must hold 64 hexadecimal digits");
  }
  return create(Secret(std::move(*octets)));
}

Bytes SecretBox::seal(const Secret& secret, std::string_view context) const {
  const auto header = header_for(master_key_);
  const Bytes nonce = random_bytes(nonce_octets);
  const ByteView plain = secret.reveal();

  Bytes sealed(plain.size() + overhead_octets);
  std::ranges::copy(nonce, std::ranges::copy(header, sealed.begin()).out);
  std::uint8_t* const ciphertext = sealed.data() + header_octets + nonce_octets;

  const CipherContext cipher = start_cipher(Direction::seal, master_key_, nonce, header, context);
  int length = 0;
  if (!plain.empty()) {
    require(EVP_CipherUpdate(cipher.get(), ciphertext, &length, plain.data(), int_size(plain.size())));
  }
  require(EVP_CipherFinal_ex(cipher.get(), ciphertext + length, &length));
  require(
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_octets), ciphertext + plain.size()));
  return sealed;
}

Result<Secret, SecretBoxError> SecretBox::open(ByteView sealed, std::string_view context) const {
  if (sealed.size() < overhead_octets || sealed[0] != format_version) {
    return malformed("not a sealed secret of version 1");
  }
  const auto header = header_for(master_key_);
  if (!std::equal(header.begin(), header.end(), sealed.begin())) {
    return SecretBoxError{SecretBoxErrc::wrong_master_key, "sealed under another master key"};
  }
  const ByteView nonce = sealed.subspan(header_octets, nonce_octets);
  const ByteView ciphertext = sealed.subspan(header_octets + nonce_octets, sealed.size() - overhead_octets);
  Bytes tag(sealed.end() - static_cast<std::ptrdiff_t>(tag_octets), sealed.end());

  const CipherContext cipher = start_cipher(Direction::open, master_key_, nonce, header, context);
  Bytes plain(ciphertext.size());
  int length = 0;
  if (!ciphertext.empty()) {
    require(EVP_CipherUpdate(cipher.get(), plain.data(), &length, ciphertext.data(), int_size(ciphertext.size())));
  }
  Secret secret(std::move(plain));  // from here on wiped, also when the tag is wrong
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_octets), tag.data()));
  std::array<std::uint8_t, 16> rest{};
  if (EVP_CipherFinal_ex(cipher.get(), rest.data(), &length) != 1) {
    return malformed("the sealed secret or its context was changed");
  }
  return secret;
}

Secret SecretBox::derive(std::string_view purpose) const {
  const ByteView key = master_key_.reveal();
  Bytes info(purpose.begin(), purpose.end());
  info.push_back(1);  // the first block, and the only one
  Bytes derived(master_key_octets);
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key.data(), int_size(key.size()), info.data(), info.size(), derived.data(), &length) ==
      nullptr) {
    throw std::runtime_error("HMAC failed in OpenSSL");
  }
  return Secret(std::move(derived));
}

}  // namespace minidns
