#include "central/parent/view.hpp"
#include "dns/text/rdata_text.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

using storage::DsState;

const dns::Name zone = dns::Name::from_text("dskey.example.com.").value();
// RFC 6605 §6.1 and §6.2: keys with their DS.
const char* const key_p256 =
    "257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==";
const char* const ds_p256 = "55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17";

const dns::Name its_name = dns::Name::from_text("example.net.").value();

storage::SealedZoneKey ksk() {
  return {.record = {.id = DnssecKeyId(Uuid::version7({})),
                     .role = storage::KeyRole::ksk,
                     .dnskey = dns::rdata_from_text(dns::RRType::dnskey, key_p256).value(),
                     .state = storage::KeyState::active,
                     .ds = DsState::unknown,
                     .ds_at = {},
                     .created_at = {},
                     .active_at = {},
                     .retired_at = {}},
          .active_from = 0,
          .private_sealed = {}};
}

ParentView::Server server(const std::string& name, const std::vector<std::string>& ds, std::int32_t ttl_s = 300) {
  ParentView::Server one{.name = name, .ds = std::vector<dns::Rdata>(), .ttl_s = ttl_s};
  for (const auto& text : ds) {
    one.ds->push_back(dns::rdata_from_text(dns::RRType::ds, text).value());
  }
  return one;
}

TEST(ParentView, AKeysDsIsThereIfEveryNameserverHasIt) {
  const auto key = ksk();
  const auto found =
      finding_of({.servers = {server("a", {ds_p256}, 60), server("b", {ds_p256}, 3600)}}, its_name, {key});
  ASSERT_EQ(found.states.size(), 1U);
  EXPECT_EQ(found.states[0].second, DsState::present);
  EXPECT_EQ(found.ttl_s, 3600);
  EXPECT_NE(found.note.find("the DS of key 55648"), std::string::npos) << found.note;
}

TEST(ParentView, WhereNameserversDifferNothingIsKnown) {
  const auto found = finding_of({.servers = {server("a", {ds_p256}), server("b", {})}}, its_name, {ksk()});
  EXPECT_EQ(found.states.at(0).second, DsState::unknown);
  EXPECT_NE(found.note.find("not at all its nameservers"), std::string::npos) << found.note;
  EXPECT_FALSE(found.has_other_ds);
}

TEST(ParentView, ADsOfAnotherKeyIsNoticed) {
  const std::string other = "1 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17";
  const auto found = finding_of({.servers = {server("a", {ds_p256, other})}}, its_name, {ksk()});
  EXPECT_EQ(found.states.at(0).second, DsState::present);
  EXPECT_TRUE(found.has_other_ds);
}

TEST(ParentView, OneThatIsSilentLeavesAllAsItWas) {
  ParentView::Server silent{.name = "c", .ds = {}, .failure = "timed out"};
  const auto found = finding_of({.servers = {server("a", {ds_p256}), silent}}, its_name, {ksk()});
  EXPECT_TRUE(found.states.empty());
  EXPECT_NE(found.note.find("c doesn't say"), std::string::npos) << found.note;
  EXPECT_EQ(finding_of({.servers = {}, .failure = "no resolver"}, its_name, {ksk()}).note, "no resolver");
}

TEST(ParentView, ADsOfAnotherZoneKeyOrDigestIsNotOurs) {
  const auto state = [](const std::string& ds) {
    return finding_of({.servers = {server("a", {ds})}}, its_name, {ksk()}).states.at(0).second;
  };
  EXPECT_EQ(state("55649 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"), DsState::absent);
  EXPECT_EQ(state("55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d18"), DsState::absent);
  EXPECT_EQ(state("55648 13 1 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"), DsState::unknown) << "we make no SHA-1";
  EXPECT_EQ(finding_of({.servers = {server("a", {ds_p256})}}, zone, {ksk()}).states.at(0).second, DsState::absent);
}

}  // namespace
}  // namespace minidns::central
