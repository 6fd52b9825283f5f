#include "mdns/store/written_contents.hpp"

#include "dns/snapshot/chunk_codec.hpp"

#include <unordered_map>

namespace minidns::mdns::store {
namespace {

using SumsOfChunks = std::unordered_map<const dns::Chunk*, Sum>;

template <class Visit>
void for_each_chunk(const dns::ZoneSnapshot& snapshot, Visit visit) {
  for (const auto& node : snapshot.tree().nodes()) {
    for (const dns::ChunkPointer& chunk : node->chunks()) {
      visit(*chunk);
    }
  }
}

SumsOfChunks sums_by_chunk(const dns::ZoneSnapshot& snapshot, const Content& content) {
  SumsOfChunks sums;
  if (snapshot.tree().totals().chunks != content.chunks.size()) {
    return sums;
  }
  sums.reserve(content.chunks.size());
  std::size_t next = 0;
  for_each_chunk(snapshot, [&](const dns::Chunk& chunk) { sums.emplace(&chunk, content.chunks[next++]); });
  return sums;
}

}  // namespace

void WrittenContents::note(const ContentKey& key, const SnapshotPointer& snapshot, const Sum& content) {
  if (snapshot->tree().totals().chunks < chunks_min) {
    return;
  }
  const std::lock_guard lock(mutex_);
  if (contents_.size() >= contents_max) {
    contents_.clear();
  }
  contents_.insert_or_assign(key, Written{snapshot, content});
}

void WrittenContents::forget(const ContentKey& key) {
  const std::lock_guard lock(mutex_);
  contents_.erase(key);
}

SnapshotPointer WrittenContents::find(const ContentKey& key, const Sum& content) {
  const std::lock_guard lock(mutex_);
  const auto found = contents_.find(key);
  return found != contents_.end() && found->second.content == content ? found->second.snapshot.lock() : nullptr;
}

std::vector<Sum> WrittenContents::sums_of(const ContentKey& key, const dns::ZoneSnapshot& snapshot,
                                          const std::optional<Content>& before, const std::optional<Sum>& before_sum) {
  SumsOfChunks known;
  // Held while its chunks are compared by address.
  const SnapshotPointer written = before && before_sum ? find(key, *before_sum) : nullptr;
  if (written) {
    known = sums_by_chunk(*written, *before);
  }
  std::vector<Sum> sums;
  sums.reserve(snapshot.tree().totals().chunks);
  for_each_chunk(snapshot, [&](const dns::Chunk& chunk) {
    const auto found = known.find(&chunk);
    sums.push_back(found != known.end() ? found->second : sum_of(dns::store_chunk(chunk)));
  });
  return sums;
}

}  // namespace minidns::mdns::store
