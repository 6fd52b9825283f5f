#include "pool-manager/plan.hpp"
#include "tests/unit/pool_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace minidns::pool {
namespace {

using pool_samples::name;
using pool_samples::uuid;
using Kind = Finding::Kind;

storage::DesiredZone desired(const std::string& zone, std::uint32_t serial, bool deleted = false) {
  return {ZoneId(uuid(1)), name(zone), dns::Version(1), dns::Serial(serial), deleted};
}

ListedZone listed(const std::string& zone, std::optional<std::uint32_t> serial) {
  return {name(zone), serial ? std::optional(dns::Serial(*serial)) : std::nullopt};
}

struct Row {
  const char* reason;
  std::vector<storage::DesiredZone> desired;
  std::vector<ListedZone> observed;
  std::vector<Finding> findings;
};

TEST(Plan, SaysWhatEachNameNeeds) {
  const std::vector<Row> rows{
      {"nothing anywhere", {}, {}, {}},
      {"equal serials need nothing", {desired("a.", 5)}, {listed("a.", 5)}, {}},
      {"wanted and not there", {desired("a.", 5)}, {}, {{Kind::missing, name("a.")}}},
      {"an older serial", {desired("a.", 5)}, {listed("a.", 4)}, {{Kind::behind, name("a.")}}},
      {"configured and never loaded", {desired("a.", 5)}, {listed("a.", {})}, {{Kind::behind, name("a.")}}},
      {"a newer serial than ours", {desired("a.", 5)}, {listed("a.", 6)}, {{Kind::ahead, name("a."), dns::Serial(6)}}},
      {"older across the wrap of RFC 1982",
       {desired("a.", 3)},
       {listed("a.", 0xffff'fff0)},
       {{Kind::behind, name("a.")}}},
      {"half the range away can't be compared",
       {desired("a.", 0x8000'0001)},
       {listed("a.", 1)},
       {{Kind::behind, name("a.")}}},
      {"there and nobody's", {}, {listed("a.", 5)}, {{Kind::unknown, name("a.")}}},
      {"there and deleted", {desired("a.", 5, true)}, {listed("a.", 4)}, {{Kind::leftover, name("a.")}}},
      {"deleted and gone", {desired("a.", 5, true)}, {}, {}},
      {"names differ in case only", {desired("a.example.", 5)}, {listed("A.ExAmple.", 5)}, {}},
      {"canonical order, not that of text",
       {desired("b.", 1), desired("a.b.", 1)},
       {listed("a.b.", 1), listed("c.", 1)},
       {{Kind::missing, name("b.")}, {Kind::unknown, name("c.")}}},
      {"before, between and after",
       {desired("b.", 1), desired("d.", 1)},
       {listed("a.", 1), listed("c.", 1), listed("e.", 1)},
       {{Kind::unknown, name("a.")},
        {Kind::missing, name("b.")},
        {Kind::unknown, name("c.")},
        {Kind::missing, name("d.")},
        {Kind::unknown, name("e.")}}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(plan(row.desired, row.observed), row.findings) << row.reason;
  }
}

/// What a nameserver has after all findings were acted upon.
std::map<dns::Name, dns::Serial> apply(const std::vector<Finding>& findings, std::map<dns::Name, dns::Serial> has,
                                       const std::map<dns::Name, dns::Serial>& wanted) {
  for (const Finding& finding : findings) {
    switch (finding.kind) {
      case Kind::missing:
      case Kind::behind:
        has.insert_or_assign(finding.name, wanted.at(finding.name));
        break;
      case Kind::leftover:
      case Kind::unknown:
        has.erase(finding.name);
        break;
      case Kind::ahead:
        break;
    }
  }
  return has;
}

TEST(Plan, MakesAnyListTheDesiredOneWhateverThePages) {
  std::mt19937 random(7);  // NOLINT: the same lists each time
  for (int round = 0; round < 200; ++round) {
    std::map<dns::Name, dns::Serial> wanted;
    std::map<dns::Name, dns::Serial> has;
    std::set<dns::Name> deleted;
    for (int i = 0; i < 30; ++i) {
      const auto zone = name("z" + std::to_string(random() % 40) + ".example.");
      switch (random() % 4) {
        case 0:
          wanted.emplace(zone, dns::Serial(9));
          break;
        case 1:
          has.emplace(zone, dns::Serial(static_cast<std::uint32_t>(7 + random() % 3)));
          break;
        case 2:
          wanted.emplace(zone, dns::Serial(9));
          has.emplace(zone, dns::Serial(static_cast<std::uint32_t>(7 + random() % 3)));
          break;
        default:
          deleted.insert(zone);
      }
    }
    std::vector<storage::DesiredZone> list;
    for (const auto& [zone, serial] : wanted) {
      list.push_back({ZoneId(uuid(1)), zone, dns::Version(1), serial, false});
      deleted.erase(zone);
    }
    for (const auto& zone : deleted) {
      list.push_back({ZoneId(uuid(2)), zone, dns::Version(1), dns::Serial(3), true});
    }
    std::ranges::sort(list, {}, &storage::DesiredZone::name);
    std::vector<ListedZone> observed;
    for (const auto& [zone, serial] : has) {
      observed.push_back({zone, serial});
    }

    const auto at_once = plan(list, observed);
    Comparison comparison(observed);
    std::vector<Finding> paged;
    for (std::size_t begin = 0; begin < list.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 5, list.size() - begin);
      std::ranges::move(comparison.add(std::span(list).subspan(begin, size)), std::back_inserter(paged));
      begin += size;
    }
    std::ranges::move(comparison.finish(), std::back_inserter(paged));
    EXPECT_EQ(paged, at_once);
    EXPECT_EQ(apply(at_once, has, wanted), wanted);
  }
}

TEST(Plan, GuardsAgainstDeletingATenthOfTheList) {
  EXPECT_EQ(unknown_deletions_max(0), 10U);
  EXPECT_EQ(unknown_deletions_max(100), 10U);
  EXPECT_EQ(unknown_deletions_max(101), 10U);
  EXPECT_EQ(unknown_deletions_max(110), 11U);
  EXPECT_EQ(unknown_deletions_max(1'000'000), 100'000U);
}

}  // namespace
}  // namespace minidns::pool
