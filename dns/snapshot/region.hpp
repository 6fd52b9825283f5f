#pragma once

#include "dns/error.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/chunk.hpp"
#include "dns/snapshot/edit.hpp"

#include <span>
#include <vector>

namespace minidns::dns {

/// The RRsets of some chunks in a row, taken apart so that they can be changed and rendered again.
class Region {
 public:
  void append(const Chunk& chunk);
  void prepend(const Chunk& chunk);
  /// Whether `chunk` starts with a later piece of the RRset that ends the region.
  [[nodiscard]] bool is_continued_by(const Chunk& chunk) const;

  /// Applies edits that all belong here; they are used up. After an error the region is of no more use.
  [[nodiscard]] Result<void> apply(std::span<Edit> edits);

  [[nodiscard]] const std::vector<RRset>& rrsets() const { return rrsets_; }

 private:
  std::vector<RRset> rrsets_;
};

}  // namespace minidns::dns
