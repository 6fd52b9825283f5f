#include "dns/snapshot/chunk_codec.hpp"
#include "dns/snapshot/delta_codec.hpp"
#include "dns/snapshot/diff.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <gtest/gtest.h>

#include <random>

namespace minidns::dns::test {
namespace {

const Name apex = name("Example.org.");

std::vector<ChunkPointer> chunks_of(const ZoneSnapshot& snapshot) {
  std::vector<ChunkPointer> chunks;
  for (const auto& node : snapshot.tree().nodes()) {
    chunks.insert(chunks.end(), node->chunks().begin(), node->chunks().end());
  }
  return chunks;
}

Snapshot reread(const ZoneSnapshot& snapshot) {
  std::vector<ChunkPointer> chunks;
  for (const auto& chunk : chunks_of(snapshot)) {
    auto read = read_chunk(store_chunk(*chunk), snapshot.apex());
    EXPECT_TRUE(read) << read.error().detail;
    chunks.push_back(read.value());
  }
  auto again = assemble_snapshot(snapshot.apex(), snapshot.version(), std::move(chunks));
  EXPECT_TRUE(again) << again.error().detail;
  return again.value();
}

void expect_equal(const ZoneSnapshot& a, const ZoneSnapshot& b) {
  EXPECT_EQ(a.version(), b.version());
  EXPECT_EQ(a.serial(), b.serial());
  EXPECT_EQ(a.octets(), b.octets());
  const auto left = chunks_of(a);
  const auto right = chunks_of(b);
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(left[i]->octets(), right[i]->octets()));
    EXPECT_EQ(left[i]->first_owner(), right[i]->first_owner());
    EXPECT_EQ(left[i]->record_count(), right[i]->record_count());
  }
}

TEST(ChunkCodec, GivesBackWhatWasStored) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    RandomZone random(seed, apex);
    Content content = random.content(seed * 40);
    Snapshot snapshot = build(content);
    expect_equal(*snapshot, *reread(*snapshot));
    // And after changes, whose chunks have other borders.
    for (std::int64_t version = 1; version < 4; ++version) {
      const Content next = random.changed(content, 20);
      snapshot = *snapshot->apply(naive_diff(content, next, version));
      content = next;
    }
    const Snapshot again = reread(*snapshot);
    expect_equal(*snapshot, *again);
    expect_well_formed(*again);
    EXPECT_EQ(records_of(*again), content.records());
  }
}

TEST(ChunkCodec, GivesBackRRsetsInPieces) {
  Content content{apex, soa(apex, 7), {}};
  RRset large = rrset(name("large.example.org."), RRType::txt, {});
  for (std::uint32_t i = 0; i < 40; ++i) {
    large.rdata.push_back(text(5000, i));
  }
  content.put(large);
  content.put(rrset(name("one.example.org."), RRType::txt, {text(60'000)}));
  const Snapshot snapshot = build(content);
  ASSERT_GT(snapshot->tree().totals().chunks, 3U);
  expect_equal(*snapshot, *reread(*snapshot));
}

TEST(ChunkCodec, ARereadSnapshotTakesChanges) {
  RandomZone random(5, apex);
  const Content content = random.content(3000);
  const Content next = random.changed(content, 50);
  const Snapshot read = reread(*build(content));
  const auto changed = read->apply(naive_diff(content, next, 1));
  ASSERT_TRUE(changed) << changed.error().detail;
  EXPECT_EQ(records_of(**changed), next.records());
}

/// What it lets pass must be safe to decode; that it isn't something else is what checksums are for.
void decode_all(const Chunk& chunk) {
  for (std::size_t i = 0; i < chunk.rrset_count(); ++i) {
    EXPECT_FALSE(chunk.rrset(i).rdata.empty());
  }
}

TEST(ChunkCodec, SurvivesDamagedOctets) {
  RandomZone random(9, apex);
  const Snapshot snapshot = build(random.content(400));
  std::mt19937_64 dice(1);
  std::size_t refused = 0;
  for (const auto& chunk : chunks_of(*snapshot)) {
    const Bytes stored = store_chunk(*chunk);
    for (int i = 0; i < 3000; ++i) {
      Bytes damaged = stored;
      damaged[dice() % damaged.size()] ^= static_cast<std::uint8_t>(1U << dice() % 8);
      if (dice() % 8 == 0) {
        damaged.resize(dice() % damaged.size());
      }
      const auto read = read_chunk(damaged, apex);
      if (read) {
        decode_all(**read);
      } else {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100U);
}

TEST(ChunkCodec, RefusesChunksOfAnotherZone) {
  RandomZone random(3, apex);
  const Snapshot snapshot = build(random.content(10));
  const Bytes stored = store_chunk(*chunks_of(*snapshot)[0]);
  EXPECT_TRUE(read_chunk(stored, name("example.ORG.")));
  EXPECT_FALSE(read_chunk(stored, name("example.net.")));
  EXPECT_FALSE(read_chunk(stored, name("sub.example.org.")));
}

TEST(ChunkCodec, RefusesChunksOutOfOrder) {
  RandomZone random(4, apex);
  const auto chunks = chunks_of(*build(random.content(2000)));
  ASSERT_GE(chunks.size(), 4U);
  EXPECT_FALSE(assemble_snapshot(apex, Version(1), {}));
  EXPECT_FALSE(assemble_snapshot(apex, Version(1), {chunks[1]})) << "no SOA";
  EXPECT_FALSE(assemble_snapshot(apex, Version(1), {chunks[0], chunks[2], chunks[1]}));
  EXPECT_FALSE(assemble_snapshot(apex, Version(1), {chunks[0], chunks[0]})) << "two SOAs";
  EXPECT_TRUE(assemble_snapshot(apex, Version(1), {chunks[0], chunks[2]})) << "a gap can't be seen here";
}

TEST(DeltaCodec, GivesBackWhatWasStored) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    RandomZone random(seed, apex);
    const Content before = random.content(200);
    const Content after = random.changed(before, 30);
    const Delta delta = naive_diff(before, after, 5);
    const auto read = read_delta(store_delta(delta), apex);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->from, delta.from);
    EXPECT_EQ(read->to, delta.to);
    EXPECT_EQ(store_delta(*read), store_delta(delta));
    EXPECT_EQ(records_of(*read), records_of(delta));
  }
}

TEST(DeltaCodec, RefusesEveryTruncation) {
  RandomZone random(2, apex);
  const Content before = random.content(20);
  const Bytes stored = store_delta(naive_diff(before, random.changed(before, 5), 1));
  for (std::size_t size = 0; size < stored.size(); ++size) {
    const auto read = read_delta(ByteView(stored).first(size), apex);
    // Where a change ends, so may the difference: the store's checksum knows better.
    EXPECT_TRUE(!read || store_delta(*read).size() == size);
  }
  EXPECT_FALSE(read_delta(stored, name("example.net.")));
}

}  // namespace
}  // namespace minidns::dns::test
