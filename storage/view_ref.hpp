#pragma once

#include "base/view_id.hpp"

#include <string>

namespace minidns::storage {

/// A view as rows refer to it, and by the name that people use.
struct ViewRef {
  ViewId id;
  std::string name;
  friend bool operator==(const ViewRef&, const ViewRef&) = default;
};

}  // namespace minidns::storage
