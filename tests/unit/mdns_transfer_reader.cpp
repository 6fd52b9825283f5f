// Inbound transfers, message by message: what is read, what is refused, and what a difference makes of a zone.
#include "dns/soa.hpp"
#include "dns/text/rdata_text.hpp"
#include "dns/transfer/transfer_reader.hpp"
#include "mdns/inbound/difference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace minidns::mdns {
namespace {

constexpr dns::TransferLimits wide{1 << 20, 1000};

dns::Name name(const std::string& text) {
  return dns::Name::from_text(text).value();
}

/// `owner TYPE rdata`, below z. where the owner isn't absolute; `SOA n` is the zone's SOA with that serial.
dns::Record record(const std::string& line) {
  std::istringstream words(line);
  std::string owner, type, rest;
  words >> owner;
  if (owner == "SOA") {
    words >> rest;
    const auto rdata = dns::rdata_from_text(dns::RRType::soa, "ns.z. a.z. " + rest + " 3600 600 86400 300").value();
    return {name("z."), dns::RRType::soa, dns::class_in, 300, Bytes(rdata.octets().begin(), rdata.octets().end())};
  }
  words >> type;
  std::getline(words >> std::ws, rest);
  const auto rr_type = dns::RRType::from_text(type).value();
  const auto rdata = dns::rdata_from_text(rr_type, rest).value();
  return {name(owner.ends_with('.') ? owner : owner + ".z."), rr_type, dns::class_in, 300,
          Bytes(rdata.octets().begin(), rdata.octets().end())};
}

dns::Message message(const std::vector<std::string>& lines, dns::RRType type = dns::RRType::axfr) {
  dns::Message made;
  made.header.id = 7;
  made.header.qr = true;
  made.question.push_back({name("z."), type, dns::class_in});
  for (const auto& line : lines) {
    made.answer.push_back(record(line));
  }
  return made;
}

std::string text_of(const dns::TransferEvent& event) {
  struct Text {
    std::string operator()(const dns::WholeZone&) const { return "whole"; }
    std::string operator()(const dns::Difference& d) const { return "to " + std::to_string(d.to.value()); }
    std::string operator()(const dns::AddedRecord& r) const { return "+" + r.owner.to_text() + " " + r.type.to_text(); }
    std::string operator()(const dns::RemovedRecord& r) const {
      return "-" + r.owner.to_text() + " " + r.type.to_text();
    }
    std::string operator()(const dns::NothingNewer& n) const { return "has " + std::to_string(n.theirs.value()); }
    std::string operator()(const dns::TransferEnd& e) const {
      return "end " + std::to_string(dns::serial_of(e.soa.rdata[0]).value());
    }
  };
  return std::visit(Text{}, event);
}

dns::TransferQuestion axfr() {
  return {name("z."), dns::RRType::axfr, 7, {}};
}
dns::TransferQuestion ixfr(std::uint32_t ours) {
  return {name("z."), dns::RRType::ixfr, 7, dns::Serial(ours)};
}

/// What the reader says, in words; the last is the error, if there is one.
std::vector<std::string> read(const dns::TransferQuestion& question,
                              const std::vector<std::vector<std::string>>& messages,
                              dns::TransferLimits limits = wide) {
  dns::TransferReader reader(question, limits);
  std::vector<std::string> said;
  for (const auto& lines : messages) {
    const auto events = reader.read(message(lines, question.type), 100);
    if (!events) {
      said.push_back("error " + std::to_string(static_cast<int>(events.error().code)));
      return said;
    }
    for (const auto& event : *events) {
      said.push_back(text_of(event));
    }
  }
  if (!reader.is_done()) {
    said.emplace_back("more");
  }
  return said;
}

using Words = std::vector<std::string>;
const std::string malformed = "error 0";
const std::string inconsistent = "error 2";
const std::string too_large = "error 3";

TEST(TransferReader, ReadsAZoneInOneMessageOrInMany) {
  const Words said{"whole", "+z. NS", "+www.z. A", "end 5"};
  EXPECT_EQ(read(axfr(), {{"SOA 5", "z. NS ns.z.", "www A 192.0.2.1", "SOA 5"}}), said);
  EXPECT_EQ(read(axfr(), {{"SOA 5"}, {"z. NS ns.z."}, {"www A 192.0.2.1"}, {"SOA 5"}}), said) << "SOA alone is legal";
  EXPECT_EQ(read(ixfr(3), {{"SOA 5"}, {"z. NS ns.z.", "www A 192.0.2.1", "SOA 5"}}), said) << "as an answer to IXFR";
}

TEST(TransferReader, ReadsAZoneThatIsNothingButItsSoa) {
  EXPECT_EQ(read(axfr(), {{"SOA 5", "SOA 5"}}), (Words{"whole", "end 5"}));
  EXPECT_EQ(read(ixfr(3), {{"SOA 5", "SOA 5"}}), (Words{"whole", "end 5"}));
}

TEST(TransferReader, ReadsDifferencesOneAfterTheOther) {
  EXPECT_EQ(read(ixfr(3), {{"SOA 5", "SOA 3", "a A 192.0.2.1", "SOA 4", "b A 192.0.2.2", "SOA 4"},
                           {"SOA 5", "c A 192.0.2.3", "SOA 5"}}),
            (Words{"-a.z. A", "to 4", "+b.z. A", "to 5", "+c.z. A", "end 5"}));
  EXPECT_EQ(read(ixfr(3), {{"SOA 5", "SOA 3", "SOA 5", "SOA 5"}}), (Words{"to 5", "end 5"})) << "only the SOA changed";
}

TEST(TransferReader, AnSoaAloneThatIsNotNewerMeansNothingNewer) {
  EXPECT_EQ(read(ixfr(5), {{"SOA 5"}}), (Words{"has 5"}));
  EXPECT_EQ(read(ixfr(5), {{"SOA 4"}}), (Words{"has 4"}));
  EXPECT_EQ(read(ixfr(5), {{"SOA 6"}}), (Words{"more"}));
  EXPECT_EQ(read(ixfr(4294967295U), {{"SOA 1"}}), (Words{"more"})) << "RFC 1982";
  EXPECT_EQ(read(axfr(), {{"SOA 5"}}), (Words{"more"}));
}

TEST(TransferReader, RefusesWhatIsNoTransfer) {
  struct Row {
    const char* reason;
    dns::TransferQuestion question;
    std::vector<std::vector<std::string>> messages;
    std::string last;
  };
  const std::vector<Row> rows{
      {"no SOA first", axfr(), {{"www A 192.0.2.1"}}, malformed},
      {"records after the end", axfr(), {{"SOA 5", "SOA 5", "www A 192.0.2.1"}}, malformed},
      {"an SOA below the apex", axfr(), {{"SOA 5", "www SOA ns.z. a.z. 1 1 1 1 1"}}, malformed},
      {"the zone changed meanwhile", axfr(), {{"SOA 5", "z. NS ns.z.", "SOA 6"}}, inconsistent},
      {"a difference from elsewhere", ixfr(3), {{"SOA 5", "SOA 2", "SOA 5", "SOA 5"}}, inconsistent},
      {"a gap between differences", ixfr(3), {{"SOA 5", "SOA 3", "SOA 4", "SOA 3", "SOA 5", "SOA 5"}}, inconsistent},
      {"no record at all", axfr(), {{}}, malformed},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(read(row.question, row.messages).back(), row.last) << row.reason;
  }
}

TEST(TransferReader, RefusesMessagesThatAnswerSomethingElse) {
  const auto refuse = [](const char* reason, auto spoil, dns::TransferErrc code) {
    auto spoilt = message({"SOA 5"});
    spoil(spoilt);
    const auto events = dns::TransferReader(axfr(), wide).read(spoilt, 100);
    ASSERT_FALSE(events) << reason;
    EXPECT_EQ(events.error().code, code) << reason;
  };
  refuse(
      "a query", [](dns::Message& m) { m.header.qr = false; }, dns::TransferErrc::malformed);
  refuse(
      "another ID", [](dns::Message& m) { m.header.id = 8; }, dns::TransferErrc::malformed);
  refuse(
      "another opcode", [](dns::Message& m) { m.header.opcode = dns::Opcode::notify; }, dns::TransferErrc::malformed);
  refuse(
      "truncated", [](dns::Message& m) { m.header.tc = true; }, dns::TransferErrc::malformed);
  refuse(
      "REFUSED", [](dns::Message& m) { m.header.rcode = 5; }, dns::TransferErrc::refused);
  refuse(
      "another zone", [](dns::Message& m) { m.question[0].name = name("y."); }, dns::TransferErrc::malformed);
  refuse(
      "another class", [](dns::Message& m) { m.answer[0].klass = 3; }, dns::TransferErrc::malformed);
  refuse(
      "two questions", [](dns::Message& m) { m.question.push_back(m.question[0]); }, dns::TransferErrc::malformed);
  refuse(
      "an SOA cut short", [](dns::Message& m) { m.answer[0].rdata.resize(10); }, dns::TransferErrc::malformed);
  refuse(
      "a meta type", [](dns::Message& m) { m.answer[0].type = dns::RRType::tsig; }, dns::TransferErrc::malformed);
  auto without = message({"SOA 5"});
  without.question.clear();
  EXPECT_TRUE(dns::TransferReader(axfr(), wide).read(without, 100)) << "later messages often have no question";
}

TEST(TransferReader, HasLimitsOfOctetsAndRecords) {
  EXPECT_EQ(read(axfr(), {{"SOA 5"}, {"a A 192.0.2.1"}, {"b A 192.0.2.1"}}, {250, 1000}).back(), too_large);
  EXPECT_EQ(read(axfr(), {{"SOA 5", "a A 192.0.2.1"}, {"b A 192.0.2.1"}}, {1000, 2}).back(), too_large);
  EXPECT_EQ(read(axfr(), {{"SOA 5", "a A 192.0.2.1"}, {"SOA 5"}}, {200, 3}).back(), "end 5") << "exactly";
}

TEST(TransferReader, LeavesOutWhatIsOutsideOfTheZone) {
  dns::TransferReader reader(axfr(), wide);
  const auto events = reader.read(message({"SOA 5", "ns.elsewhere. A 192.0.2.1", "www A 192.0.2.1", "SOA 5"}), 100);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->size(), 3U);
  EXPECT_EQ(reader.ignored(), 1U);
}

TEST(TransferReader, AnRrsigHasTheTtlThatItNames) {
  auto given = message({"SOA 5", "www RRSIG A 13 2 3600 20300101000000 20200101000000 1 z. AAAA", "SOA 5"});
  given.answer[1].ttl = 17;
  const auto events = dns::TransferReader(axfr(), wide).read(given, 100);
  ASSERT_TRUE(events);
  EXPECT_EQ(std::get<dns::AddedRecord>((*events)[1]).ttl.seconds(), 3600U);
}

dns::RRset set(const std::string& owner, const std::vector<std::string>& addresses, std::uint32_t ttl = 300) {
  dns::RRset made{name(owner), dns::RRType::a, dns::Ttl::from_wire(ttl), {}};
  for (const auto& address : addresses) {
    made.rdata.push_back(dns::rdata_from_text(dns::RRType::a, address).value());
  }
  return made;
}

/// `-` removes an address of www.z., `+` adds one.
InboundDifference difference(const std::vector<std::string>& steps, std::uint32_t ttl = 300,
                             const std::string& owner = "www.z.") {
  InboundDifference made(name("z."));
  for (const auto& step : steps) {
    auto rdata = dns::rdata_from_text(dns::RRType::a, step.substr(1)).value();
    if (step[0] == '+') {
      made.add({name(owner), dns::RRType::a, dns::Ttl::from_wire(ttl), std::move(rdata)});
    } else {
      made.remove({name(owner), dns::RRType::a, std::move(rdata)});
    }
  }
  return made;
}

TEST(InboundDifference, AddsAndRemovesRecordsOfASet) {
  const auto changes = difference({"-192.0.2.1", "+192.0.2.3"}).apply({set("www.z.", {"192.0.2.1", "192.0.2.2"})});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 1U);
  EXPECT_EQ(changes->front().after, set("www.z.", {"192.0.2.2", "192.0.2.3"}));
}

TEST(InboundDifference, TheLastRecordTakesItsSetWithIt) {
  const auto changes = difference({"-192.0.2.1"}).apply({set("www.z.", {"192.0.2.1"})});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 1U);
  EXPECT_FALSE(changes->front().after);
}

TEST(InboundDifference, WhatCameAndWentIsNoChange) {
  EXPECT_TRUE(difference({"+192.0.2.9", "-192.0.2.9"}).apply({})->empty());
  EXPECT_TRUE(difference({"-192.0.2.1", "+192.0.2.1"}).apply({set("www.z.", {"192.0.2.1"})})->empty());
}

TEST(InboundDifference, ANewTtlOrCaseIsOfTheWholeSet) {
  const auto ttl = difference({"-192.0.2.1", "+192.0.2.1"}, 60).apply({set("www.z.", {"192.0.2.1"})});
  ASSERT_EQ(ttl->size(), 1U);
  EXPECT_EQ(ttl->front().after->ttl.seconds(), 60U);
  const auto letters = difference({"-192.0.2.1", "+192.0.2.1"}, 300, "WWW.z.").apply({set("www.z.", {"192.0.2.1"})});
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().after->owner.to_text(), "WWW.z.");
}

TEST(InboundDifference, ThatDoesNotFitIsAnError) {
  EXPECT_FALSE(difference({"-192.0.2.1"}).apply({}));
  EXPECT_FALSE(difference({"-192.0.2.7"}).apply({set("www.z.", {"192.0.2.1"})}));
  EXPECT_FALSE(difference({"+192.0.2.1"}).apply({set("www.z.", {"192.0.2.1"})}));
}

}  // namespace
}  // namespace minidns::mdns
