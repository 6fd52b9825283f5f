#pragma once

#include <memory>
#include <string>

namespace minidns::harness {

/// A small file system of its own (tmpfs) over a folder, which keeps its files; for servers whose disk is full.
class SmallDisk {
 public:
  /// False where mounting isn't permitted. From now on mounts are of this thread and of what it starts only, so that
  /// none outlives them: to be asked before the first server is started.
  [[nodiscard]] static bool is_permitted();
  /// `folder` must be no server's at present. Throws std::runtime_error if its files don't fit.
  [[nodiscard]] static std::unique_ptr<SmallDisk> over(const std::string& folder, std::size_t size_octets);
  /// What was written since is gone with it.
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Takes all the room that is left.
  void fill();
  /// Gives it back.
  void make_room();

 private:
  explicit SmallDisk(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::string filler() const { return folder_ + "/filler"; }

  std::string folder_;
};

}  // namespace minidns::harness
