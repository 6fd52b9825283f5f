#include "dns/snapshot/axfr_source.hpp"
#include "dns/snapshot/builder.hpp"
#include "dns/wire/request.hpp"
#include "mdns/nameserver/handler.hpp"
#include "mdns/nameserver/transfer.hpp"
#include "mdns/nameserver/transfer_messages.hpp"
#include "tests/unit/mdns_support.hpp"
#include "tsig/tsig.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace minidns::mdns::test {
namespace {

SnapshotPointer zone_of(int addresses, std::uint32_t serial = 5) {
  const auto zone_head = head(1, "example.", 5, serial);
  dns::SnapshotBuilder builder(zone_head.name);
  EXPECT_TRUE(builder.add(ns_rrset("example.")));
  for (int i = 0; i < addresses; ++i) {
    EXPECT_TRUE(builder.add(a_rrset("h" + std::to_string(100'000 + i) + ".example.")));
  }
  return std::move(builder).finish(zone_head.version, zone_head.soa_rrset()).value();
}

dns::Message parsed(ByteView octets) {
  auto message = dns::parse_message(octets);
  EXPECT_TRUE(message) << (message ? "" : message.error().detail);
  return *message;
}

/// What a client cuts out of the stream.
std::vector<Bytes> messages_of(TransferMessages& transfer, WallTime now) {
  Bytes stream;
  while (true) {
    const auto batch = transfer.next(now);
    if (batch.parts.empty()) {
      break;
    }
    EXPECT_LE(batch.parts.size(), TransferMessages::batch_parts_max);
    const Bytes joined = join(batch.parts);
    EXPECT_EQ(batch.size_octets, joined.size());
    stream.insert(stream.end(), joined.begin(), joined.end());
  }
  std::vector<Bytes> messages;
  for (std::size_t at = 0; at < stream.size();) {
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(at + 2);
    const std::size_t size = std::size_t{stream[at]} << 8U | stream[at + 1];
    EXPECT_LE(at + 2 + size, stream.size());
    messages.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += 2 + size;
  }
  return messages;
}

class Answers : public testing::Test {
 protected:
  Answers() { (void)index_.publish(head(1, "example.", 5, 5)); }

  /// A signed query and what is said to it, checked by the client's side of TSIG.
  dns::Message ask(Bytes query, const std::string& key = "key-1.") {
    const auto signing = peers_->find_key(name(key))->key;
    tsig::ClientTransaction transaction(query, signing, clock_.wall());
    auto handled =
        handler_.handle(query, {boost::asio::ip::make_address("192.0.2.1"), Transport::udp}, *peers_, rules_);
    const auto octets = std::get<Bytes>(handled);
    auto message = parsed(octets);
    EXPECT_FALSE(transaction.verify(octets, message, clock_.wall()));
    return message;
  }

  ManualClock clock_;
  ZoneIndex index_;
  Metrics metrics_;
  std::shared_ptr<const Peers> peers_ = peers();
  AccessRules rules_;
  RequestHandler handler_{index_, ReplySettings{1232, {'m', '1'}}, clock_, QueryMetrics(metrics_)};
};

TEST_F(Answers, ASoaQueryIsAnsweredFromTheIndexAndSigned) {
  const auto answer = ask(dns::make_query(7, name("EXAMPLE."), dns::RRType::soa));
  EXPECT_TRUE(answer.header.aa);
  EXPECT_EQ(answer.header.id, 7);
  ASSERT_EQ(answer.answer.size(), 1U);
  EXPECT_EQ(dns::Soa::from_rdata(answer.answer[0].rdata)->serial, dns::Serial(5));
  EXPECT_FALSE(answer.edns) << "none was asked with";
}

TEST_F(Answers, EdnsIsAnsweredWithEdns) {
  const auto answer = ask(dns::make_query(7, name("example."), dns::RRType::soa, 4096, true));
  ASSERT_TRUE(answer.edns);
  EXPECT_TRUE(answer.edns->dnssec_ok);
  EXPECT_EQ(answer.edns->udp_size_octets, 1232);
}

TEST_F(Answers, AnotherVersionOfEdnsIsBadvers) {
  auto query = dns::make_query(7, name("example."), dns::RRType::soa, 4096);
  query[query.size() - 5] = 1;  // OPT's version: TTL's second octet
  const auto answer = ask(query);
  ASSERT_TRUE(answer.edns);
  EXPECT_EQ(answer.edns->rcode_high, 1);
  EXPECT_EQ(answer.header.rcode, 0);
  EXPECT_TRUE(answer.answer.empty());
}

TEST_F(Answers, RefusalsDoNotTellWhatExists) {
  const auto there = ask(dns::make_query(7, name("example."), dns::RRType::soa, 1232), "key-2.");
  const auto absent = ask(dns::make_query(7, name("absents."), dns::RRType::soa, 1232), "key-2.");
  EXPECT_EQ(there.header.rcode, 5);
  EXPECT_EQ(absent.header.rcode, 5);
  EXPECT_EQ(there.header.aa, absent.header.aa);
  EXPECT_EQ(there.authority.size() + there.answer.size(), 0U);
}

TEST_F(Answers, WhatIsNoRequestGetsFormerrOrSilence) {
  const auto handle = [&](Bytes octets) {
    return handler_.handle(octets, {boost::asio::ip::make_address("192.0.2.1"), Transport::udp}, *peers_, rules_);
  };
  EXPECT_TRUE(std::holds_alternative<Ignored>(handle({1, 2, 3})));
  auto response = dns::make_query(7, name("example."), dns::RRType::soa);
  response[2] |= 0x80;
  EXPECT_TRUE(std::holds_alternative<Ignored>(handle(response)));
  auto query = dns::make_query(0x1234, name("example."), dns::RRType::soa);
  for (std::size_t size = 12; size < query.size(); ++size) {
    const auto handled = handle(Bytes(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(size)));
    const auto answer = parsed(std::get<Bytes>(handled));
    EXPECT_EQ(answer.header.rcode, 1);
    EXPECT_EQ(answer.header.id, 0x1234);
  }
  query[12] = 0xc0;  // a name that points to itself
  query[13] = 12;
  EXPECT_EQ(parsed(std::get<Bytes>(handle(query))).header.rcode, 1);
}

TEST_F(Answers, EdnsTcpKeepaliveIsAnsweredOnAConnectionOnly) {
  const Bytes asking{0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 4, 0, 11, 0, 0};  // OPT with option 11, empty
  const Bytes answered{0, 11, 0, 2, 0, 100};                            // 10 s in units of 100 ms (RFC 7828 §3.1)
  auto query = dns::make_query(7, name("example."), dns::RRType::soa);
  query.insert(query.end(), asking.begin(), asking.end());
  query[11] = 1;
  ASSERT_TRUE(rules_.unsigned_allowed.add("192.0.2.1"));
  const auto answer = [&](Transport transport, std::chrono::milliseconds idle_limit) {
    const Origin origin{boost::asio::ip::make_address("192.0.2.1"), transport, nullptr, idle_limit};
    return std::get<Bytes>(handler_.handle(query, origin, *peers_, rules_));
  };
  const auto has_option = [&](const Bytes& octets) { return !std::ranges::search(octets, answered).empty(); };
  EXPECT_TRUE(has_option(answer(Transport::tcp, std::chrono::seconds(10))));
  EXPECT_FALSE(has_option(answer(Transport::udp, std::chrono::seconds(0))));
}

TEST_F(Answers, AWrongSignatureIsNotauthWithAnEmptyMac) {
  auto query = dns::make_query(7, name("example."), dns::RRType::soa);
  const auto stranger =
      std::make_shared<const tsig::Key>(tsig::Key{name("key-1."), tsig::Algorithm::hmac_sha256, Secret(Bytes(32, 99))});
  const tsig::ClientTransaction transaction(query, stranger, clock_.wall());
  const auto handled =
      handler_.handle(query, {boost::asio::ip::make_address("192.0.2.1"), Transport::udp}, *peers_, rules_);
  const auto answer = parsed(std::get<Bytes>(handled));
  EXPECT_EQ(answer.header.rcode, 9);
  ASSERT_TRUE(answer.tsig);
  EXPECT_TRUE(answer.tsig->mac.empty());
  EXPECT_EQ(answer.tsig->error, 16);
}

TEST_F(Answers, AnAnswerThatDoesNotFitIsTruncated) {
  dns::SnapshotBuilder builder(name("example."));
  auto large = a_rrset("a.example.");
  for (std::uint8_t n = 2; n < 60; ++n) large.rdata.push_back(a_rrset("a.", n).rdata[0]);
  ASSERT_TRUE(builder.add(ns_rrset("example.")));
  ASSERT_TRUE(builder.add(large));
  const auto zone = std::move(builder).finish(dns::Version(5), head(1, "example.", 5, 5).soa_rrset()).value();
  const auto by_udp = parsed(handler_.finish_query(request("a.example.", dns::RRType::a, "key-1."), *zone));
  EXPECT_TRUE(by_udp.header.tc);
  const auto by_tcp =
      parsed(handler_.finish_query(request("a.example.", dns::RRType::a, "key-1.", Transport::tcp), *zone));
  EXPECT_FALSE(by_tcp.header.tc);
  EXPECT_EQ(by_tcp.answer.size(), 59U);
}

TEST_F(Answers, EveryMessageOfATransferIsSignedAndHasTheQuestion) {
  auto octets = dns::make_query(9, name("Example."), dns::RRType::axfr, 1232);
  const auto key = peers_->find_key(name("key-1."))->key;
  tsig::ClientTransaction transaction(octets, key, clock_.wall());
  auto handled = handler_.handle(octets, {boost::asio::ip::make_address("192.0.2.1"), Transport::tcp}, *peers_, rules_);
  const auto& deferred = std::get<Deferred>(handled);
  TransferMessages messages(deferred.request, handler_.settings(),
                            full_transfer(zone_of(5'000), TransferKind::axfr).source);
  std::size_t count = 0;
  std::size_t records = 0;
  for (const Bytes& whole : messages_of(messages, clock_.wall())) {
    const auto message = parsed(whole);
    EXPECT_FALSE(transaction.verify(whole, message, clock_.wall()));
    EXPECT_TRUE(transaction.is_complete()) << "signed";
    ASSERT_EQ(message.question.size(), 1U);
    EXPECT_EQ(message.edns.has_value(), count == 0);
    EXPECT_GT(message.answer.size(), 0U);
    records += message.answer.size();
    ++count;
  }
  EXPECT_GT(count, 3U);
  EXPECT_EQ(records, 5'000U + 1 + 2);
}

TEST_F(Answers, IxfrByUdpGivesTheDifferenceOrTheSoa) {
  const auto before = zone_of(10, 4);
  dns::Delta delta{dns::Version(4), dns::Version(5), before->soa(), head(1, "example.", 5, 5).soa_rrset(), {}};
  delta.changes.push_back({{}, {a_rrset("new.example.")}});
  const auto zone = index_.find(name("example."));
  const auto asked = request("example.", dns::RRType::ixfr, "key-1.");
  EXPECT_EQ(parsed(handler_.finish_ixfr_over_udp(asked, *zone, delta)).answer.size(), 5U);
  EXPECT_EQ(parsed(handler_.finish_ixfr_over_udp(asked, *zone, std::nullopt)).answer.size(), 1U);
  for (std::uint8_t n = 0; n < 200; ++n) {
    delta.changes.push_back({{}, {a_rrset("z" + std::to_string(n) + ".example.")}});
  }
  EXPECT_EQ(parsed(handler_.finish_ixfr_over_udp(asked, *zone, delta)).answer.size(), 1U) << "doesn't fit";
}

TEST(Transfer, ADifferenceLargerThanHalfTheZoneIsSentAsTheZone) {
  const auto zone = zone_of(10);
  dns::Delta delta{dns::Version(4), dns::Version(5), zone_of(1, 4)->soa(), zone->soa(), {}};
  EXPECT_EQ(render_difference(*zone, std::nullopt), nullptr);
  EXPECT_EQ(incremental_transfer(zone, nullptr).kind, TransferKind::ixfr_as_axfr);
  for (int n = 0; n < 50; ++n) {
    delta.changes.push_back({{}, {a_rrset("w" + std::to_string(n) + ".example.")}});
  }
  EXPECT_EQ(render_difference(*zone, delta), nullptr);
  const auto large = zone_of(1'000);
  EXPECT_EQ(incremental_transfer(large, render_difference(*large, delta)).kind, TransferKind::ixfr);
}

TEST(Transfer, AClientThatIsAheadIsUpToDate) {
  const dns::Serial ours(10);
  EXPECT_EQ(course_of_ixfr(dns::Serial(10), ours), IxfrCourse::up_to_date);
  EXPECT_EQ(course_of_ixfr(dns::Serial(11), ours), IxfrCourse::up_to_date);
  EXPECT_EQ(course_of_ixfr(dns::Serial(9), ours), IxfrCourse::difference);
  EXPECT_EQ(course_of_ixfr(dns::Serial(4294967295), ours), IxfrCourse::difference) << "older by RFC 1982";
  EXPECT_EQ(course_of_ixfr(dns::Serial(10 + 0x8000'0000U), ours), IxfrCourse::difference) << "incomparable";
}

}  // namespace
}  // namespace minidns::mdns::test
