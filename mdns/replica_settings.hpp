#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace minidns::mdns {

/// `replicas` in mdns's configuration file.
struct ReplicaSettings {
  std::vector<std::string> conninfo;    ///< one host each
  std::chrono::milliseconds wait{100};  ///< for a version that a replica hasn't got; then the primary is asked
};

}  // namespace minidns::mdns
