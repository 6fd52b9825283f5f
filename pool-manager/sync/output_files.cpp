#include "pool-manager/sync/output_files.hpp"

#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace minidns::pool::sync {
namespace {

namespace fs = std::filesystem;

std::string unfinished(const std::string& path) {
  return path + ".new";
}

}  // namespace

OutputFiles::OutputFiles(std::string folder) : stream_(nullptr), folder_(std::move(folder)) {
  fs::create_directories(folder_);
}

OutputFiles::~OutputFiles() {
  if (stream_ == nullptr && !name_.empty()) {
    file_.close();
    std::error_code ignored;  // what is left is a file that nobody reads
    fs::remove(unfinished(folder_ + "/" + name_), ignored);
  }
}

void OutputFiles::begin(const std::string& name, std::string_view comment_mark, FileAccess access) {
  finish_file();
  name_ = name;
  if (stream_ != nullptr) {
    *stream_ << comment_mark << " ===== " << name << " =====\n";
    return;
  }
  const std::string path = unfinished(folder_ + "/" + name);
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (!file_) {
    throw std::runtime_error(path + ": can't be written");
  }
  if (access == FileAccess::owner_only) {
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  }
}

void OutputFiles::write(std::string_view text) {
  std::ostream& out = stream_ != nullptr ? *stream_ : file_;
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void OutputFiles::finish() {
  finish_file();
}

void OutputFiles::finish_file() {
  if (name_.empty()) {
    return;
  }
  if (stream_ != nullptr) {
    stream_->flush();
    if (!*stream_) {
      throw std::runtime_error("the output can't be written");
    }
    name_.clear();
    return;
  }
  const std::string path = folder_ + "/" + name_;
  file_.close();
  if (!file_) {
    throw std::runtime_error(path + ": can't be written");
  }
  fs::rename(unfinished(path), path);
  name_.clear();
}

}  // namespace minidns::pool::sync
