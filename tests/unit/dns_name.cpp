#include "dns/name.hpp"
#include "dns/owner_name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

namespace minidns::dns {
namespace {

Name name(std::string_view text) {
  const auto parsed = Name::from_text(text);
  EXPECT_TRUE(parsed) << text;
  return *parsed;
}

std::string repeated(std::size_t count, std::string_view text) {
  std::string all;
  while (count-- > 0) {
    all += text;
  }
  return all;
}

TEST(DnsName, ReadsAndPrintsPresentationForm) {
  struct Row {
    std::string_view text;
    std::string_view printed;
    std::size_t labels;
  };
  const Row rows[] = {
      {".", ".", 0},
      {"org.", "org.", 1},
      {"WWW.Example.org.", "WWW.Example.org.", 3},  // case is kept
      {"a\\.b.org.", "a\\.b.org.", 2},              // an escaped dot doesn't end the label
      {"a\\\\b.", "a\\\\b.", 1},
      {"a\\000b.", "a\\000b.", 1},
      {"a\\255.", "a\\255.", 1},
      {"a\\032b.", "a\\032b.", 1},
      {"a\\ b.", "a\\032b.", 1},
      {"\\046.", "\\..", 1},
      {"\\065.", "A.", 1},  // an escape that needn't be
      {"a\\;\\\"\\(\\)\\@\\$b.", "a\\;\\\"\\(\\)\\@\\$b.", 1},
      {"@a.", "\\@a.", 1},
      {"*.example.", "*.example.", 2},
      {"_sip._tcp.example.", "_sip._tcp.example.", 3},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto parsed = Name::from_text(row.text);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(parsed->to_text(), row.printed);
    EXPECT_EQ(parsed->label_count(), row.labels);
    EXPECT_EQ(as_text(name(row.printed).wire()), as_text(parsed->wire()));
    EXPECT_EQ(as_text(Name::from_wire(parsed->wire())->wire()), as_text(parsed->wire()));
  }
}

TEST(DnsName, RefusesWhatIsNoAbsoluteName) {
  struct Row {
    std::string_view text;
    Errc code;
  };
  const Row rows[] = {
      {"", Errc::bad_label},
      {"example", Errc::not_absolute},
      {"@", Errc::not_absolute},
      {"example.org\\.", Errc::not_absolute},  // the last dot is part of a label
      {"..", Errc::bad_label},
      {".org.", Errc::bad_label},
      {"a..org.", Errc::bad_label},
      {"a\\", Errc::bad_label},
      {"a\\2.", Errc::bad_label},
      {"a\\25.", Errc::bad_label},
      {"a\\256.", Errc::bad_label},
      {"a b.", Errc::bad_label},
      {"a\tb.", Errc::bad_label},
      {"a\nb.", Errc::bad_label},
      {"a;b.", Errc::bad_label},
      {"a(b.", Errc::bad_label},
      {"a\"b.", Errc::bad_label},
      {"b\xc3\xbc"
       "cher.",
       Errc::bad_label},  // no IDN conversion
      {std::string_view("a\0b.", 4), Errc::bad_label},
      {std::string_view("a\\\0b.", 5), Errc::bad_label},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto parsed = Name::from_text(row.text);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, row.code);
    EXPECT_FALSE(parsed.error().detail.empty());
  }
}

TEST(DnsName, TakesLabelsOf63AndNamesOf255Octets) {
  EXPECT_TRUE(Name::from_text(repeated(63, "a") + "."));
  EXPECT_TRUE(Name::from_text(repeated(63, "\\001") + "."));
  EXPECT_EQ(Name::from_text(repeated(64, "a") + ".").error().code, Errc::bad_label);

  const std::string octets_254 = repeated(3, repeated(62, "a") + ".") + repeated(63, "b") + ".";  // 3·63 + 64 + 1
  const auto longest = Name::from_text(octets_254.substr(1) + "c.");                              // 253 + 2
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->wire().size(), 255U);
  EXPECT_EQ(Name::from_text(octets_254 + "c.").error().code, Errc::name_too_long);
  EXPECT_EQ(name(repeated(127, "a.")).label_count(), 127U);
  EXPECT_EQ(Name::from_text(repeated(128, "a.")).error().code, Errc::name_too_long);
  EXPECT_EQ(Name::from_text(repeated(100'000, "a.")).error().code, Errc::name_too_long);
}

TEST(DnsName, RefusesWireFormThatIsNotOneWholeName) {
  const auto error = [](Bytes wire) { return Name::from_wire(wire).error().code; };
  EXPECT_EQ(error({}), Errc::truncated);
  EXPECT_EQ(error({1, 'a'}), Errc::truncated);
  EXPECT_EQ(error({3, 'a', 0}), Errc::truncated);
  EXPECT_EQ(error({0, 0}), Errc::trailing_octets);
  EXPECT_EQ(error({64, 'a', 0}), Errc::bad_label);
  EXPECT_EQ(error({0xc0, 0}), Errc::bad_label);
  EXPECT_EQ(error(Bytes(256, 1)), Errc::name_too_long);
}

TEST(DnsName, ComparesWithoutCase) {
  EXPECT_EQ(name("WWW.Example.ORG."), name("www.example.org."));
  EXPECT_NE(name("a.bc."), name("ab.c."));
  EXPECT_NE(name("a\\.b."), name("a.b."));
  EXPECT_EQ(name("[.") == name("{."), false);  // only letters have a case
  EXPECT_EQ(std::hash<Name>{}(name("WWW.Example.")), std::hash<Name>{}(name("www.eXAMPLE.")));
  EXPECT_EQ(name("WWW.Example.").lowercased().to_text(), "www.example.");
  const std::unordered_set<Name> names = {name("A."), name("a."), name("b.")};
  EXPECT_EQ(names.size(), 2U);
}

TEST(DnsName, OrdersAsRfc4034Section61Does) {
  const std::vector<Name> ordered = {name("example."),         name("a.example."),      name("yljkjljk.a.example."),
                                     name("Z.a.example."),     name("zABC.a.EXAMPLE."), name("z.example."),
                                     name("\\001.z.example."), name("*.z.example."),    name("\\200.z.example.")};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(ordered[i] <=> ordered[j], i <=> j) << ordered[i].to_text() << " " << ordered[j].to_text();
    }
  }
  EXPECT_TRUE(Name::root() < name("example."));
}

TEST(DnsName, KnowsWhatIsBelowIt) {
  EXPECT_TRUE(name("a.example.org.").is_at_or_below(name("EXAMPLE.org.")));
  EXPECT_TRUE(name("example.org.").is_at_or_below(name("example.org.")));
  EXPECT_TRUE(name("example.org.").is_at_or_below(Name::root()));
  EXPECT_FALSE(name("org.").is_at_or_below(name("example.org.")));
  EXPECT_FALSE(name("notexample.org.").is_at_or_below(name("example.org.")));
  // The octets of `\003org.` end in those of `org.`, but not at the border of a label.
  EXPECT_FALSE(name("a\\003org.").is_at_or_below(name("org.")));
}

TEST(DnsName, MakesParentsAndChildren) {
  EXPECT_EQ(name("a.b.").parent(), name("b."));
  EXPECT_TRUE(name("b.").parent().is_root());
  EXPECT_EQ(*name("b.").child("a.c"), name("a\\.c.b."));
  EXPECT_FALSE(name("b.").child(""));
  EXPECT_FALSE(name("b.").child(repeated(64, "a")));
  EXPECT_FALSE(name(repeated(126, "a.")).child("ab"));
  EXPECT_TRUE(name(repeated(126, "a.")).child("a"));
  EXPECT_TRUE(name("*.b.").is_wildcard());
  EXPECT_FALSE(name("a.*.b.").is_wildcard());
  EXPECT_FALSE(name("**.b.").is_wildcard());
}

/// A few labels of octets that are hard for an order: 0, 1, 2, letters of both cases, 255.
Name random_name(std::mt19937& random, const Name& apex) {
  constexpr char octets[] = {0, 1, 2, 'A', 'a', 'B', 'z', '\x7f', '\xff'};
  Name result = apex;
  for (auto labels = random() % 4; labels > 0; --labels) {
    std::string label;
    for (auto size = 1 + random() % 3; size > 0; --size) {
      label.push_back(octets[random() % std::size(octets)]);
    }
    result = *result.child(label);
  }
  return result;
}

TEST(DnsOwnerKey, OrdersBytewiseAsNamesDoCanonically) {
  std::mt19937 random(1);
  const Name apex = name("Zone.Example.");
  for (int i = 0; i < 20'000; ++i) {
    const Name a = random_name(random, apex);
    const Name b = random_name(random, apex);
    const auto key_a = OwnerKey::of(a, apex);
    const auto key_b = OwnerKey::of(b, apex);
    ASSERT_EQ(std::weak_ordering(key_a <=> key_b), a <=> b) << a.to_text() << " " << b.to_text();
    ASSERT_EQ(key_a.is_at_or_below(key_b), a.is_at_or_below(b)) << a.to_text() << " " << b.to_text();
    ASSERT_EQ(as_text(key_a.to_name(apex)->wire()), as_text(a.lowercased().wire()));
    ASSERT_EQ(as_text(name_of_owner_key(key_a.octets(), apex.lowercased())->wire()), as_text(a.lowercased().wire()));
    ASSERT_EQ(OwnerKey::from_octets(key_a.octets())->octets().size(), key_a.octets().size());
  }
}

TEST(DnsOwnerKey, HasTheFormThatIsInTheDatabase) {
  const Name apex = name("example.org.");
  const auto octets = [&](std::string_view owner) { return to_hex(OwnerKey::of(name(owner), apex).octets()); };
  EXPECT_EQ(octets("EXAMPLE.org."), "");
  EXPECT_EQ(octets("Www.example.org."), "77777700");
  EXPECT_EQ(octets("a.b.example.org."), "62006100");
  EXPECT_EQ(octets("\\000\\001\\002.example.org."), "010101020200");
  EXPECT_TRUE(OwnerKey::of(apex, apex).is_apex());
}

TEST(DnsOwnerKey, RefusesOctetsThatNoNameHas) {
  const char* const bad[] = {
      "00",      // an empty label
      "61",      // a label without an end
      "4100",    // upper case
      "0100",    // an escape without its second octet
      "010300",  // an unknown escape
      "6101",    // ends inside an escape
      "610000",  // an empty label after a good one
  };
  for (const char* const hex : bad) {
    EXPECT_FALSE(OwnerKey::from_octets(*from_hex(hex))) << hex;
    EXPECT_FALSE(name_of_owner_key(*from_hex(hex), name("example."))) << hex;
  }
  EXPECT_FALSE(OwnerKey::from_octets(*from_hex(repeated(64, "61") + "00")));
  EXPECT_FALSE(name_of_owner_key(*from_hex(repeated(64, "61") + "00"), name("example.")));
  EXPECT_FALSE(OwnerKey::from_octets(*from_hex(repeated(128, "6100"))));
  EXPECT_TRUE(OwnerKey::from_octets(*from_hex(repeated(127, "6100"))));
}

TEST(DnsOwnerKey, SaysWhenItDoesNotFitBelowAnApex) {
  const auto key = OwnerKey::of(name(repeated(120, "a.")), Name::root());
  EXPECT_EQ(key.to_name(name("a-long-zone.example.")).error().code, Errc::name_too_long);
  EXPECT_EQ(name_of_owner_key(key.octets(), name("a-long-zone.example.")).error().code, Errc::name_too_long);
  EXPECT_TRUE(name_of_owner_key(key.octets(), name("example.")));
}

}  // namespace
}  // namespace minidns::dns
