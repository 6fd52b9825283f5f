// Two instances that came to a version by different ways send the same records in the same order.

#include "dns/snapshot/axfr_source.hpp"
#include "dns/snapshot/diff.hpp"
#include "dns/snapshot/ixfr_answer.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace minidns::dns::test {
namespace {

constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

SeenRecords axfr_of(const Snapshot& snapshot) {
  AxfrSource source(snapshot);
  return received(source, snapshot->apex(), RRType::axfr);
}

Bytes octets_of(const std::shared_ptr<const IxfrAnswer>& answer) {
  Bytes all;
  for (const auto& body : answer->bodies()) {
    all.insert(all.end(), body.octets.begin(), body.octets.end());
    all.push_back(static_cast<std::uint8_t>(body.ancount));
  }
  return all;
}

/// One follows every version; the other is started at the last one. Each answers AXFR, and IXFR from a version between.
void expect_equal_answers(std::uint64_t seed) {
  SCOPED_TRACE(seed);
  const Name apex = name("example.org.");
  RandomZone random(seed, apex);
  std::vector<Content> versions{random.content(1 + random.below(40))};
  Snapshot follower = build(versions.front());
  std::vector<Delta> steps;
  const std::size_t count = 2 + random.below(5);
  for (std::size_t version = 1; version <= count; ++version) {
    Content next = random.changed(versions.back(), 1 + random.below(6));
    steps.push_back(naive_diff(versions.back(), next, static_cast<std::int64_t>(version)));
    follower = follower->apply(steps.back()).value();
    versions.push_back(std::move(next));
  }
  const Snapshot starter = build(versions.back(), static_cast<std::int64_t>(count + 1));
  ASSERT_EQ(axfr_of(follower), axfr_of(starter));

  const std::size_t from = random.below(count);
  Delta composed = steps[from];
  for (std::size_t step = from + 1; step < count; ++step) {
    composed = compose(composed, steps[step]).value();
  }
  const Snapshot old = build(versions[from], static_cast<std::int64_t>(from + 1));
  const auto ours = IxfrAnswer::render(composed, no_limit);
  const auto theirs = IxfrAnswer::render(diff(*old, *starter), no_limit);
  ASSERT_EQ(ours == nullptr, theirs == nullptr);
  if (ours) {
    ASSERT_EQ(octets_of(ours), octets_of(theirs));
  }
}

// edge cases 20, 43
TEST(TwoPrimaries, SendTheSameAxfrAndIxfrAfterAThousandRandomHistories) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    expect_equal_answers(seed);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace minidns::dns::test
