#pragma once

#include "bench/fleet.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace minidns::bench {

/// Changes of idle zones by REST, each of another zone: what customers do.
class Changes {
 public:
  /// Changes the zones from number `first` on.
  Changes(Fleet& fleet, std::size_t first);

  /// `count` zones get a record, by so many clients at once. Their names.
  std::vector<std::string> change(std::size_t count, std::size_t clients);
  std::vector<std::string> remove(std::size_t count, std::size_t clients);
  std::vector<std::string> create(std::size_t count, std::size_t clients);

 private:
  struct Zone {
    std::string id;
    std::string name;
  };
  [[nodiscard]] std::vector<Zone> take(std::size_t count);

  Fleet& fleet_;
  std::size_t next_;
  std::size_t created_ = 0;
  std::string token_;
};

}  // namespace minidns::bench
