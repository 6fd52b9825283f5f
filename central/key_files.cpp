#include "central/key_files.hpp"

#include "base/file_descriptor.hpp"
#include "dnssec/dnskey.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace minidns::central {
namespace {

/// As dnssec-keygen has it: lower case, and what isn't a letter, digit, `-` or `_` as %XX.
std::string file_text_of(const dns::Name& name) {
  const dns::Name lower = name.lowercased();
  const ByteView wire = lower.wire();
  std::string text;
  for (std::size_t at = 0; wire[at] != 0; at += wire[at] + std::size_t{1}) {
    for (const std::uint8_t octet : wire.subspan(at + 1, wire[at])) {
      const bool is_plain =
          (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' || octet == '_';
      if (is_plain) {
        text += static_cast<char>(octet);
      } else {
        std::array<char, 4> escaped{};
        std::snprintf(escaped.data(), escaped.size(), "%%%02X", static_cast<unsigned>(octet));
        text += escaped.data();
      }
    }
    text += '.';
  }
  return text.empty() ? "." : text;
}

std::string padded(unsigned number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

/// `20261121024143`, UTC.
std::string time_text(WallTime time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 16> buffer{};
  return {buffer.data(), std::strftime(buffer.data(), buffer.size(), "%Y%m%d%H%M%S", &parts)};
}

std::string times_of(const storage::ZoneKeyRecord& key) {
  std::string text = "Created: " + time_text(key.created_at) + "\nPublish: " + time_text(key.created_at) + "\n";
  if (key.active_at) {
    text += "Activate: " + time_text(*key.active_at) + "\n";
  }
  if (key.retired_at) {
    text += "Inactive: " + time_text(*key.retired_at) + "\n";
  }
  return text;
}

Secret with_times(const Secret& bind_text, const std::string& times) {
  const ByteView key = bind_text.reveal();
  Bytes text(key.size() + times.size());  // at its full size at once: one that grows is freed unwiped
  std::ranges::copy(as_bytes(times), std::ranges::copy(key, text.begin()).out);
  return Secret(std::move(text));
}

/// Files that are removed again unless all could be written.
class NewFiles {
 public:
  NewFiles() = default;
  ~NewFiles() {
    for (const std::string& path : paths_) {
      ::unlink(path.c_str());
    }
  }
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;

  void write(const std::string& path, ByteView content) {
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) {
      throw std::system_error(errno, std::generic_category(), path);
    }
    paths_.push_back(path);
    while (!content.empty()) {
      const ssize_t count = ::write(file.get(), content.data(), content.size());
      if (count < 0 && errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), path);
      }
      content = content.subspan(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    if (::fsync(file.get()) != 0) {
      throw std::system_error(errno, std::generic_category(), path);
    }
  }
  void keep() { paths_.clear(); }

 private:
  std::vector<std::string> paths_;
};

}  // namespace

KeyFiles key_files_of(const dns::Name& zone, const storage::ExportedKey& key, const Secret& bind_text) {
  const auto dnskey = dnssec::Dnskey::from_rdata(key.record.dnskey.octets());
  if (!dnskey) {
    throw std::runtime_error("key " + key.record.id.to_string() + ": " + dnskey.error().detail);
  }
  const auto algorithm = static_cast<unsigned>(dnskey->algorithm);
  const unsigned tag = dnskey->key_tag();
  return {.base = "K" + file_text_of(zone) + "+" + padded(algorithm, 3) + "+" + padded(tag, 5),
          .text = "; This is a " + std::string(dnskey->is_sep() ? "key" : "zone") + "-signing key, keyid " +
                  std::to_string(tag) + ", for " + zone.to_text() + "\n" + zone.to_text() + " " +
                  std::to_string(key.ttl.seconds()) + " IN DNSKEY " + std::to_string(dnskey->flags) + " " +
                  std::to_string(unsigned{dnssec::Dnskey::protocol}) + " " + std::to_string(algorithm) + " " +
                  to_base64(dnskey->public_key) + "\n",
          .private_text = with_times(bind_text, times_of(key.record))};
}

std::vector<KeyFiles> export_keys(const dns::Name& zone, const std::vector<storage::ExportedKey>& keys,
                                  KeyVault& vault) {
  if (keys.empty()) {
    throw std::runtime_error("there is no zone " + zone.to_text() + " that is signed here");
  }
  std::vector<KeyFiles> files;
  for (const storage::ExportedKey& key : keys) {
    const auto& record = key.record;
    const auto text = vault.give_out(record.role, record.id, record.dnskey, key.private_sealed);
    if (!text) {
      throw std::runtime_error("key " + record.id.to_string() + ": " + text.error().detail);
    }
    files.push_back(key_files_of(zone, key, *text));
  }
  return files;
}

void write_key_files(const std::string& directory, const std::vector<KeyFiles>& keys) {
  NewFiles files;
  for (const KeyFiles& key : keys) {
    files.write(directory + "/" + key.base + ".private", key.private_text.reveal());
    files.write(directory + "/" + key.base + ".key", as_bytes(key.text));
  }
  files.keep();
}

}  // namespace minidns::central
