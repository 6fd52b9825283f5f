#include "dns/snapshot/axfr_source.hpp"
#include "dns/snapshot/diff.hpp"
#include "dns/snapshot/ixfr_answer.hpp"
#include "tests/unit/snapshot_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace minidns::dns::test {
namespace {

const Name apex = name("Example.org.");
constexpr std::size_t no_limit = std::size_t{1} << 40;

std::vector<std::uint16_t> counts_of(TransferSource& source) {
  std::vector<std::uint16_t> counts;
  while (const auto body = source.next()) {
    counts.push_back(body->ancount);
  }
  return counts;
}

/// A secondary that follows RFC 1995 §4 to the letter.
SeenRecords applied(SeenRecords zone, const SeenRecords& answer) {
  std::multiset<SeenRecord> records(zone.begin(), zone.end());
  EXPECT_GE(answer.size(), 4U);
  const SeenRecord& newest = answer.front();
  EXPECT_EQ(newest, answer.back());
  bool adds = true;
  for (std::size_t i = 1; i + 1 < answer.size(); ++i) {
    const auto& record = answer[i];
    if (record.type == RRType::soa.value()) {
      adds = !adds;
    }
    if (adds) {
      EXPECT_FALSE(records.contains(record)) << "added, but there";
      records.insert(record);
    } else {
      EXPECT_EQ(records.erase(record), 1U) << "deleted, but not there";
    }
  }
  EXPECT_TRUE(adds) << "ends with what came";
  return {records.begin(), records.end()};
}

TEST(AxfrSource, SendsWhatTheZoneHasBetweenTwoSoas) {
  for (const std::size_t rrsets : {0U, 5U, 300U, 1500U}) {
    RandomZone random(rrsets, apex);
    const Content content = random.content(rrsets);
    const Snapshot snapshot = build(content);
    for (const RRType qtype : {RRType::axfr, RRType::ixfr}) {
      AxfrSource source(snapshot);
      SeenRecords records = received(source, apex, qtype);
      EXPECT_EQ(records.front(), records.back());
      EXPECT_EQ(records.front(), seen(content.soa).front());
      records.pop_back();
      EXPECT_EQ(sorted(records), content.records());
    }
  }
}

TEST(AxfrSource, SendsASmallZoneInOneMessage) {
  Content content{apex, soa(apex, 1), {}};
  AxfrSource of_soa_alone(build(content));
  EXPECT_EQ(counts_of(of_soa_alone), std::vector<std::uint16_t>{2});
  content.put(rrset(apex, RRType::ns, {rdata({}, name("ns.example.net."))}));
  AxfrSource of_empty_zone(build(content));
  EXPECT_EQ(counts_of(of_empty_zone), std::vector<std::uint16_t>{3});
}

TEST(AxfrSource, TellsItsSizeBeforehand) {
  RandomZone random(5, apex);
  const Snapshot snapshot = build(random.content(2000));
  AxfrSource source(snapshot);
  std::size_t size = 0;
  while (const auto body = source.next()) {
    size += body->size_octets();
  }
  EXPECT_EQ(size, snapshot->transfer_octets());
}

TEST(AxfrSource, SendsTheClosingSoaAloneBehindAFullLastMessage) {
  const Name root = Name::root();
  Content content{root, soa(root, 1), {}};
  content.put(rrset(root, RRType::ns, {rdata({}, name("ns.example.net."))}));
  std::vector<Rdata> filling = {text(64'000)};
  for (std::uint32_t i = 0; i < 8; ++i) {
    filling.push_back(text(90, i));
  }
  content.put(rrset(name("z."), RRType::txt, filling));
  const Snapshot snapshot = build(content);
  AxfrSource source(snapshot);
  const auto records = received(source, root, RRType::axfr);
  EXPECT_EQ(records.back().type, RRType::soa.value());
  AxfrSource again(snapshot);
  EXPECT_EQ(counts_of(again).back(), 1);
}

TEST(AxfrSource, NeverBeginsWithALoneSoa) {
  const RRset firsts[] = {
      rrset(apex, RRType(1), {text(64'000)}),
      addresses(apex, 12'000),
      rrset(apex, RRType::txt, {text(16'300)}),
  };
  for (const auto& first : firsts) {
    Content content{apex, soa(apex, 1), {}};
    content.put(first);
    AxfrSource source(build(content));
    EXPECT_GT(source.next()->ancount, 1);
  }
}

TEST(AxfrSource, OutlivesTheVersionThatItSends) {
  RandomZone random(11, apex);
  const Content content = random.content(2000);
  Snapshot snapshot = build(content);
  AxfrSource source(snapshot);
  const auto first = source.next();
  ASSERT_TRUE(first);
  const Content next = random.changed(content, 500);
  snapshot = snapshot->apply(naive_diff(content, next, 1)).value();
  std::size_t records = first->ancount;
  while (const auto body = source.next()) {
    records += parsed(*body, apex, RRType::axfr).answer.size();
  }
  EXPECT_EQ(records, content.records().size() + 1);
}

TEST(IxfrAnswer, BringsASecondaryFromAnyVersionToTheNext) {
  for (const std::size_t rrsets : {3U, 400U, 1200U}) {
    RandomZone random(rrsets + 1, apex);
    Content content = random.content(rrsets);
    for (std::int64_t version = 1; version <= 10; ++version) {
      SCOPED_TRACE(version);
      const Content next = random.changed(content, 1 + random.below(version % 5 == 0 ? 500 : 10));
      const auto answer = IxfrAnswer::render(naive_diff(content, next, version), no_limit);
      ASSERT_TRUE(answer);
      IxfrSource source(answer);
      ASSERT_EQ(applied(content.records(), received(source, apex, RRType::ixfr)), next.records());
      for (const auto& body : answer->bodies()) {
        EXPECT_LE(body.octets.size(), Chunk::size_octets_split);
      }
      EXPECT_GE(answer->bodies().front().ancount, 3);
      content = next;
    }
  }
}

/// The difference between two zones of one RRset (or none), as records on the wire without the SOAs.
struct Difference {
  SeenRecords gone;
  SeenRecords come;
};

Difference difference(const std::vector<RRset>& before, const std::vector<RRset>& after) {
  const Delta delta{Version(1), Version(2), soa(apex, 1), soa(apex, 2), {RRsetChange{before, after}}};
  IxfrSource source(IxfrAnswer::render(delta, no_limit));
  const auto records = received(source, apex, RRType::ixfr);
  Difference result;
  int soas = 0;
  for (const auto& record : records) {
    if (record.type == RRType::soa.value()) {
      ++soas;
    } else {
      (soas == 2 ? result.gone : result.come).push_back(record);
    }
  }
  EXPECT_EQ(soas, 4);
  return result;
}

TEST(IxfrAnswer, SendsOnlyTheRecordsOfAnRRsetThatDiffer) {
  const Name owner = name("a.example.org.");
  const RRset before = rrset(owner, RRType::txt, {text(9, 3), text(9, 1), text(9, 2)});
  const RRset after = rrset(owner, RRType::txt, {text(9, 2), text(9, 4), text(9, 3)});
  const auto result = difference({before}, {after});
  EXPECT_EQ(result.gone, seen(rrset(owner, RRType::txt, {text(9, 1)})));
  EXPECT_EQ(result.come, seen(rrset(owner, RRType::txt, {text(9, 4)})));
}

TEST(IxfrAnswer, SendsAllRecordsWhenTtlOrOwnerCaseChanges) {
  const RRset before = rrset(name("a.example.org."), RRType::txt, {text(9, 1), text(9, 2)}, 60);
  const RRset other_ttl = rrset(name("a.example.org."), RRType::txt, {text(9, 1), text(9, 2)}, 61);
  const RRset other_case = rrset(name("A.example.org."), RRType::txt, {text(9, 1), text(9, 2)}, 60);
  for (const auto& after : {other_ttl, other_case}) {
    const auto result = difference({before}, {after});
    EXPECT_EQ(result.gone, seen(before));
    EXPECT_EQ(result.come, seen(after));
  }
}

// edge case 24: PowerDNS can't follow such a change by IXFR.
TEST(IxfrAnswer, IsNotMadeAcrossAChangeOfTheKindOfDenial) {
  const RRset key = rrset(apex, RRType::dnskey, {rdata(Bytes{1, 1, 3, 13, 7})});
  const RRset other_key = rrset(apex, RRType::dnskey, {rdata(Bytes{1, 1, 3, 13, 8})});
  const RRset nsec = rrset(apex, RRType::nsec, {rdata(Bytes{0, 0, 1, 0x40})});
  const RRset other_nsec = rrset(apex, RRType::nsec, {rdata(Bytes{0, 0, 1, 0x60})});
  const RRset param = rrset(apex, RRType::nsec3param, {rdata(Bytes{1, 0, 0, 0, 0})});
  const RRset salted = rrset(apex, RRType::nsec3param, {rdata(Bytes{1, 0, 0, 0, 1, 9})});
  const RRset nsec_below = rrset(name("a.example.org."), RRType::nsec, nsec.rdata);
  struct Row {
    const char* reason;
    RRsetChange change;
    bool is_made;
  };
  const Row rows[] = {{"unsigned to signed", {{}, {key}}, false},
                      {"signed to unsigned", {{key}, {}}, false},
                      {"a key roll", {{key}, {other_key}}, true},
                      {"NSEC to NSEC3, seen at the apex", {{nsec}, {}}, false},
                      {"NSEC3 to NSEC", {{}, {nsec}}, false},
                      {"another type at the apex", {{nsec}, {other_nsec}}, true},
                      {"to NSEC3", {{}, {param}}, false},
                      {"another salt", {{param}, {salted}}, false},
                      {"a name below that goes", {{nsec_below}, {}}, true}};
  for (const auto& row : rows) {
    const Delta delta{Version(1), Version(2), soa(apex, 1), soa(apex, 2), {row.change}};
    EXPECT_EQ(IxfrAnswer::render(delta, no_limit) != nullptr, row.is_made) << row.reason;
  }
}

TEST(IxfrAnswer, OfASerialAloneHasFourSoas) {
  const Delta delta{Version(1), Version(2), soa(apex, 1), soa(apex, 2), {}};
  const auto answer = IxfrAnswer::render(delta, no_limit);
  ASSERT_EQ(answer->bodies().size(), 1U);
  EXPECT_EQ(answer->bodies()[0].ancount, 4);
}

TEST(IxfrAnswer, PutsALargeRecordInAMessageOfItsOwn) {
  const Name owner = name("m.example.org.");
  const RRset large = rrset(owner, RRType::txt, {text(64'000)});
  const RRset small = rrset(name("n.example.org."), RRType::txt, {text(50)});
  const Delta delta{
      Version(1), Version(2), soa(apex, 1), soa(apex, 2), {RRsetChange{{}, {large}}, RRsetChange{{}, {small}}}};
  const auto answer = IxfrAnswer::render(delta, no_limit);
  ASSERT_TRUE(answer);
  std::vector<std::uint16_t> counts;
  for (const auto& body : answer->bodies()) {
    counts.push_back(body.ancount);
    EXPECT_LE(body.octets.size(), Chunk::size_octets_max);
  }
  EXPECT_EQ(counts, (std::vector<std::uint16_t>{3, 1, 2}));
}

TEST(IxfrAnswer, NeverBeginsWithTheTwoSoasAlone) {
  const RRset large = rrset(name("m.example.org."), RRType::txt, {text(64'000)});
  const Delta delta{Version(1), Version(2), soa(apex, 1), soa(apex, 2), {RRsetChange{{large}, {}}}};
  const auto answer = IxfrAnswer::render(delta, no_limit);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bodies()[0].ancount, 3);
}

TEST(IxfrAnswer, IsNotMadeWhenItWouldBeLargerThanTheLimit) {
  RandomZone random(3, apex);
  const Content content = random.content(500);
  const Content next = random.changed(content, 300);
  const Delta delta = naive_diff(content, next, 1);
  const auto answer = IxfrAnswer::render(delta, no_limit);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(IxfrAnswer::render(delta, answer->size_octets()));
  EXPECT_FALSE(IxfrAnswer::render(delta, answer->size_octets() - 1));
}

TEST(IxfrAnswer, KeepsTheOctetsOfTheSoaBefore) {
  const RRset before = soa(apex, 1, "NS1.Example.org.");
  const RRset after = soa(apex, 2, "ns1.example.org.");
  const Delta delta{Version(1), Version(2), before, after, {}};
  IxfrSource source(IxfrAnswer::render(delta, no_limit));
  const auto records = received(source, apex, RRType::ixfr);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[1], seen(before).front()) << "edge case 23";
}

}  // namespace
}  // namespace minidns::dns::test
