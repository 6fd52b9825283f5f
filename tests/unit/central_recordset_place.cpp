#include "central/recordset_rules.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

using dns::RRType;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

const dns::Ttl ttl = dns::Ttl::from_seconds(3600).value();
const ZoneTraits zone{name("example.org."), ttl, false};

/// What is around an owner, in short.
struct Around {
  std::vector<RRType> at_owner = {};
  std::vector<std::pair<const char*, RRType>> above = {};
  bool anything_below = false;
  const char* child_zone = nullptr;

  [[nodiscard]] storage::Surroundings surroundings() const {
    storage::Surroundings all{.at_owner = {}, .cuts_above = {}, .anything_below = anything_below, .child_zone = {}};
    for (const auto type : at_owner) {
      all.at_owner.push_back({type, ttl, false, {}});
    }
    for (const auto& [owner, type] : above) {
      all.cuts_above.emplace_back(name(owner), type);
    }
    if (child_zone != nullptr) {
      all.child_zone = name(child_zone);
    }
    return all;
  }
};

struct Row {
  const char* reason;
  const char* owner;
  RRType type;
  Around around;
};

TEST(RecordsetPlace, Allowed) {
  const Row rows[] = {
      {"an ordinary record", "www.example.org.", RRType::a, {}},
      {"at the apex", "example.org.", RRType::mx, {{RRType::soa, RRType::ns}}},
      {"beside another type", "www.example.org.", RRType::aaaa, {{RRType::a}}},
      {"a CNAME in place of a CNAME", "www.example.org.", RRType::cname, {{RRType::cname}}},
      {"a delegation", "sub.example.org.", RRType::ns, {}},
      {"a secure delegation", "sub.example.org.", RRType::ds, {{RRType::ns}}},
      {"a delegation above data, which hides it", "sub.example.org.", RRType::ns, {{}, {}, true}},
      {"glue", "ns.sub.example.org.", RRType::a, {{}, {{"sub.example.org.", RRType::ns}}}},
      {"other data below a cut: hidden, but DNS allows it",
       "x.sub.example.org.",
       RRType::txt,
       {{}, {{"sub.example.org.", RRType::ns}}}},
      {"a wildcard", "*.example.org.", RRType::a, {}},
      {"a wildcard CNAME", "*.example.org.", RRType::cname, {}},
      {"an asterisk that isn't the first label", "a.*.example.org.", RRType::ns, {}},
      {"a DNAME", "sub.example.org.", RRType::dname, {{RRType::txt}}},
      {"a DNAME at an apex without names below (RFC 6672, 2.4)",
       "example.org.",
       RRType::dname,
       {{RRType::soa, RRType::ns}}},
      {"the delegation of a zone that is ours, too",
       "child.example.org.",
       RRType::ns,
       {{}, {}, false, "child.example.org."}},
      {"its DS", "child.example.org.", RRType::ds, {{RRType::ns}, {}, false, "child.example.org."}},
      {"its glue", "ns.child.example.org.", RRType::aaaa, {{}, {}, false, "child.example.org."}},
      {"an unknown type", "www.example.org.", RRType(65280), {{RRType::a}}},
  };
  for (const auto& row : rows) {
    EXPECT_TRUE(check_place(zone, name(row.owner), row.type, row.around.surroundings())) << row.reason;
  }
}

TEST(RecordsetPlace, Refused) {
  const Row rows[] = {
      {"a CNAME at the apex", "example.org.", RRType::cname, {{RRType::soa, RRType::ns}}},
      {"a CNAME beside another type", "www.example.org.", RRType::cname, {{RRType::a}}},
      {"another type beside a CNAME", "www.example.org.", RRType::txt, {{RRType::cname}}},
      {"a DS at the apex", "example.org.", RRType::ds, {{RRType::soa, RRType::ns}}},
      {"a DS without NS", "sub.example.org.", RRType::ds, {{RRType::a}}},
      {"below a DNAME", "a.b.example.org.", RRType::a, {{}, {{"b.example.org.", RRType::dname}}}},
      {"below a DNAME at the apex", "a.example.org.", RRType::a, {{}, {{"example.org.", RRType::dname}}}},
      {"a DNAME above something", "b.example.org.", RRType::dname, {{}, {}, true}},
      {"a DNAME beside a delegation", "b.example.org.", RRType::dname, {{RRType::ns}}},
      {"a delegation beside a DNAME", "b.example.org.", RRType::ns, {{RRType::dname}}},
      {"a DNAME beside a CNAME", "b.example.org.", RRType::dname, {{RRType::cname}}},
      {"NS of a wildcard", "*.example.org.", RRType::ns, {}},
      {"DNAME of a wildcard", "*.example.org.", RRType::dname, {}},
      {"in a zone below that is ours", "www.child.example.org.", RRType::txt, {{}, {}, false, "child.example.org."}},
      {"at its apex", "child.example.org.", RRType::mx, {{RRType::ns}, {}, false, "child.example.org."}},
  };
  for (const auto& row : rows) {
    const auto result = check_place(zone, name(row.owner), row.type, row.around.surroundings());
    ASSERT_FALSE(result) << row.reason;
    EXPECT_EQ(result.error().type, api::ProblemType::invalid_recordset_location) << row.reason;
    EXPECT_FALSE(result.error().message.empty()) << row.reason;
  }
}

TEST(RecordsetPlace, DelegationStaysWhileThereIsADs) {
  const Around with_ds{{RRType::ns, RRType::ds}};
  const Around without{{RRType::ns}};
  EXPECT_FALSE(check_removal(name("sub.example.org."), RRType::ns, with_ds.surroundings()));
  EXPECT_TRUE(check_removal(name("sub.example.org."), RRType::ds, with_ds.surroundings()));
  EXPECT_TRUE(check_removal(name("sub.example.org."), RRType::ns, without.surroundings()));
}

}  // namespace
}  // namespace minidns::central
