#pragma once

#include <cstddef>
#include <string>

namespace minidns::mdns::store {

/// The folder in which a store lives:
///
///     lock             one process at a time
///     crashed          the store killed the process that used it (crash_mark.hpp)
///     data/            LMDB's files
///     set-aside-N/     stores that were damaged, for whoever wants to know why; the newest few
///
/// All throw Fault(failed) where the system refuses.
class Folder {
 public:
  /// Makes it if need be. Fault(failed), too, if another process uses it.
  explicit Folder(std::string path);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string data() const { return path_ + "/data"; }
  [[nodiscard]] std::string crash_file() const { return path_ + "/crashed"; }
  [[nodiscard]] bool crashed() const;

  /// Moves `data` out of the way and makes an empty one; takes the mark away.
  void set_aside();

  /// More of them are removed, the oldest first: they may be large.
  static constexpr std::size_t set_aside_max = 2;

 private:
  void prune() const;

  std::string path_;
  int lock_ = -1;
};

}  // namespace minidns::mdns::store
