#include "dns/snapshot/builder.hpp"
#include "dns/snapshot/cursor.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace minidns::dns::test {
namespace {

const Name apex = name("example.org.");

/// The longest name below `above`: 255 octets.
Name longest_below(Name above) {
  while (above.wire().size() < Name::size_octets_max - 1) {
    const std::size_t room = Name::size_octets_max - above.wire().size() - 1;
    // A label of which one octet would remain leaves a name that can't be filled.
    const std::size_t size = room <= 63 ? room : (room == 64 ? 62 : 63);
    above = *above.child(std::string(size, 'w'));
  }
  return above;
}

TEST(SnapshotBuilder, RefusesWhatCanNotBeInAZone) {
  struct Row {
    const char* reason;
    RRset rrset;
  };
  const RRset first = addresses(name("m.example.org."), 1);
  const Row rows[] = {
      {"twice", first},
      {"owner before the last", addresses(name("l.example.org."), 1)},
      {"owner before the last by canonical order, not by octets", addresses(name("zz.l.example.org."), 1)},
      {"twice, in other case", addresses(name("M.example.org."), 2)},
      {"outside", addresses(name("z.example.com."), 1)},
      {"the SOA comes at the end", soa(apex, 1)},
      {"SOA below the apex", soa(name("z.example.org."), 1)},
      {"meta type", rrset(name("z.example.org."), RRType::opt, {text(10)})},
      {"no record", rrset(name("z.example.org."), RRType::a, {})},
      {"equal records", rrset(name("z.example.org."), RRType::txt, {text(9), text(8), text(9)})},
      {"MX of one octet", rrset(name("z.example.org."), RRType::mx, {rdata(Bytes{1})})},
      {"a pointer in RDATA would lead nowhere", rrset(name("z.example.org."), RRType::ns, {rdata(Bytes{0xc0, 12})})},
  };
  for (const auto& row : rows) {
    SnapshotBuilder builder(apex);
    ASSERT_TRUE(builder.add(first));
    EXPECT_FALSE(builder.add(row.rrset)) << row.reason;
  }
}

TEST(SnapshotBuilder, RefusesASoaThatIsNone) {
  RRset two = soa(apex, 1);
  two.rdata.push_back(soa(apex, 2).rdata.front());
  RRset cut_short = soa(apex, 1);
  cut_short.rdata = {rdata(Bytes{0, 0, 1, 2, 3})};
  for (const auto& bad : {soa(name("sub.example.org."), 1), two, cut_short, addresses(apex, 1)}) {
    EXPECT_FALSE(SnapshotBuilder(apex).finish(Version(1), bad));
  }
}

TEST(SnapshotBuilder, MakesAZoneOfTheSoaAlone) {
  const auto snapshot = SnapshotBuilder(apex).finish(Version(9), soa(apex, 5)).value();
  EXPECT_EQ(snapshot->version(), Version(9));
  EXPECT_EQ(snapshot->serial(), Serial(5));
  EXPECT_EQ(snapshot->record_count(), 1U);
  EXPECT_EQ(snapshot->soa(), soa(apex, 5));
  expect_well_formed(*snapshot);
}

TEST(SnapshotBuilder, PutsAZoneOfUpTo16KiBInOneChunk) {
  for (const std::size_t size : {13'000U, 14'500U, 15'000U, 15'500U, 16'100U}) {
    Content content{apex, soa(apex, 1), {}};
    content.put(rrset(apex, RRType::ns, {rdata({}, name("ns.example.net."))}));
    for (std::size_t i = 0; i * 220 < size - 400; ++i) {
      content.put(rrset(*apex.child("t" + std::to_string(1000 + i)), RRType::txt, {text(200)}));
    }
    const Snapshot snapshot = build(content);
    EXPECT_LE(snapshot->tree().totals().octets, Chunk::size_octets_split);
    EXPECT_EQ(snapshot->tree().totals().chunks, 1U) << size;
  }
}

TEST(SnapshotBuilder, SortsTheRecordsOfAnRRset) {
  Content one{apex, soa(apex, 1), {}};
  one.put(rrset(apex, RRType::txt, {text(9, 3), text(9, 1), text(9, 2)}));
  Content other{apex, soa(apex, 1), {}};
  other.put(rrset(apex, RRType::txt, {text(9, 2), text(9, 3), text(9, 1)}));
  const auto a = build(one)->tree().at({});
  const auto b = build(other)->tree().at({});
  EXPECT_TRUE(std::ranges::equal(a->octets(), b->octets())) << "two instances must not give two contents";
}

struct Edge {
  const char* reason;
  const char* apex;
  RRset rrset;
};

class SnapshotEdge : public testing::TestWithParam<Edge> {};

TEST_P(SnapshotEdge, IsReadBackUnchangedBetweenOthers) {
  const Edge& edge = GetParam();
  const Name zone = name(edge.apex);
  Content content{zone, soa(zone, 1), {}};
  content.put(rrset(zone, RRType::ns, {rdata({}, name("ns.example.net."))}));
  for (int i = 0; i < 300; ++i) {
    for (const char* prefix : {"a", "n", "z"}) {
      if (const auto owner = zone.child(prefix + std::to_string(i))) {
        content.put(addresses(*owner, 2));
      }
    }
  }
  content.put(edge.rrset);
  const Snapshot snapshot = build(content);
  expect_well_formed(*snapshot);
  EXPECT_EQ(records_of(*snapshot), content.records());
  const auto found = snapshot->find(edge.rrset.owner, edge.rrset.type);
  ASSERT_TRUE(found);
  EXPECT_EQ(seen(*found), sorted(seen(edge.rrset)));
  EXPECT_TRUE(snapshot->exists(OwnerKey::of(edge.rrset.owner, zone)));
}

std::vector<Rdata> texts(std::size_t count, std::size_t size) {
  std::vector<Rdata> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(text(size, static_cast<std::uint32_t>(i)));
  }
  return records;
}

INSTANTIATE_TEST_SUITE_P(
    Edges, SnapshotEdge,
    testing::Values(
        Edge{"one record of the largest size", "example.org.",
             rrset(name("m.example.org."), RRType::txt, {text(64'000)})},
        Edge{"70 KiB in 70 records", "example.org.", rrset(name("m.example.org."), RRType::txt, texts(70, 1024))},
        Edge{"300 KiB, in more than four pieces", "example.org.",
             rrset(name("m.example.org."), RRType::txt, texts(300, 1024))},
        Edge{"several records of which each needs a piece", "example.org.",
             rrset(name("m.example.org."), RRType::txt, texts(3, 64'000))},
        Edge{"the first RRset of the zone needs pieces", "example.org.", addresses(name("example.org."), 12'000)},
        Edge{"the largest record at the apex", "example.org.", rrset(name("example.org."), RRType(1), {text(64'000)})},
        Edge{"the last RRset of the zone is large", "example.org.",
             rrset(name("zz.example.org."), RRType::txt, texts(20, 1024))},
        Edge{"owner of 255 octets", "example.org.", addresses(longest_below(name("example.org.")), 3)},
        Edge{"the longest owner with the largest record", "example.org.",
             rrset(longest_below(name("example.org.")), RRType::txt, {text(64'000)})},
        Edge{"owner of 255 octets in the root zone", ".", addresses(longest_below(Name::root()), 3)},
        Edge{"octets 0, 1 and 255 in a label", "example.org.", addresses(name("m\\000\\001\\255.example.org."), 1)},
        Edge{"a label of zero octets sorts before all", "example.org.", addresses(name("\\000.example.org."), 1)},
        Edge{"a dot inside of a label", "example.org.", addresses(name("m\\.m.example.org."), 1)},
        Edge{"capitals in owner and RDATA", "Example.ORG.",
             rrset(name("MiXeD.eXample.org."), RRType::ns, {rdata({}, name("Ns.EXAMPLE.org."))})},
        Edge{"empty RDATA", "example.org.", rrset(name("m.example.org."), RRType(65'280), {rdata(Bytes{})})}),
    [](const auto& row) {
      std::string id;
      for (const char* c = row.param.reason; *c != 0; ++c) {
        if (std::isalnum(static_cast<unsigned char>(*c)) != 0) {
          id.push_back(*c);
        }
      }
      return id;
    });

TEST(SnapshotBuilder, TakesTheLongestSoaWithTheLargestRecordInTheFirstChunk) {
  const Name long_apex = longest_below(Name::root());
  const auto long_name = [](char c) {
    const std::string label(63, c);
    return name(label + "." + label + "." + label + "." + std::string(61, c) + ".");
  };
  Content content{long_apex, soa(long_apex, 1, long_name('p').to_text()), {}};
  content.put(rrset(long_apex, RRType(1), {text(64'000)}));
  const Snapshot snapshot = build(content);
  EXPECT_EQ(snapshot->tree().totals().chunks, 1U);
  expect_well_formed(*snapshot);
  EXPECT_EQ(records_of(*snapshot), content.records());
}

TEST(SnapshotMemory, IsAtMostAQuarterMoreThanTheWireForm) {
  Content content{apex, soa(apex, 1), {}};
  for (std::size_t i = 0; i < 20'000; ++i) {
    content.put(addresses(*apex.child("host" + std::to_string(i)), 1));
  }
  const Snapshot snapshot = build(content);
  EXPECT_LT(snapshot->octets() * 4, snapshot->transfer_octets() * 5);
  EXPECT_GT(snapshot->octets(), snapshot->transfer_octets());
}

TEST(SnapshotMemory, OfAnEmptyZoneIsBelowAKilobyte) {
  Content content{apex, soa(apex, 1), {}};
  content.put(rrset(apex, RRType::ns, {rdata({}, name("ns.example.net."))}));
  EXPECT_LT(build(content)->octets(), 1024U);
}

}  // namespace
}  // namespace minidns::dns::test
