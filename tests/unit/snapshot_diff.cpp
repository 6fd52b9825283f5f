#include "dns/snapshot/diff.hpp"
#include "dns/snapshot/ixfr_answer.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <gtest/gtest.h>

namespace minidns::dns::test {
namespace {

const Name apex = name("example.org.");

TEST(SnapshotDiff, AppliedToTheFirstGivesTheSecond) {
  for (const std::size_t rrsets : {10U, 600U, 1500U}) {
    RandomZone random(rrsets + 17, apex);
    Content content = random.content(rrsets);
    Snapshot snapshot = build(content);
    for (std::int64_t version = 1; version <= 8; ++version) {
      SCOPED_TRACE(version);
      const Content next_content = random.changed(content, 1 + random.below(100));
      const Delta expected = naive_diff(content, next_content, version);
      const Snapshot next = snapshot->apply(expected).value();

      const Delta shared = diff(*snapshot, *next);
      EXPECT_EQ(records_of(shared), records_of(expected));
      const Delta unshared = diff(*build(content, version), *build(next_content, version + 1));
      EXPECT_EQ(records_of(unshared), records_of(expected));

      const auto applied = snapshot->apply(shared);
      ASSERT_TRUE(applied) << applied.error().detail;
      ASSERT_EQ(records_of(**applied), next_content.records());
      content = next_content;
      snapshot = next;
    }
  }
}

TEST(SnapshotDiff, GoesBackwardsToo) {
  RandomZone random(4, apex);
  const Content old = random.content(800);
  const Content now = random.changed(old, 200);
  const Snapshot a = build(old, 1);
  const Snapshot b = build(now, 2);
  EXPECT_EQ(records_of(*b->apply(diff(*b, *a)).value()), old.records());
}

TEST(SnapshotDiff, OfTheSameVersionIsEmpty) {
  RandomZone random(6, apex);
  const Content content = random.content(2000);
  const Snapshot snapshot = build(content);
  EXPECT_TRUE(diff(*snapshot, *snapshot).changes.empty());
  EXPECT_TRUE(diff(*snapshot, *build(content)).changes.empty());
}

TEST(SnapshotDiff, FindsChangesBesideAnRRsetInPieces) {
  Content content{apex, soa(apex, 1), {}};
  content.put(addresses(name("m.example.org."), 12'000));
  content.put(addresses(name("a.example.org."), 1));
  const Snapshot snapshot = build(content);
  Content next = content;
  next.soa = soa(apex, 2);
  next.put(addresses(name("a.m.example.org."), 1));
  next.put(addresses(name("m.example.org."), 12'001));
  const Delta expected = naive_diff(content, next, 1);
  EXPECT_EQ(records_of(diff(*snapshot, *snapshot->apply(expected).value())), records_of(expected));
}

TEST(DeltaCompose, EqualsTheSequence) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    RandomZone random(seed, apex);
    const Content first = random.content(seed * 40);
    const Snapshot snapshot = build(first);
    Content content = first;
    Delta all = naive_diff(first, first, 0);  // to version 1, nothing changed
    all.soa_before = all.soa_after = first.soa;
    for (std::int64_t version = 1; version <= 15; ++version) {
      const Content next = random.changed(content, 20);
      auto composed = compose(all, naive_diff(content, next, version));
      ASSERT_TRUE(composed) << composed.error().detail;
      all = std::move(*composed);
      content = next;
    }
    EXPECT_EQ(records_of(all), records_of(naive_diff(first, content, 0)));
    all.from = Version(1);
    const auto applied = snapshot->apply(all);
    ASSERT_TRUE(applied) << applied.error().detail;
    EXPECT_EQ(records_of(**applied), content.records());
  }
}

TEST(DeltaCompose, ForgetsWhatCameAndWent) {
  const RRset txt = rrset(name("a.example.org."), RRType::txt, {text(9, 1), text(9, 2)});
  const RRset other = rrset(name("a.example.org."), RRType::txt, {text(9, 3)});
  RRset shuffled = txt;
  std::swap(shuffled.rdata[0], shuffled.rdata[1]);
  struct Row {
    const char* reason;
    RRsetChange first, second;
    std::size_t left;
  };
  const Row rows[] = {
      {"came and went", {{}, {txt}}, {{txt}, {}}, 0},
      {"went and came back in another order", {{txt}, {}}, {{}, {shuffled}}, 0},
      {"changed and back", {{txt}, {other}}, {{other}, {txt}}, 0},
      {"came and changed", {{}, {txt}}, {{shuffled}, {other}}, 1},
      {"went and came back as another", {{txt}, {}}, {{}, {other}}, 1},
  };
  for (const auto& row : rows) {
    const Delta first{Version(1), Version(2), soa(apex, 1), soa(apex, 2), {row.first}};
    const Delta second{Version(2), Version(5), soa(apex, 2), soa(apex, 3), {row.second}};
    const Delta both = compose(first, second).value();
    EXPECT_EQ(both.changes.size(), row.left) << row.reason;
    EXPECT_EQ(both.from, Version(1));
    EXPECT_EQ(both.to, Version(5));
    EXPECT_EQ(both.soa_before, soa(apex, 1));
    EXPECT_EQ(both.soa_after, soa(apex, 3));
  }
}

TEST(DeltaCompose, RefusesDeltasThatAreNoSequence) {
  const RRset txt = rrset(name("a.example.org."), RRType::txt, {text(9, 1)});
  const RRset other = rrset(name("a.example.org."), RRType::txt, {text(9, 3)});
  const Delta first{Version(1), Version(2), soa(apex, 1), soa(apex, 2), {RRsetChange{{}, {txt}}}};
  const Delta good{Version(2), Version(3), soa(apex, 2), soa(apex, 3), {RRsetChange{{txt}, {}}}};
  ASSERT_TRUE(compose(first, good));
  Delta other_version = good;
  other_version.from = Version(4);
  EXPECT_FALSE(compose(first, other_version));
  Delta other_soa = good;
  other_soa.soa_before = soa(apex, 9);
  EXPECT_FALSE(compose(first, other_soa));
  Delta other_before = good;
  other_before.changes[0].before[0] = other;
  EXPECT_FALSE(compose(first, other_before));
  Delta none_before = good;
  none_before.changes[0] = {{}, {other}};
  EXPECT_FALSE(compose(first, none_before));
}

}  // namespace
}  // namespace minidns::dns::test
