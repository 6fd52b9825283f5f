#include "base/master_key_source.hpp"

#include "base/aes_gcm.hpp"
#include "base/command_output.hpp"
#include "base/file_descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace minidns {
namespace {

constexpr std::size_t text_octets_max = 2 * aes_key_octets + 1;

SecretError bad(const std::string& place, const std::string& reason) {
  return {SecretErrc::bad_master_key, place + ": " + reason};
}

/// `text`: the digits, perhaps with a newline.
Result<SecretBox, SecretError> key_of(std::string_view text, const std::string& place) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  auto octets = from_hex(text);
  if (!octets) {
    return bad(place, "must hold 64 hexadecimal digits");
  }
  Secret key(std::move(*octets));
  if (key.reveal().size() != aes_key_octets) {
    return bad(place, "must hold 64 hexadecimal digits");
  }
  return SecretBox::create(std::move(key));
}

/// Up to one octet more than a key file may have, so that a longer one is noticed.
std::optional<Secret> read_key_file(int fd) {
  Bytes content(text_octets_max + 1);
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

Result<SecretBox, SecretError> read(const MasterKeySource::File& source) {
  const FileDescriptor file(::open(source.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    return bad(source.path, std::strerror(errno));
  }
  // A group may read it (root:minidns 0640 is a usual way to deploy a key); nobody else, and only the owner writes.
  if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return bad(source.path, "its mode must not let others read it or the group write it (chmod 0600 or 0640)");
  }
  const auto content = read_key_file(file.get());
  if (!content) {
    return bad(source.path, std::strerror(errno));
  }
  return key_of(as_text(content->reveal()), source.path);
}

Result<SecretBox, SecretError> read(const MasterKeySource::Environment& source) {
  const std::string place = "environment variable " + source.name;
  const char* const text = std::getenv(source.name.c_str());
  if (text == nullptr) {
    return bad(place, "isn't set");
  }
  return key_of(text, place);
}

Result<SecretBox, SecretError> read(const MasterKeySource::Command& source) {
  const std::string place = "command " + (source.argv.empty() ? std::string() : source.argv.front());
  if (source.argv.empty() || !source.argv.front().starts_with('/')) {
    return bad(place, "must be an absolute path");
  }
  const auto output = command_output(source.argv, text_octets_max, MasterKeySource::command_time_max);
  if (!output) {
    return bad(place, output.error());
  }
  return key_of(as_text(output->reveal()), place);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    if (end == text.size()) {
      return words;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<MasterKeySource> MasterKeySource::parse(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (rest.empty()) {
    return std::nullopt;
  }
  if (kind == "file") {
    return MasterKeySource{File{std::string(rest)}};
  }
  if (kind == "env") {
    return MasterKeySource{Environment{std::string(rest)}};
  }
  if (kind == "command") {
    return MasterKeySource{Command{words_of(rest)}};
  }
  return std::nullopt;
}

std::string to_text(const MasterKeySource& source) {
  if (const auto* file = std::get_if<MasterKeySource::File>(&source.place)) {
    return "file:" + file->path;
  }
  if (const auto* environment = std::get_if<MasterKeySource::Environment>(&source.place)) {
    return "env:" + environment->name;
  }
  const auto& argv = std::get<MasterKeySource::Command>(source.place).argv;
  return "command:" + (argv.empty() ? std::string() : argv.front());
}

Result<SecretBox, SecretError> read_master_key(const MasterKeySource& source) {
  return std::visit([](const auto& place) { return read(place); }, source.place);
}

Result<MasterKeys, SecretError> read_master_keys(const std::vector<MasterKeySource>& sources) {
  std::vector<SecretBox> keys;
  for (const MasterKeySource& source : sources) {
    auto key = read_master_key(source);
    if (!key) {
      return key.error();
    }
    keys.push_back(*std::move(key));
  }
  return MasterKeys::create(std::move(keys));
}

}  // namespace minidns
