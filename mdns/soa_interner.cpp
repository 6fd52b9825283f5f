#include "mdns/soa_interner.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace minidns::mdns {
namespace {

std::size_t hash_of(const SoaTemplate& soa) {
  return std::hash<std::string_view>{}(as_text(soa.rdata.octets())) ^ soa.ttl.seconds();
}

}  // namespace

std::shared_ptr<const SoaTemplate> SoaInterner::intern(SoaTemplate soa) {
  const std::size_t hash = hash_of(soa);
  const std::lock_guard lock(mutex_);
  for (auto [it, end] = known_.equal_range(hash); it != end; ++it) {
    if (auto shared = it->second.lock(); shared && *shared == soa) {
      return shared;
    }
  }
  auto fresh = std::make_shared<const SoaTemplate>(std::move(soa));
  known_.emplace(hash, fresh);
  if (known_.size() > sweep_at_) {
    sweep();
  }
  return fresh;
}

/// When the table has doubled since the last sweep, so that it costs O(1) per SOA.
void SoaInterner::sweep() {
  std::erase_if(known_, [](const auto& item) { return item.second.expired(); });
  sweep_at_ = std::max<std::size_t>(1024, 2 * known_.size());
}

std::size_t SoaInterner::size() const {
  const std::lock_guard lock(mutex_);
  return known_.size();
}

}  // namespace minidns::mdns
