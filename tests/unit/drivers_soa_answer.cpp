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
