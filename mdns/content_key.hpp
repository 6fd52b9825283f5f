#pragma once

#include "base/ids.hpp"
#include "base/view_id.hpp"

#include <cstddef>
#include <functional>

namespace minidns::mdns {

/// A zone as one view sees it: what is loaded, cached and transferred as a whole. Version, serial and SOA are the same
/// in all views of a zone, so the index knows nothing of views.
struct ContentKey {
  ZoneId zone;
  ViewId view = default_view;

  friend auto operator<=>(const ContentKey&, const ContentKey&) = default;
};

}  // namespace minidns::mdns

template <>
struct std::hash<minidns::mdns::ContentKey> {
  std::size_t operator()(const minidns::mdns::ContentKey& key) const noexcept {
    // Views are small numbers: multiplied, they differ in the upper bits.
    return std::hash<minidns::ZoneId>{}(key.zone) ^
           (std::hash<minidns::ViewId>{}(key.view) * std::size_t{0x9e3779b97f4a7c15});
  }
};
