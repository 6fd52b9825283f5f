#include "dns/soa.hpp"
#include "mdns/nameserver/decide.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

namespace minidns::mdns::test {
namespace {

/// Pool 1: example., other.example.; pool 2: sub.example.
class Decide : public testing::Test {
 protected:
  Decide() {
    (void)index_.publish(head(1, "example.", 5, 50, 1));
    (void)index_.publish(head(2, "other.example.", 1, 1, 1));
    (void)index_.publish(head(3, "sub.example.", 1, 1, 2));
  }

  [[nodiscard]] Action decide_on(const Request& asked) const { return decide(asked, index_, *peers_, rules_); }

  /// The action in a word, with the zone where there is one.
  [[nodiscard]] std::string word(const Request& asked) const {
    const Action action = decide_on(asked);
    if (const auto* rcode = std::get_if<AnswerRcode>(&action)) {
      return "rcode " + std::to_string(static_cast<int>(rcode->rcode));
    }
    if (const auto* soa = std::get_if<AnswerSoa>(&action)) return "soa " + soa->zone->name.to_text();
    if (const auto* query = std::get_if<AnswerQuery>(&action)) return "query " + query->zone->name.to_text();
    if (const auto* axfr = std::get_if<SendZone>(&action)) return "axfr " + axfr->zone->name.to_text();
    const auto& ixfr = std::get<SendChanges>(action);
    return "ixfr " + ixfr.zone->name.to_text() + " from " + std::to_string(ixfr.from.value());
  }

  ZoneIndex index_;
  std::shared_ptr<const Peers> peers_ = peers({nameserver(1, 1, "198.51.100.1", true)});
  AccessRules rules_;
};

constexpr auto tcp = Transport::tcp;

Request with_serial(Request asked, const std::string& owner, std::uint32_t serial) {
  const dns::Rdata rdata = dns::with_serial(head(1, "example.", 1, 1).soa, dns::Serial(serial));
  const auto soa = rdata.octets();
  asked.message.authority.push_back({name(owner), dns::RRType::soa, dns::class_in, 0, Bytes(soa.begin(), soa.end())});
  return asked;
}

/// The view out of which a request is answered, if it needs the zone's content.
std::optional<ViewId> view_of(const Action& action) {
  if (const auto* query = std::get_if<AnswerQuery>(&action)) return query->view;
  if (const auto* axfr = std::get_if<SendZone>(&action)) return axfr->view;
  if (const auto* ixfr = std::get_if<SendChanges>(&action)) return ixfr->view;
  return std::nullopt;
}

TEST_F(Decide, TheKeySaysWhichViewIsMeant) {
  const ViewId inside(2);
  for (const auto& [key, view] : {std::pair("key-1.", default_view), std::pair("inside-1.", inside)}) {
    EXPECT_EQ(view_of(decide_on(request("example.", dns::RRType::axfr, key, tcp))), view) << key;
    EXPECT_EQ(view_of(decide_on(request("www.example.", dns::RRType::a, key))), view) << key;
    EXPECT_EQ(view_of(decide_on(request("other.example.", dns::RRType::ds, key))), view) << key;
    EXPECT_EQ(view_of(decide_on(with_serial(request("example.", dns::RRType::ixfr, key), "example.", 1))), view) << key;
  }
  ASSERT_TRUE(rules_.unsigned_allowed.add("192.0.2.0/24"));
  EXPECT_EQ(view_of(decide_on(request("www.example.", dns::RRType::a))), default_view) << "without a key";
}

TEST_F(Decide, AKeySeesItsPoolAndNothingElse) {
  struct Row {
    const char* qname;
    dns::RRType type;
    const char* key;
    const char* expected;
    const char* reason;
  };
  const Row rows[] = {
      {"example.", dns::RRType::soa, "key-1.", "soa example.", "its own zone"},
      {"example.", dns::RRType::soa, "key-2.", "rcode 5", "another pool's zone"},
      {"absent.", dns::RRType::soa, "key-1.", "rcode 5", "no such zone: the same answer"},
      {"example.", dns::RRType::axfr, "key-1.", "axfr example.", "its own zone"},
      {"example.", dns::RRType::axfr, "key-2.", "rcode 5", "another pool's zone"},
      {"absent.", dns::RRType::axfr, "key-1.", "rcode 5", "no such zone"},
      {"example.", dns::RRType::axfr, "zone-1.", "axfr example.", "the key's one zone"},
      {"other.example.", dns::RRType::soa, "zone-2.", "soa other.example.", "the key's one zone"},
      {"example.", dns::RRType::soa, "zone-2.", "rcode 5", "not the key's zone"},
      {"a.example.", dns::RRType::axfr, "key-1.", "rcode 9", "a name inside a zone: NOTAUTH"},
      {"a.example.", dns::RRType::axfr, "key-2.", "rcode 5", "a name inside a zone that it can't see"},
      {"sub.example.", dns::RRType::axfr, "key-1.", "rcode 9", "as if the other pool's zone weren't there"},
      {"www.sub.example.", dns::RRType::a, "key-1.", "query example.", "as if the other pool's zone weren't there"},
      {"www.sub.example.", dns::RRType::a, "key-2.", "query sub.example.", "the closest"},
      {"www.example.", dns::RRType::soa, "key-1.", "query example.", "SOA of no apex: NODATA or NXDOMAIN"},
      {"other.example.", dns::RRType::ds, "key-1.", "query example.", "DS is the parent's"},
      {"example.", dns::RRType::ds, "key-1.", "query example.", "no parent here"},
      {"example.", dns::RRType::any, "key-1.", "query example.", "ANY is answered"},
      {"example.", dns::RRType::tkey, "key-1.", "rcode 4", "other meta types aren't"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(word(request(row.qname, row.type, row.key, tcp)), row.expected) << row.qname << " " << row.reason;
  }
}

TEST_F(Decide, WithoutAKeyNothingIsTransferredToAnybody) {
  ASSERT_TRUE(rules_.unsigned_allowed.add("192.0.2.0/24"));
  for (const auto type : {dns::RRType::axfr, dns::RRType::ixfr}) {
    EXPECT_EQ(word(request("example.", type, "", tcp)), "rcode 5");
    EXPECT_EQ(word(request("absent.", type, "", tcp)), "rcode 5");
  }
}

TEST_F(Decide, WithoutAKeyQueriesNeedAnAllowedAddress) {
  EXPECT_EQ(word(request("example.", dns::RRType::soa)), "rcode 5");
  EXPECT_EQ(word(request("absent.", dns::RRType::soa)), "rcode 5");
  ASSERT_TRUE(rules_.unsigned_allowed.add("192.0.2.0/24"));
  EXPECT_EQ(word(request("example.", dns::RRType::soa)), "soa example.");
  EXPECT_EQ(word(request("www.sub.example.", dns::RRType::a)), "query sub.example.");
  EXPECT_EQ(word(request("example.", dns::RRType::soa, "", Transport::udp, "192.0.3.1")), "rcode 5");
}

TEST_F(Decide, ANameserverMayHaveTheRightToAskForSoaOnly) {
  const char* const address = "198.51.100.1";
  EXPECT_EQ(word(request("example.", dns::RRType::soa, "", Transport::udp, address)), "soa example.");
  EXPECT_EQ(word(request("example.", dns::RRType::soa, "", Transport::udp, "::ffff:198.51.100.1")), "soa example.");
  EXPECT_EQ(word(request("sub.example.", dns::RRType::soa, "", Transport::udp, address)), "rcode 5");
  EXPECT_EQ(word(request("example.", dns::RRType::ns, "", Transport::udp, address)), "rcode 5");
  EXPECT_EQ(word(request("example.", dns::RRType::axfr, "", tcp, address)), "rcode 5");
}

TEST_F(Decide, IxfrNeedsTheClientsSoaAndOnlyThat) {
  const auto plain = request("example.", dns::RRType::ixfr, "key-1.");
  EXPECT_EQ(word(plain), "rcode 1") << "none";
  EXPECT_EQ(word(with_serial(plain, "example.", 7)), "ixfr example. from 7");
  EXPECT_EQ(word(with_serial(plain, "EXAMPLE.", 7)), "ixfr example. from 7");
  EXPECT_EQ(word(with_serial(with_serial(plain, "example.", 7), "example.", 7)), "rcode 1") << "two";
  EXPECT_EQ(word(with_serial(plain, "sub.example.", 7)), "rcode 1") << "of another owner";
  auto short_soa = with_serial(plain, "example.", 7);
  short_soa.message.authority[0].rdata.resize(10);
  EXPECT_EQ(word(short_soa), "rcode 1");
  EXPECT_EQ(word(with_serial(request("example.", dns::RRType::ixfr, "key-2."), "example.", 7)), "rcode 5");
}

TEST_F(Decide, AxfrByUdpIsAFormatError) {
  EXPECT_EQ(word(request("example.", dns::RRType::axfr, "key-1.")), "rcode 1");
  EXPECT_EQ(word(request("example.", dns::RRType::axfr, "key-2.")), "rcode 5") << "scope comes first";
}

TEST_F(Decide, NotifyIsAcknowledgedForOurZonesOnly) {
  const auto notify = [&](const char* zone, const char* key) {
    auto asked = request(zone, dns::RRType::soa, key);
    asked.message.header.opcode = dns::Opcode::notify;
    return word(asked);
  };
  EXPECT_EQ(notify("example.", "key-1."), "rcode 0");
  EXPECT_EQ(notify("example.", "key-2."), "rcode 9");
  EXPECT_EQ(notify("absent.", "key-1."), "rcode 9");
  EXPECT_EQ(notify("example.", ""), "rcode 5");
  EXPECT_EQ(notify("absent.", ""), "rcode 5");
}

TEST_F(Decide, OddRequestsGetTheirCode) {
  auto update = request("example.", dns::RRType::soa, "key-1.");
  update.message.header.opcode = dns::Opcode::update;
  EXPECT_EQ(word(update), "rcode 4");
  auto none = request("example.", dns::RRType::soa, "key-1.");
  none.message.question.clear();
  EXPECT_EQ(word(none), "rcode 1");
  auto two = request("example.", dns::RRType::soa, "key-1.");
  two.message.question.push_back(two.message.question[0]);
  EXPECT_EQ(word(two), "rcode 1");
  auto chaos = request("example.", dns::RRType::soa, "key-1.");
  chaos.message.question[0].klass = 3;
  EXPECT_EQ(word(chaos), "rcode 5");
}

TEST_F(Decide, ACertificateOpensThePoolsOfItsNamesAndWithAKeyWhatBothOpen) {
  rules_.pools_of_certificate = {{"one.test", {PoolId(uuid(1))}}, {"two.test", {PoolId(uuid(2))}}};
  struct Row {
    std::vector<std::string> names;
    const char* key;
    const char* zone;
    const char* expected;
  };
  const Row rows[] = {
      {{"one.test"}, "", "example.", "axfr example."},
      {{"one.test"}, "", "sub.example.", "rcode 9"},  // as a name inside its own zone
      {{"one.test"}, "", "absent.", "rcode 5"},
      {{"two.test"}, "", "example.", "rcode 5"},
      {{"x.test", "one.test"}, "", "example.", "axfr example."},
      {{"one.test", "two.test"}, "", "sub.example.", "axfr sub.example."},
      {{"x.test"}, "", "example.", "rcode 5"},              // no rule knows it
      {{"x.test"}, "key-1.", "example.", "axfr example."},  // it takes nothing away either
      {{"one.test"}, "key-1.", "example.", "axfr example."},
      {{"two.test"}, "key-1.", "example.", "rcode 5"},
      {{"one.test"}, "zone-2.", "example.", "rcode 5"},
      {{"one.test"}, "zone-2.", "other.example.", "axfr other.example."},
  };
  for (const Row& row : rows) {
    auto asked = request(row.zone, dns::RRType::axfr, row.key, Transport::tls);
    asked.origin.certificate_names = std::make_shared<const std::vector<std::string>>(row.names);
    EXPECT_EQ(word(asked), row.expected) << row.names.front() << " " << row.key << " " << row.zone;
  }
  auto soa = request("example.", dns::RRType::soa, "", Transport::tls);
  soa.origin.certificate_names = std::make_shared<const std::vector<std::string>>(1, "one.test");
  EXPECT_EQ(word(soa), "soa example.");
}

TEST_F(Decide, StrictModeRefusesTransfersWithoutTlsAndTellsStrangersNothing) {
  rules_.transfers_over_tls_only = true;
  const auto refusal = [&](const Request& asked) {
    const auto action = decide_on(asked);
    const auto* rcode = std::get_if<AnswerRcode>(&action);
    return rcode != nullptr && rcode->rcode == dns::Rcode::refused ? std::optional(rcode->refusal) : std::nullopt;
  };
  EXPECT_EQ(refusal(request("example.", dns::RRType::axfr, "key-1.", tcp)), Refusal::tls_only);
  EXPECT_EQ(refusal(with_serial(request("example.", dns::RRType::ixfr, "key-1."), "example.", 1)), Refusal::tls_only);
  EXPECT_EQ(refusal(request("example.", dns::RRType::axfr, "", tcp)), Refusal::no_right);
  EXPECT_EQ(refusal(request("absent.", dns::RRType::axfr, "key-1.", tcp)), Refusal::tls_only) << "as for what is there";
  EXPECT_EQ(word(request("example.", dns::RRType::axfr, "key-1.", Transport::tls)), "axfr example.");
  EXPECT_EQ(word(request("example.", dns::RRType::soa, "key-1.")), "soa example.");
}

TEST(AddressList, HoldsNetworksAndAddresses) {
  AddressList list;
  EXPECT_TRUE(list.add("10.1.0.0/16"));
  EXPECT_TRUE(list.add("2001:db8::/32"));
  EXPECT_TRUE(list.add("192.0.2.7"));
  EXPECT_FALSE(list.add("10.1.0.0/33"));
  EXPECT_FALSE(list.add("nonsense"));
  const auto holds = [&](const char* text) { return list.contains(boost::asio::ip::make_address(text)); };
  EXPECT_TRUE(holds("10.1.255.1"));
  EXPECT_FALSE(holds("10.2.0.1"));
  EXPECT_TRUE(holds("2001:db8:1::1"));
  EXPECT_TRUE(holds("::ffff:192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.8"));
}

}  // namespace
}  // namespace minidns::mdns::test
