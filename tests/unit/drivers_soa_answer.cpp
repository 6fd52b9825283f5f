#include "dns/soa.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/writer.hpp"
#include "pool-manager/drivers/soa_answer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace minidns::pool::test {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

dns::Header answer_header() {
  dns::Header header;
  header.id = 9;
  header.qr = header.aa = true;
  return header;
}

struct Parts {
  dns::Header header = answer_header();
  dns::Question question{name("example.org."), dns::RRType::soa, dns::class_in};
  dns::Name owner = name("example.org.");
  dns::RRType type = dns::RRType::soa;
  Bytes rdata = [] {
    const dns::Soa soa{name("ns."), name("host."), dns::Serial(77), 1, 2, 3, 4};
    const dns::Rdata octets = soa.to_rdata();
    return Bytes(octets.octets().begin(), octets.octets().end());
  }();
  bool has_record = true;
};

Bytes written(const Parts& parts) {
  dns::MessageWriter writer(512);
  writer.header(parts.header);
  writer.question(parts.question);
  if (parts.has_record) {
    EXPECT_TRUE(writer.record(dns::Section::answer, parts.owner, parts.type, dns::class_in, 60, parts.rdata));
  }
  return std::move(writer).finish();
}

std::optional<SoaAnswer> read(const std::function<void(Parts&)>& change) {
  Parts parts;
  change(parts);
  return decode_soa_answer(written(parts), name("Example.ORG."));
}

TEST(SoaAnswer, HasTheSerial) {
  EXPECT_EQ(read([](Parts&) {}), SoaAnswer(dns::Serial(77)));
}

TEST(SoaAnswer, SaysWhyThereIsNoSerial) {
  struct Row {
    std::function<void(Parts&)> change;
    SoaFailure expected;
  };
  const auto rcode = [](std::uint8_t value) { return [value](Parts& p) { p.header.rcode = value; }; };
  const Row rows[] = {
      {rcode(1), SoaFailure::bad_answer},
      {rcode(2), SoaFailure::servfail},
      {rcode(3), SoaFailure::no_such_name},
      {rcode(5), SoaFailure::refused},
      {rcode(9), SoaFailure::refused},
      {rcode(15), SoaFailure::bad_answer},
      {[](Parts& p) { p.header.aa = false; }, SoaFailure::not_authoritative},
      {[](Parts& p) { p.has_record = false; }, SoaFailure::bad_answer},
      {[](Parts& p) { p.owner = name("sub.example.org."); }, SoaFailure::bad_answer},
      {[](Parts& p) {
         p.rdata.resize(4);
         p.type = dns::RRType::a;
       },
       SoaFailure::bad_answer},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(read(row.change), SoaAnswer(row.expected)) << to_text(row.expected);
  }
}

TEST(SoaAnswer, ToAnotherQuestionIsNone) {
  EXPECT_EQ(read([](Parts& p) { p.header.qr = false; }), std::nullopt);
  EXPECT_EQ(read([](Parts& p) { p.header.opcode = dns::Opcode::notify; }), std::nullopt);
  EXPECT_EQ(read([](Parts& p) { p.question.name = name("example.net."); }), std::nullopt);
  EXPECT_EQ(read([](Parts& p) { p.question.type = dns::RRType::ns; }), std::nullopt);
  EXPECT_EQ(read([](Parts& p) { p.question.klass = 3; }), std::nullopt);
  EXPECT_EQ(decode_soa_answer(Bytes{1, 2, 3}, name("example.org.")), std::nullopt);
}

/// RRSIG RDATA whose signature is of no interest.
Bytes rrsig(dns::RRType covered, std::uint32_t expiration, std::uint32_t inception) {
  const auto octet = [](std::uint32_t value, unsigned shift) { return static_cast<std::uint8_t>(value >> shift); };
  Bytes rdata{octet(covered.value(), 8), octet(covered.value(), 0), 13, 2, 0, 0, 1, 44};
  for (const std::uint32_t time : {expiration, inception}) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) rdata.push_back(octet(time, shift));
  }
  rdata.insert(rdata.end(), {0, 1, 0, 9, 9, 9});
  return rdata;
}

TEST(SoaAnswer, HasTheSignatureOfTheSoaThatEndsFirst) {
  const Parts parts;
  dns::MessageWriter writer(512);
  writer.header(parts.header);
  writer.question(parts.question);
  const auto add = [&](const dns::Name& owner, dns::RRType type, const Bytes& rdata) {
    EXPECT_TRUE(writer.record(dns::Section::answer, owner, type, dns::class_in, 60, rdata));
  };
  add(parts.owner, dns::RRType::rrsig, rrsig(dns::RRType::soa, 5000, 100));
  add(parts.owner, dns::RRType::soa, parts.rdata);
  add(parts.owner, dns::RRType::rrsig, rrsig(dns::RRType::soa, 4000, 200));
  add(parts.owner, dns::RRType::rrsig, rrsig(dns::RRType::ns, 1000, 1));
  add(name("sub.example.org."), dns::RRType::rrsig, rrsig(dns::RRType::soa, 1000, 1));
  add(parts.owner, dns::RRType::rrsig, Bytes{0, 6, 13});
  const auto answer = decode_signed_soa_answer(std::move(writer).finish(), name("example.org."));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->soa, SoaAnswer(dns::Serial(77)));
  EXPECT_EQ(answer->signature, (SignatureTimes{200, 4000}));
  EXPECT_FALSE(answer->is_truncated);
}

TEST(SoaAnswer, SaysThatItIsCutShort) {
  Parts parts;
  parts.header.tc = true;
  const auto answer = decode_signed_soa_answer(written(parts), name("example.org."));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is_truncated);
  EXPECT_FALSE(answer->signature);
}

TEST(SoaAnswer, TheQueryForASignatureHasDo) {
  const dns::Message query =
      dns::parse_message(encode_soa_query(name("example.org."), 4711, SoaQuestion::with_signature)).value();
  ASSERT_TRUE(query.edns);
  EXPECT_TRUE(query.edns->dnssec_ok);
  EXPECT_EQ(query.edns->udp_size_octets, 1232);
}

TEST(SoaAnswer, TheQueryAsksWithoutRecursion) {
  const dns::Message query = dns::parse_message(encode_soa_query(name("example.org."), 4711)).value();
  EXPECT_EQ(query.header.id, 4711);
  EXPECT_FALSE(query.header.qr);
  EXPECT_FALSE(query.header.rd);
  ASSERT_EQ(query.question.size(), 1U);
  EXPECT_EQ(query.question[0].type, dns::RRType::soa);
}

}  // namespace
}  // namespace minidns::pool::test
