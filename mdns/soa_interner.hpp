#pragma once

#include "mdns/zone_entry.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace minidns::mdns {

/// Lets equal SOA templates be one: the zones of a platform have few different ones. Safe on every thread.
class SoaInterner {
 public:
  [[nodiscard]] std::shared_ptr<const SoaTemplate> intern(SoaTemplate soa);
  [[nodiscard]] std::size_t size() const;

 private:
  void sweep();

  mutable std::mutex mutex_;                                                      // guards what follows
  std::unordered_multimap<std::size_t, std::weak_ptr<const SoaTemplate>> known_;  // by hash
  std::size_t sweep_at_ = 1024;
};

}  // namespace minidns::mdns
