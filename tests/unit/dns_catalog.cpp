#include "dns/catalog.hpp"
#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace minidns::dns {
namespace {

Name name(std::string_view text) {
  return Name::from_text(text).value();
}

Uuid id(std::string_view text) {
  return Uuid::parse(text).value();
}

const Name catalog = name("catalog.example.");
const Uuid some_id = id("019AA3C4-1234-7000-8000-00000000abcd");

/// owner TTL type RDATA
std::vector<std::string> lines(const std::vector<RRset>& sets) {
  std::vector<std::string> text;
  for (const RRset& set : sets) {
    for (const Rdata& rdata : set.rdata) {
      text.push_back(set.owner.to_text() + ' ' + std::to_string(set.ttl.seconds()) + ' ' + set.type.to_text() + ' ' +
                     rdata_to_text(set.type, rdata));
    }
  }
  return text;
}

TEST(Catalog, HasTheHeadOfRfc9432) {
  EXPECT_EQ(lines(catalog_head(catalog)),
            (std::vector<std::string>{"catalog.example. 0 NS invalid.",
                                      "catalog.example. 0 SOA invalid. invalid. 0 300 60 2419200 0",
                                      "version.catalog.example. 0 TXT \"2\""}));
}

TEST(Catalog, HasAMemberUnderItsIdWithoutDashesInLowerCase) {
  EXPECT_EQ(lines(catalog_member(catalog, some_id, name("Example.ORG."), std::nullopt)),
            (std::vector<std::string>{"019aa3c41234700080000000"
                                      "0000abcd.zones.catalog.example. 0 PTR example.org."}));
}

TEST(Catalog, GivesAMemberItsGroup) {
  EXPECT_EQ(lines(catalog_member(catalog, some_id, name("example.org."), "fast lane")).back(),
            "group.019aa3c4123470008000000"
            "00000abcd.zones.catalog.example. 0 TXT \"fast lane\"");
}

TEST(Catalog, TellsBindOfPrimariesByAddressAndKey) {
  EXPECT_EQ(
      lines(catalog_primaries(catalog, {{{192, 0, 2, 1}, name("pool-key.")},
                                        {{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, name("k.")}})),
      (std::vector<std::string>{
          "p1.primaries.ext.catalog.example. 0 A 192.0.2.1", "p1.primaries.ext.catalog.example. 0 TXT \"pool-key\"",
          "p2.primaries.ext.catalog.example. 0 AAAA 2001:db8::1", "p2.primaries.ext.catalog.example. 0 TXT \"k\""}));
}

TEST(Catalog, HasRoomForItsMembersBelowTheLongestName) {
  std::string text;
  for (int label = 0; label < 3; ++label) {
    text += std::string(63, 'a') + '.';
  }
  text += std::string(catalog_name_size_octets_max - 3 * 64 - 2, 'b') + '.';
  const Name longest = name(text);
  ASSERT_EQ(longest.wire().size(), catalog_name_size_octets_max);
  EXPECT_EQ(catalog_member(longest, some_id, name("example.org."), "g").back().owner.wire().size(),
            Name::size_octets_max);
}

}  // namespace
}  // namespace minidns::dns
