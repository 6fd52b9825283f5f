#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/chunk.hpp"
#include "dns/wire/renderer.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace minidns::dns {

/// Renders RRsets, given in a snapshot's order, into chunks, and keeps the size rules of Chunk.
class ChunkWriter {
 public:
  explicit ChunkWriter(Name apex);

  /// A chunk that has reached `size_octets` is closed. At most, and at first, Chunk::size_octets_split.
  void set_target(std::size_t size_octets);
  /// The records must be sorted and none longer than Rdata::size_octets_max.
  void add(const RRset& rrset);
  /// Closes the chunk that is open, and hands over all since the last call.
  [[nodiscard]] std::vector<std::shared_ptr<const Chunk>> take();

 private:
  void start_rrset(const RRset& rrset);
  void add_large(const RRset& rrset);
  void close();

  Name apex_;
  RecordRenderer renderer_;
  std::size_t target_octets_ = Chunk::size_octets_split;
  std::vector<std::uint16_t> offsets_;
  std::uint16_t record_count_ = 0;
  struct First {
    OwnerKey owner;
    RRType type;
  };
  std::vector<First> first_;  ///< of the open chunk: empty or one
  std::vector<std::shared_ptr<const Chunk>> closed_;
};

/// `rrsets` in chunks of about equal size, as few as fit. `size_octets` is what they take together, about.
[[nodiscard]] std::vector<std::shared_ptr<const Chunk>> render_evenly(const Name& apex,
                                                                      const std::vector<RRset>& rrsets,
                                                                      std::size_t size_octets);

}  // namespace minidns::dns
