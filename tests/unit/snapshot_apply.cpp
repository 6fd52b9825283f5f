#include "dns/snapshot/diff.hpp"
#include "dns/soa.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

namespace minidns::dns::test {
namespace {

std::set<const Chunk*> chunks_of(const ZoneSnapshot& snapshot) {
  std::set<const Chunk*> chunks;
  for (auto at = ChunkTree::Position{}; at != snapshot.tree().end(); at = snapshot.tree().next(at)) {
    chunks.insert(snapshot.tree().at(at).get());
  }
  return chunks;
}

std::size_t new_chunks(const ZoneSnapshot& before, const ZoneSnapshot& after) {
  const auto old = chunks_of(before);
  const auto now = chunks_of(after);
  return static_cast<std::size_t>(std::count_if(now.begin(), now.end(), [&](auto* c) { return !old.contains(c); }));
}

/// `hosts` names of one A record each, some chunks' worth.
Content plain_zone(std::size_t hosts) {
  const Name apex = name("example.org.");
  Content content{apex, soa(apex, 1), {}};
  content.put(rrset(apex, RRType::ns, {rdata({}, name("ns.example.net."))}));
  for (std::size_t i = 0; i < hosts; ++i) {
    content.put(addresses(*apex.child("host" + std::to_string(100'000 + i)), 1));
  }
  return content;
}

Content with_serial_advanced(Content content) {
  content.soa = soa(content.apex, serial_of(content.soa.rdata.front()).value() + 1);
  return content;
}

struct History {
  const char* reason;
  const char* apex;
  std::size_t rrsets;
  std::size_t changes_per_version;
  int versions;
};

constexpr History histories[] = {
    {"a small zone is one chunk", "example.org.", 20, 3, 60},
    {"few changes in many chunks", "example.org.", 2000, 4, 15},
    {"many changes at once", "example.org.", 1000, 400, 8},
    {"from nothing", "grows.example.", 0, 60, 15},
    {"the root zone: nothing to leave out of a key", ".", 600, 40, 10},
    {"an apex so long that few owners fit below it",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb."
     "ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc."
     "ddddddddddddddddddddddddddddddddddddddd.",
     300, 30, 10},
};

class SnapshotHistory : public testing::TestWithParam<History> {};

TEST_P(SnapshotHistory, EachVersionHasTheContentOfOneBuiltAnew) {
  const History& history = GetParam();
  RandomZone random(history.rrsets * 31 + history.changes_per_version, name(history.apex));
  Content content = random.content(history.rrsets);
  Snapshot snapshot = build(content);
  for (int version = 1; version <= history.versions; ++version) {
    SCOPED_TRACE(version);
    const Content next = random.changed(content, 1 + random.below(history.changes_per_version));
    const auto applied = snapshot->apply(naive_diff(content, next, version));
    ASSERT_TRUE(applied) << applied.error().detail;
    ASSERT_EQ(records_of(**applied), next.records());
    ASSERT_EQ(records_of(**applied), records_of(*build(next)));
    expect_well_formed(**applied);
    EXPECT_EQ((*applied)->version(), Version(version + 1));
    EXPECT_EQ((*applied)->serial(), serial_of(next.soa.rdata.front()));
    if (testing::Test::HasFailure()) {
      return;
    }
    content = next;
    snapshot = *applied;
  }
}

TEST_P(SnapshotHistory, EveryRRsetIsFoundAndNothingElse) {
  const History& history = GetParam();
  RandomZone random(history.rrsets + 7, name(history.apex));
  const Content content = random.content(history.rrsets);
  const Snapshot snapshot = build(content);
  for (const auto& [key, rrset] : content.rrsets) {
    const auto found = snapshot->find(rrset.owner, rrset.type);
    ASSERT_TRUE(found) << rrset.owner.to_text();
    EXPECT_EQ(seen(*found), sorted(seen(rrset)));
    EXPECT_TRUE(snapshot->exists(key.first));
    EXPECT_EQ(snapshot->find(rrset.owner, RRType(65'401)), std::nullopt);
    if (const auto child = rrset.owner.child("never"); child) {
      EXPECT_EQ(snapshot->find(*child, rrset.type), std::nullopt);
      EXPECT_FALSE(snapshot->exists(OwnerKey::of(*child, content.apex)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, SnapshotHistory, testing::ValuesIn(histories));

TEST(SnapshotApply, SharesAllChunksThatAChangeDoesNotTouch) {
  const Content content = plain_zone(8000);
  const Snapshot snapshot = build(content);
  Content next = with_serial_advanced(content);
  next.put(addresses(name("host104000.example.org."), 2));
  const auto applied = snapshot->apply(naive_diff(content, next, 1)).value();
  EXPECT_GT(snapshot->tree().totals().chunks, 10U);
  EXPECT_LE(new_chunks(*snapshot, *applied), 2U) << "the first for the serial, and the one changed";
}

TEST(SnapshotApply, OfASerialAloneCopiesTheFirstChunkOnly) {
  const Content content = plain_zone(3000);
  const Snapshot snapshot = build(content);
  const Content next = with_serial_advanced(content);
  const auto applied = snapshot->apply(naive_diff(content, next, 1)).value();
  EXPECT_EQ(new_chunks(*snapshot, *applied), 1U);
  EXPECT_EQ(applied->serial(), Serial(2));
  EXPECT_EQ(snapshot->serial(), Serial(1)) << "the old version is as it was";
  EXPECT_EQ(records_of(*applied), next.records());
}

std::vector<Bytes> octets_of_chunks(const ZoneSnapshot& snapshot) {
  std::vector<Bytes> all;
  for (auto at = ChunkTree::Position{}; at != snapshot.tree().end(); at = snapshot.tree().next(at)) {
    const ByteView octets = snapshot.tree().at(at)->octets();
    all.emplace_back(octets.begin(), octets.end());
  }
  return all;
}

/// Signatures and addresses: what changes is replaced in a copy of the chunk.
TEST(SnapshotApply, OfRecordsThatAreAsLongAsBeforeGivesTheOctetsOfAZoneBuiltAnew) {
  std::mt19937 random(3);  // NOLINT: always the same
  Content content = plain_zone(2000);
  const auto signature = [&](RRType covered) {  // original TTL 0, which is the record's
    Bytes octets(40 + 64);
    octets[1] = static_cast<std::uint8_t>(covered.value());
    for (std::size_t i = 8; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(random());
    octets[18] = 0;  // signed by the root, for want of a shorter name
    return rdata(octets);
  };
  for (std::size_t i = 0; i < 2000; i += 7) {
    const Name owner = name("host" + std::to_string(100'000 + i) + ".example.org.");
    content.put(rrset(owner, RRType::rrsig, {signature(RRType::a), signature(RRType::nsec)}, 0));
  }
  content.put(rrset(content.apex, RRType::rrsig, {signature(RRType::ns), signature(RRType(250))}, 0));
  Snapshot snapshot = build(content);
  for (std::int64_t version = 1; version <= 20; ++version) {
    Content next = with_serial_advanced(content);
    for (auto& [key, set] : next.rrsets) {
      if (random() % 100 >= static_cast<std::size_t>(3 * version)) continue;
      if (set.type == RRType::a) set.rdata.front() = rdata(Bytes{10, 1, 2, static_cast<std::uint8_t>(random())});
      if (set.type == RRType::a) set.ttl = Ttl::from_wire(static_cast<std::uint32_t>(random() % 1000));
      if (set.type == RRType::rrsig) set.rdata.front() = signature(RRType::a);
    }
    const auto applied = snapshot->apply(naive_diff(content, next, version));
    ASSERT_TRUE(applied) << applied.error().detail;
    ASSERT_EQ(octets_of_chunks(**applied), octets_of_chunks(*build(next))) << version;
    ASSERT_EQ(records_of(**applied), next.records());
    content = next;
    snapshot = *applied;
  }
}

TEST(SnapshotApply, OfRecordsThatAreAsLongButNotFromWhatIsThereIsRefused) {
  const Content content = plain_zone(100);
  const Snapshot snapshot = build(content);
  Content next = with_serial_advanced(content);
  next.put(rrset(name("host100050.example.org."), RRType::a, {rdata(Bytes{192, 0, 2, 99})}));
  auto delta = naive_diff(content, next, 1);
  ASSERT_TRUE(snapshot->apply(delta));
  delta.changes.front().before.front().rdata = {rdata(Bytes{192, 0, 2, 98})};
  EXPECT_FALSE(snapshot->apply(delta));
}

TEST(SnapshotApply, SplitsAFullChunkInHalvesThatHaveRoom) {
  Content content = plain_zone(3000);
  Snapshot snapshot = build(content);
  for (std::int64_t version = 1; version <= 100; ++version) {
    Content next = with_serial_advanced(content);
    next.put(addresses(name("host101000-" + std::to_string(version) + ".example.org."), 1));
    const auto applied = snapshot->apply(naive_diff(content, next, version)).value();
    ASSERT_LE(new_chunks(*snapshot, *applied), 3U) << "a split must not run on through the zone";
    content = next;
    snapshot = applied;
  }
  expect_well_formed(*snapshot);
  EXPECT_EQ(records_of(*snapshot), content.records());
}

TEST(SnapshotApply, JoinsChunksAsAZoneIsEmptied) {
  Content content = plain_zone(8000);
  Snapshot snapshot = build(content);
  std::int64_t version = 1;
  while (content.rrsets.size() > 1) {
    Content next = with_serial_advanced(content);
    const auto size = static_cast<std::ptrdiff_t>(std::min<std::size_t>(next.rrsets.size() - 1, 700));
    next.rrsets.erase(std::prev(next.rrsets.end(), size), next.rrsets.end());
    snapshot = snapshot->apply(naive_diff(content, next, version++)).value();
    expect_well_formed(*snapshot);
    content = next;
  }
  EXPECT_EQ(snapshot->tree().totals().chunks, 1U);
  EXPECT_EQ(records_of(*snapshot), content.records());
}

TEST(SnapshotApply, JoinsASmallLastChunkWithTheOneBefore) {
  const Content content = plain_zone(1500);
  const Snapshot snapshot = build(content);
  const std::size_t chunks = snapshot->tree().totals().chunks;
  ASSERT_GT(chunks, 2U);
  Content next = with_serial_advanced(content);
  const auto last = snapshot->tree().nodes().back()->chunks().back();
  const auto left = static_cast<std::ptrdiff_t>(next.rrsets.size() - last->rrset_count() + 10);
  next.rrsets.erase(std::next(next.rrsets.begin(), left), next.rrsets.end());
  const auto applied = snapshot->apply(naive_diff(content, next, 1)).value();
  expect_well_formed(*applied);
  EXPECT_EQ(records_of(*applied), next.records());
  EXPECT_GE(applied->tree().nodes().back()->chunks().back()->octets().size(), Chunk::size_octets_merge);
}

TEST(SnapshotApply, KeepsNodesWithinTheirSizeAsAZoneGrowsAndShrinks) {
  RandomZone random(99, name("example.org."));
  Content content = plain_zone(0);
  Content grown = with_serial_advanced(content);
  for (std::size_t i = 0; i < 4500; ++i) {  // more chunks than a node holds
    grown.put(rrset(*content.apex.child("text" + std::to_string(1'000'000 + i)), RRType::txt,
                    {text(1000, static_cast<std::uint32_t>(i))}));
  }
  Snapshot snapshot = build(content)->apply(naive_diff(content, grown, 1)).value();
  EXPECT_GT(snapshot->tree().nodes().size(), 1U);
  expect_well_formed(*snapshot);
  Content thinned = with_serial_advanced(grown);
  std::erase_if(thinned.rrsets,
                [&](const auto& entry) { return random.below(10) != 0 && entry.second.type != RRType::ns; });
  snapshot = snapshot->apply(naive_diff(grown, thinned, 2)).value();
  expect_well_formed(*snapshot);
  EXPECT_EQ(records_of(*snapshot), thinned.records());
}

TEST(SnapshotApply, FollowsAnRRsetThroughTheSizeThatNeedsPieces) {
  const Name big = name("m.example.org.");
  Content content = plain_zone(1000);
  content.put(addresses(name("a.example.org."), 1));
  Snapshot snapshot = build(content);
  std::int64_t version = 1;
  for (const std::size_t count : {1U, 1000U, 4500U, 12'000U, 12'001U, 4000U, 2U, 0U}) {
    SCOPED_TRACE(count);
    Content next = with_serial_advanced(content);
    if (count > 0) {
      next.put(addresses(big, count));
    } else {
      next.rrsets.erase({OwnerKey::of(big, content.apex), RRType::a.value()});
    }
    next.put(rrset(name("m0.example.org."), RRType::txt, {text(40, static_cast<std::uint32_t>(count))}));
    snapshot = snapshot->apply(naive_diff(content, next, version++)).value();
    expect_well_formed(*snapshot);
    ASSERT_EQ(records_of(*snapshot), next.records());
    const auto found = snapshot->find(big, RRType::a);
    ASSERT_EQ(found ? found->rdata.size() : 0, count);
    content = next;
  }
}

TEST(SnapshotApply, ChangesNeighboursOfAnRRsetInPieces) {
  Content content = plain_zone(10);
  content.put(addresses(name("m.example.org."), 12'000));
  Snapshot snapshot = build(content);
  std::int64_t version = 1;
  for (const char* owner : {"l.example.org.", "m.example.org.", "a.m.example.org.", "n.example.org."}) {
    for (const bool present : {true, false}) {
      SCOPED_TRACE(owner);
      Content next = with_serial_advanced(content);
      const RRset txt = rrset(name(owner), RRType::txt, {text(30)});
      if (present) {
        next.put(txt);
      } else {
        next.rrsets.erase({OwnerKey::of(txt.owner, content.apex), RRType::txt.value()});
      }
      snapshot = snapshot->apply(naive_diff(content, next, version++)).value();
      expect_well_formed(*snapshot);
      ASSERT_EQ(records_of(*snapshot), next.records());
      ASSERT_EQ(snapshot->find(txt.owner, RRType::txt).has_value(), present);
      content = next;
    }
  }
}

TEST(SnapshotApply, ChangesTheSoaOfAZoneWhoseFirstRRsetIsInPieces) {
  const Name apex = name("example.org.");
  Content content{apex, soa(apex, 1), {}};
  content.put(addresses(apex, 12'000));  // type A is before NS: it shares the first chunk with the SOA
  content.put(rrset(apex, RRType::ns, {rdata({}, name("ns.example.net."))}));
  const Snapshot snapshot = build(content);
  EXPECT_GT(snapshot->tree().at({})->record_count(), 1) << "an answer to IXFR must not begin with a lone SOA";
  for (const char* mname : {"ns.example.net.", "other.example.net."}) {
    Content next = content;
    next.soa = soa(apex, 2, mname);
    const auto applied = snapshot->apply(naive_diff(content, next, 1)).value();
    expect_well_formed(*applied);
    EXPECT_EQ(records_of(*applied), next.records());
    EXPECT_GT(applied->tree().at({})->record_count(), 1);
  }
}

TEST(SnapshotApply, ChangesAnRRsetWhoseFirstPieceIsBesideTheSoa) {
  const Name apex = name("example.org.");
  Content content{apex, soa(apex, 1), {}};
  content.put(addresses(apex, 12'000));
  content.put(rrset(apex, RRType::ns, {rdata({}, name("ns.example.net."))}));
  Snapshot snapshot = build(content);
  std::int64_t version = 1;
  for (const std::size_t count : {12'001U, 11'000U, 1U}) {
    Content next = with_serial_advanced(content);
    next.put(addresses(apex, count));
    const auto applied = snapshot->apply(naive_diff(content, next, version++));
    ASSERT_TRUE(applied) << applied.error().detail;
    expect_well_formed(**applied);
    EXPECT_EQ(records_of(**applied), next.records());
    content = next;
    snapshot = *applied;
  }
}

struct Inconsistency {
  const char* reason;
  std::function<void(Delta&)> spoil;
};

TEST(SnapshotApply, RefusesADeltaThatDoesNotFit) {
  const Content content = plain_zone(50);
  const Snapshot snapshot = build(content);
  Content next = with_serial_advanced(content);
  next.put(addresses(name("host100010.example.org."), 3));
  next.put(addresses(name("host100010a.example.org."), 3));
  const Delta good = naive_diff(content, next, 1);
  ASSERT_TRUE(snapshot->apply(good));
  const Inconsistency rows[] = {
      {"other version", [](Delta& d) { d.from = Version(2); }},
      {"other serial before", [](Delta& d) { d.soa_before = soa(d.soa_before.owner, 7); }},
      {"other SOA before, with the chunk rendered anew",
       [](Delta& d) {
         d.soa_before = soa(d.soa_before.owner, 1, "x.");
         d.soa_after = soa(d.soa_before.owner, 2, "y.");
       }},
      {"the SOA isn't one", [](Delta& d) { d.soa_after.type = RRType::txt; }},
      {"an RRset other before", [](Delta& d) { d.changes[0].before[0].ttl = Ttl::from_wire(1); }},
      {"case of the owner other before",
       [](Delta& d) { d.changes[0].before[0].owner = name("HOST100010.example.org."); }},
      {"records other before", [](Delta& d) { d.changes[0].before[0] = addresses(d.changes[0].before[0].owner, 2); }},
      {"comes, but is there", [](Delta& d) { d.changes[0].before.clear(); }},
      {"changed, but not there", [](Delta& d) { d.changes[1].before = d.changes[1].after; }},
      {"out of order", [](Delta& d) { std::swap(d.changes[0], d.changes[1]); }},
      {"twice", [](Delta& d) { d.changes[1] = d.changes[0]; }},
      {"neither before nor after", [](Delta& d) { d.changes[1].after.clear(); }},
      {"two after", [](Delta& d) { d.changes[1].after.push_back(d.changes[1].after[0]); }},
      {"other owner after", [](Delta& d) { d.changes[0].after[0].owner = name("z.example.org."); }},
      {"outside of the zone", [](Delta& d) { d.changes[1].after[0].owner = name("host100010a.example.com."); }},
      {"a SOA among the changes",
       [](Delta& d) {
         d.changes.insert(d.changes.begin(), RRsetChange{{d.soa_before}, {d.soa_after}});
       }},
      {"two equal records", [](Delta& d) { d.changes[1].after[0].rdata.push_back(d.changes[1].after[0].rdata[0]); }},
      {"no record", [](Delta& d) { d.changes[1].after[0].rdata.clear(); }},
      {"a meta type", [](Delta& d) { d.changes[1].after[0].type = RRType::any; }},
      {"RDATA without the name of its type",
       [](Delta& d) {
         d.changes[1].after[0].type = RRType::ns;
         d.changes[1].after[0].rdata = {rdata(Bytes{0xc0, 0x0c})};
       }},
  };
  for (const auto& row : rows) {
    Delta delta = good;
    row.spoil(delta);
    EXPECT_FALSE(snapshot->apply(delta)) << row.reason;
  }
  EXPECT_EQ(records_of(*snapshot), content.records());
}

}  // namespace
}  // namespace minidns::dns::test
