#pragma once

#include <cstdint>
#include <fstream>
#include <ostream>
#include <string>
#include <string_view>

namespace minidns::pool::sync {

enum class FileAccess : std::uint8_t { everybody, owner_only };

/// The files of a configuration, one after the other: into a folder, or all to one stream with a line between them. A
/// file appears under its name only when it is whole.
class OutputFiles {
 public:
  /// To `stream`, which must outlive this.
  explicit OutputFiles(std::ostream& stream) : stream_(&stream) {}
  /// Into `folder`, which is made if it isn't there. Throws std::system_error.
  explicit OutputFiles(std::string folder);
  ~OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  /// Begins a file. `comment_mark` begins a comment in it. Throws std::runtime_error if it can't be written.
  void begin(const std::string& name, std::string_view comment_mark, FileAccess access = FileAccess::everybody);
  void write(std::string_view text);
  /// Ends the last one. Throws std::runtime_error if something could not be written.
  void finish();

 private:
  void finish_file();

  std::ostream* stream_;  ///< null: into files
  std::string folder_;
  std::string name_;  ///< of the present file; empty: none
  std::ofstream file_;
};

}  // namespace minidns::pool::sync
