#include "dns/snapshot/chunk_writer.hpp"

#include "dns/record_ttl.hpp"
#include "dns/wire/message.hpp"

#include <cassert>
#include <utility>

namespace minidns::dns {
namespace {

std::size_t size_of(const std::vector<ChunkPointer>& chunks) {
  std::size_t size = 0;
  for (const auto& chunk : chunks) {
    size += chunk->octets().size();
  }
  return size;
}

}  // namespace

ChunkWriter::ChunkWriter(Name apex)
    : apex_(std::move(apex)), renderer_(Chunk::base_offset(apex_), Chunk::size_octets_split) {}

void ChunkWriter::add(const RRset& rrset) {
  if (fits(rrset)) {
    return;
  }
  if (!has_only_soa()) {
    end_chunk();
    if (fits(rrset)) {
      return;
    }
  }
  add_large(rrset);
}

bool ChunkWriter::fits(const RRset& rrset) {
  const std::size_t offset = renderer_.size();
  if (!renderer_.rrset(rrset)) {
    return false;
  }
  note(rrset, offset, rrset.rdata.size());
  return true;
}

bool ChunkWriter::has_only_soa() const {
  return offsets_.size() == 1 && first_->type == RRType::soa;
}

void ChunkWriter::add_large(const RRset& rrset) {
  renderer_.set_size_octets_max(Chunk::size_octets_max);
  std::size_t offset = renderer_.size();
  std::size_t records = 0;
  for (const auto& rdata : rrset.rdata) {
    const auto write = [&] {
      return renderer_.record(rrset.owner, rrset.type, class_in, record_ttl(rrset, rdata).seconds(), rdata.octets());
    };
    if (!write()) {
      if (records > 0) {
        note(rrset, offset, records);
      }
      end_chunk();
      renderer_.set_size_octets_max(Chunk::size_octets_max);
      offset = 0;
      records = 0;
      [[maybe_unused]] const bool written = write();
      assert(written);  // Rdata::size_octets_max sees to it
    }
    ++records;
  }
  note(rrset, offset, records);
  end_chunk();
}

void ChunkWriter::note(const RRset& rrset, std::size_t offset, std::size_t records) {
  if (!first_) {
    first_ = First{OwnerKey::of(rrset.owner, apex_), rrset.type};
  }
  offsets_.push_back(static_cast<std::uint16_t>(offset));
  record_count_ += records;
}

void ChunkWriter::end_chunk() {
  if (first_) {
    closed_.push_back(std::make_shared<const Chunk>(Chunk::Key(), Chunk::base_offset(apex_), renderer_.octets(),
                                                    std::vector<std::uint16_t>(offsets_.begin(), offsets_.end()),
                                                    record_count_, first_->owner, first_->type));
  }
  closed_octets_ += renderer_.size();
  renderer_.reset(Chunk::base_offset(apex_), Chunk::size_octets_split);
  offsets_.clear();
  record_count_ = 0;
  first_.reset();
}

std::vector<ChunkPointer> ChunkWriter::take() {
  end_chunk();
  closed_octets_ = 0;
  return std::exchange(closed_, {});
}

std::vector<ChunkPointer> render_evenly(const Name& apex, const std::vector<RRset>& rrsets) {
  ChunkWriter writer(apex);
  for (const auto& rrset : rrsets) {
    writer.add(rrset);
  }
  auto chunks = writer.take();
  if (chunks.size() < 2) {
    return chunks;
  }

  // Now that the sizes are known: again, each chunk ends when it has its share.
  const std::size_t total = size_of(chunks);
  const std::size_t count = (total + Chunk::size_octets_split - 1) / Chunk::size_octets_split;
  const std::size_t share = total / count;
  for (const auto& rrset : rrsets) {
    if (writer.size_octets() >= share && writer.closed_octets() + Chunk::size_octets_split < total) {
      writer.end_chunk();
    }
    writer.add(rrset);
  }
  return writer.take();
}

}  // namespace minidns::dns
