#include "dns/snapshot/axfr_source.hpp"

#include "dns/wire/message.hpp"

namespace minidns::dns {
namespace {

void append_u16(Bytes& to, std::size_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8));
  to.push_back(static_cast<std::uint8_t>(value));
}

/// Without compression: it must be right behind any chunk.
Bytes uncompressed(const RRset& soa) {
  const auto owner = soa.owner.wire();
  const auto rdata = soa.rdata.front().octets();
  Bytes octets(owner.begin(), owner.end());
  append_u16(octets, soa.type.value());
  append_u16(octets, class_in);
  append_u16(octets, soa.ttl.seconds() >> 16);
  append_u16(octets, soa.ttl.seconds() & 0xffff);
  append_u16(octets, rdata.size());
  octets.insert(octets.end(), rdata.begin(), rdata.end());
  return octets;
}

}  // namespace

AxfrSource::AxfrSource(std::shared_ptr<const ZoneSnapshot> snapshot)
    : snapshot_(std::move(snapshot)), closing_soa_(uncompressed(snapshot_->soa())) {}

std::optional<TransferBody> AxfrSource::next() {
  switch (step_) {
    case Step::chunks:
      return next_chunk();
    case Step::closing:
      step_ = Step::done;
      return TransferBody{{closing_soa_, {}}, 1};
    case Step::done:
      break;
  }
  return std::nullopt;
}

TransferBody AxfrSource::next_chunk() {
  const auto& tree = snapshot_->tree();
  const Chunk& chunk = *tree.at(position_);
  TransferBody body{{chunk.octets(), {}}, chunk.record_count()};
  position_ = tree.next(position_);
  if (position_ != tree.end()) {
    return body;
  }
  step_ = Step::closing;
  if (body.size_octets() + closing_soa_.size() <= Chunk::size_octets_max) {
    body.parts[1] = closing_soa_;
    ++body.ancount;
    step_ = Step::done;
  }
  return body;
}

}  // namespace minidns::dns
