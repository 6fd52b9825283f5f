// Inbound zones without sockets and database: when a primary is asked, what its SOA means, who may send NOTIFY, and
// what is answered for a zone that has expired.
#include "base/secret_box.hpp"
#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"
#include "dns/wire/request.hpp"
#include "mdns/inbound/inbound_gate.hpp"
#include "mdns/inbound/inbound_table.hpp"
#include "mdns/inbound/schedule.hpp"
#include "mdns/nameserver/handler.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace minidns::mdns {
namespace {

using namespace std::chrono_literals;

dns::Name name(const std::string& text) {
  return dns::Name::from_text(text).value();
}

dns::RRset soa(std::uint32_t serial, const std::string& timers = "3600 600 604800 300") {
  return {name("z.test."),
          dns::RRType::soa,
          dns::Ttl::from_wire(300),
          {dns::rdata_from_text(dns::RRType::soa, "ns.z.test. a.z.test. " + std::to_string(serial) + " " + timers)
               .value()}};
}

storage::InboundZone zone(std::uint32_t serial, const std::string& apex = "z.test.") {
  return {.id = ZoneId(Uuid::version7(std::chrono::system_clock::now())),
          .name = name(apex),
          .deleted = false,
          .primaries = {"192.0.2.1:53", "[2001:db8::1]:5353"},
          .key = {},
          .has_content = true,
          .version = dns::Version(2),
          .serial = dns::Serial(serial),
          .soa = soa(serial),
          .due_in = 0ms,
          .expires_in = {},
          .forced = false,
          .accepted = {},
          .alarm = {},
          .failures = 0,
          .leased = false};
}

TEST(InboundSchedule, JudgesAPrimarysSoa) {
  EXPECT_EQ(judge(zone(5), soa(5)), Verdict::up_to_date);
  EXPECT_EQ(judge(zone(5), soa(6)), Verdict::transfer);
  EXPECT_EQ(judge(zone(4294967295U), soa(1)), Verdict::transfer) << "RFC 1982";
  EXPECT_EQ(judge(zone(5), soa(4)), Verdict::went_back);
  EXPECT_EQ(judge(zone(5), soa(5 + 0x80000000U)), Verdict::went_back) << "incomparable";
  EXPECT_EQ(judge(zone(5), soa(5, "1 1 1 1")), Verdict::changed);
  auto empty = zone(5);
  empty.has_content = false;
  EXPECT_EQ(judge(empty, soa(1)), Verdict::transfer_whole);
  auto accepted = zone(5);
  accepted.accepted = dns::Serial(4);
  EXPECT_EQ(judge(accepted, soa(4)), Verdict::transfer_whole);
  EXPECT_EQ(judge(accepted, soa(3)), Verdict::went_back) << "another than was accepted";
  auto forced = zone(5);
  forced.forced = true;
  EXPECT_EQ(judge(forced, soa(5)), Verdict::transfer_whole);
}

TEST(InboundSchedule, KeepsTimesWithinTheLimits) {
  const RefreshLimits limits{5min, 24h, 30s, 1h};
  EXPECT_EQ(refresh_after(soa(1), limits, 0), 1h);
  EXPECT_EQ(refresh_after(soa(1), limits, 1), 45min) << "at most a quarter shorter";
  EXPECT_EQ(refresh_after(soa(1, "1 1 1 1"), limits, 0), 5min);
  EXPECT_EQ(refresh_after(soa(1, "9999999 1 1 1"), limits, 0), 24h);
  EXPECT_EQ(retry_after(soa(1), 3, limits, 0), 10min);
  EXPECT_EQ(retry_after(std::nullopt, 1, limits, 0), 30s);
  EXPECT_EQ(retry_after(std::nullopt, 3, limits, 0), 2min);
  EXPECT_EQ(retry_after(std::nullopt, 1000, limits, 0), 1h);
  EXPECT_EQ(expire_after(soa(1), limits), 7 * 24h);
  EXPECT_EQ(expire_after(soa(1, "60 60 0 1"), limits), 5min + 60s) << "not before the first retry";
}

/// A table with one zone, whose clock is the test's.
class InboundGateTest : public testing::Test {
 protected:
  InboundGateTest() {
    ASSERT_TRUE_OR_THROW(policy_.allow("192.0.2.0/24"));
    auto known = zone(5);
    known.expires_in = 1h;
    id_ = known.id;
    put(std::move(known));
  }
  static void ASSERT_TRUE_OR_THROW(bool ok) {
    if (!ok) throw std::logic_error("no network");
  }
  void put(storage::InboundZone zone) {
    std::vector<InboundWork> works;
    works.push_back(make_work(std::move(zone), policy_, {}, box_, log_));
    table_.update(std::move(works), false);
  }
  [[nodiscard]] std::vector<InboundWork> due(bool ours = false) {
    return table_.take_due(10, [&](const InboundWork&, bool notified) { return notified || ours; });
  }
  [[nodiscard]] static Request notify(const std::string& apex, std::optional<std::uint32_t> serial,
                                      const std::string& from) {
    const auto octets = dns::make_notify(1, name(apex), serial ? std::optional(soa(*serial).rdata[0]) : std::nullopt);
    return {dns::parse_message(octets).value(), {boost::asio::ip::make_address(from), Transport::udp}, {}};
  }

  test::ManualClock clock_;
  AddressPolicy policy_;
  const SecretBox box_ = *SecretBox::create(Secret(Bytes(32, 1)));
  const Logger log_{"test", LogLevel::error, STDERR_FILENO};
  InboundTable table_{clock_};
  ExpiredZones expired_;
  TableGate gate_{table_, expired_, log_};
  ZoneId id_{Uuid::version7({})};
};

TEST_F(InboundGateTest, ANotifyFromAPrimaryMakesTheZoneDueAndThatPrimaryFirst) {
  table_.done(id_, 1h, {});
  EXPECT_TRUE(due(true).empty());
  clock_.advance(1s);
  EXPECT_TRUE(gate_.take_notify(notify("Z.test.", std::nullopt, "2001:db8::1")));
  const auto works = due();
  ASSERT_EQ(works.size(), 1U);
  EXPECT_EQ(works[0].primaries[0].to_text(), "[2001:db8::1]:5353");
  EXPECT_TRUE(due(true).empty()) << "it is worked on";
}

TEST_F(InboundGateTest, ANotifyOfNothingNewerIsTakenButNotActedOn) {
  table_.done(id_, 1h, {});
  clock_.advance(1s);
  EXPECT_TRUE(gate_.take_notify(notify("z.test.", 5, "192.0.2.1")));
  EXPECT_TRUE(gate_.take_notify(notify("z.test.", 4, "192.0.2.1")));
  EXPECT_TRUE(due().empty());
  EXPECT_TRUE(gate_.take_notify(notify("z.test.", 6, "192.0.2.1")));
  EXPECT_EQ(due().size(), 1U);
}

TEST_F(InboundGateTest, ANotifyFromAnybodyElseOrForAnotherZoneIsNone) {
  EXPECT_FALSE(gate_.take_notify(notify("z.test.", 9, "192.0.2.99")));
  EXPECT_FALSE(gate_.take_notify(notify("y.test.", 9, "192.0.2.1")));
  EXPECT_FALSE(gate_.take_notify(notify("sub.z.test.", 9, "192.0.2.1")));
}

TEST_F(InboundGateTest, ANotifyCountsUntilWorkIsSettled) {
  table_.done(id_, 1h, {});
  clock_.advance(1s);
  EXPECT_TRUE(gate_.take_notify(notify("z.test.", 6, "192.0.2.1")));
  ASSERT_EQ(due().size(), 1U);
  table_.again(id_, 10s);
  auto same = zone(5);
  same.id = id_;
  same.due_in = 1h;
  put(same);
  EXPECT_TRUE(due().empty());
  clock_.advance(10s);
  ASSERT_EQ(due().size(), 1U) << "though the zone isn't ours, and the database says that it isn't due";
  table_.ended(id_);
  clock_.advance(1min);
  ASSERT_EQ(due().size(), 1U) << "work that ended by a fault";
  table_.done(id_, 1h, {});
  clock_.advance(10min);
  EXPECT_TRUE(due().empty());
}

TEST_F(InboundGateTest, ANotifyIsOverWhenAnotherInstanceTookWhatItWasAbout) {
  table_.done(id_, 1h, {});
  clock_.advance(1s);
  EXPECT_TRUE(gate_.take_notify(notify("z.test.", 6, "192.0.2.1")));
  ASSERT_EQ(due().size(), 1U);
  table_.again(id_, 2s);
  auto newer = zone(6);
  newer.id = id_;
  newer.due_in = 1h;
  put(newer);
  clock_.advance(10min);
  EXPECT_TRUE(due(true).empty());
}

TEST_F(InboundGateTest, ANotifyDuringTheWorkIsKeptForAfterwards) {
  ASSERT_EQ(due(true).size(), 1U);
  EXPECT_TRUE(gate_.take_notify(notify("z.test.", 9, "192.0.2.1")));
  EXPECT_TRUE(due().empty());
  table_.done(id_, 1h, {});
  EXPECT_TRUE(due().empty()) << "not at once: who sends many may not make us ask as often";
  clock_.advance(300ms);
  EXPECT_EQ(due().size(), 1U);
}

TEST_F(InboundGateTest, PrimariesThatMayNotBeAskedAreLeftOut) {
  auto bad = zone(1, "bad.test.");
  bad.primaries = {"127.0.0.1:53", "192.0.2.7:53", "nonsense", "10.0.0.1:99"};
  const auto work = make_work(bad, policy_, {{boost::asio::ip::make_address("192.0.2.7"), 53}}, box_, log_);
  EXPECT_TRUE(work.primaries.empty()) << "special networks, and our own address";
}

TEST_F(InboundGateTest, AKeyThatCannotBeOpenedIsNotLeftOut) {
  auto bad = zone(1, "bad.test.");
  bad.key = storage::InboundKey{"k.", "hmac-sha256", Bytes(40, 1)};
  const auto work = make_work(bad, policy_, {}, box_, log_);
  EXPECT_TRUE(work.key_is_broken) << "nothing is asked unsigned instead";
}

TEST_F(InboundGateTest, AZoneExpiresAndComesBack) {
  EXPECT_TRUE(table_.expired().empty());
  clock_.advance(2h);
  expired_.replace(table_.expired());
  EXPECT_TRUE(gate_.is_expired(id_));
  table_.done(id_, 1h, 1h);
  expired_.replace(table_.expired());
  EXPECT_FALSE(gate_.is_expired(id_));
}

TEST_F(InboundGateTest, ADeletedZoneIsForgotten) {
  auto gone = zone(5);
  gone.id = id_;
  gone.deleted = true;
  put(std::move(gone));
  EXPECT_FALSE(gate_.take_notify(notify("z.test.", 9, "192.0.2.1")));
  EXPECT_TRUE(due(true).empty());
}

}  // namespace
}  // namespace minidns::mdns
