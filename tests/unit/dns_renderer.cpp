#include "dns/text/rdata_text.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/renderer.hpp"
#include "dns/wire/writer.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace minidns::dns {
namespace {

Name name(std::string_view text) {
  return *Name::from_text(text);
}

RRset rrset(std::string_view owner, RRType type, std::vector<std::string_view> texts) {
  RRset set{name(owner), type, *Ttl::from_seconds(300), {}};
  for (const auto text : texts) {
    set.rdata.push_back(*rdata_from_text(type, text));
  }
  return set;
}

std::string hex(const RecordRenderer& renderer) {
  return to_hex(renderer.octets());
}

constexpr const char* a_rest =
    "00010001"
    "0000012c"
    "0004"
    "c0000201";

TEST(DnsRenderer, CompressesOwnersAgainstOwners) {
  RecordRenderer renderer(12, 1000);
  ASSERT_TRUE(renderer.rrset(rrset("www.example.", RRType::a, {"192.0.2.1", "192.0.2.1"})));
  ASSERT_TRUE(renderer.rrset(rrset("mail.example.", RRType::a, {"192.0.2.1"})));
  ASSERT_TRUE(renderer.rrset(rrset("example.", RRType::a, {"192.0.2.1"})));
  EXPECT_EQ(hex(renderer), std::string("03777777076578616d706c6500") + a_rest +  // at 12
                               "c00c" + a_rest +                                 // the same owner
                               "046d61696cc010" + a_rest +                       // the suffix at 16
                               "c010" + a_rest);
}

TEST(DnsRenderer, KeepsCase) {
  RecordRenderer renderer(12, 1000);
  ASSERT_TRUE(renderer.rrset(rrset("www.Example.", RRType::a, {"192.0.2.1"})));
  ASSERT_TRUE(renderer.rrset(rrset("WWW.Example.", RRType::a, {"192.0.2.1"})));
  ASSERT_TRUE(renderer.rrset(rrset("www.example.", RRType::a, {"192.0.2.1"})));
  EXPECT_EQ(hex(renderer), std::string("03777777074578616d706c6500") + a_rest + "03575757c010" + a_rest +
                               "03777777076578616d706c6500" + a_rest);
}

TEST(DnsRenderer, CompressesRdataOfRfc1035TypesOnly) {
  const auto octets_after = [](RRType type, std::string_view text) {
    RecordRenderer renderer(12, 1000);
    EXPECT_TRUE(renderer.rrset(rrset("x.", RRType::a, {"192.0.2.1"})));
    const std::size_t before = renderer.size();
    EXPECT_TRUE(renderer.rrset(rrset("x.", type, {text})));
    return to_hex(renderer.octets().subspan(before + 12));
  };
  EXPECT_EQ(octets_after(RRType::ns, "a.x."), "0161c00c");
  EXPECT_EQ(octets_after(RRType::cname, "x."), "c00c");
  EXPECT_EQ(octets_after(RRType::mx, "10 x."), "000ac00c");
  EXPECT_EQ(octets_after(RRType::mx, "0 ."), "000000");  // the root is never a pointer
  EXPECT_EQ(octets_after(RRType::soa, "x. a.x. 1 2 3 4 5"),
            "c00c0161c00c"
            "0000000100000002000000030000000400000005");
  EXPECT_EQ(octets_after(RRType::srv, "1 2 3 x."), "000100020003017800");
  EXPECT_EQ(octets_after(RRType::dname, "x."), "017800");
  EXPECT_EQ(octets_after(RRType::rp, "x. x."), "017800017800");
  EXPECT_EQ(octets_after(RRType::https, "1 x."), "0001017800");
}

TEST(DnsRenderer, WritesRdataThatIsNotWhatItsTypeSaysAsItIs) {
  RecordRenderer renderer(12, 1000);
  for (const char* const rdata : {"", "03", "0361", "c00c", "000a"}) {
    const auto octets = *from_hex(rdata);
    const std::size_t before = renderer.size();
    ASSERT_TRUE(renderer.record(Name::root(), RRType::mx, class_in, 0, octets));
    EXPECT_EQ(to_hex(renderer.octets().subspan(before + 11)), rdata);
  }
}

TEST(DnsRenderer, PointsOnlyBelow16384) {
  RecordRenderer renderer(12, 60'000);
  const Bytes filler(16'384 - 12 - 5, 0);
  ASSERT_TRUE(renderer.append(filler));
  // `b.` starts at 16381 and can be pointed to; `a.b.` starts beyond, at 16384 + 11 and more.
  ASSERT_TRUE(renderer.record(name("a.b."), RRType(1234), class_in, 0, {}));
  ASSERT_TRUE(renderer.record(name("c.a.b."), RRType(1234), class_in, 0, {}));
  ASSERT_TRUE(renderer.record(name("d.c.a.b."), RRType(1234), class_in, 0, {}));
  EXPECT_EQ(to_hex(renderer.octets().subspan(filler.size())), std::string("0161016200") + "04d20001000000000000" +
                                                                  "0163fffb" + "04d20001000000000000" + "01640163fffb" +
                                                                  "04d20001000000000000");
}

TEST(DnsRenderer, TakesBackWhatDoesNotFit) {
  RecordRenderer renderer(12, 60);
  ASSERT_TRUE(renderer.rrset(rrset("x.", RRType::a, {"192.0.2.1"})));  // 17 octets
  const std::string before = hex(renderer);
  EXPECT_FALSE(renderer.rrset(rrset("y.z.", RRType::a, {"192.0.2.1", "192.0.2.2", "192.0.2.3"})));
  EXPECT_EQ(hex(renderer), before);
  // `z.` must not be known any more, or the next name would point to nothing.
  ASSERT_TRUE(renderer.rrset(rrset("y.z.", RRType::a, {"192.0.2.1"})));
  EXPECT_EQ(hex(renderer), before + "0179017a00" + a_rest);
  EXPECT_FALSE(renderer.append(Bytes(renderer.size_octets_max() - renderer.size() + 1)));
  EXPECT_TRUE(renderer.append(Bytes(renderer.size_octets_max() - renderer.size())));
}

/// Owners over a few labels, so that many names share suffixes and differ in case.
RRset random_rrset(std::mt19937& random) {
  constexpr std::string_view labels[] = {"a", "A", "bb", "Bb", "ccc", "*", "_tcp", "zone-with-a-longer-name"};
  std::string owner;
  for (auto count = random() % 6; count > 0; --count) {
    owner += std::string(labels[random() % std::size(labels)]) + ".";
  }
  owner += owner.empty() ? "." : "";
  const RRType types[] = {RRType::ns, RRType::cname, RRType::ptr, RRType::dname};
  std::string target = std::string(labels[random() % std::size(labels)]) + "." + (owner == "." ? "" : owner);
  return rrset(owner, types[random() % std::size(types)], {target});
}

void expect_same(const std::vector<RRset>& sets, ByteView octets) {
  Bytes whole(12);
  whole[6] = static_cast<std::uint8_t>(sets.size() >> 8);
  whole[7] = static_cast<std::uint8_t>(sets.size());
  whole.insert(whole.end(), octets.begin(), octets.end());
  const auto parsed = parse_message(whole);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    ASSERT_EQ(as_text(parsed->answer[i].owner.wire()), as_text(sets[i].owner.wire()));
    ASSERT_EQ(to_hex(parsed->answer[i].rdata), to_hex(sets[i].rdata[0].octets()));
  }
}

TEST(DnsRenderer, ReadsBackWithCaseAfterRollbacks) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    RecordRenderer renderer(12, 40'000);
    RecordRenderer straight(12, 40'000);  // without what was taken back
    std::vector<RRset> kept;
    while (renderer.size() < 1'000 + random() % 20'000) {
      const auto set = random_rrset(random);
      const auto mark = renderer.mark();
      ASSERT_TRUE(renderer.rrset(set));
      if (random() % 4 == 0) {
        renderer.rollback(mark);
        continue;
      }
      kept.push_back(set);
      ASSERT_TRUE(straight.rrset(set));
    }
    ASSERT_EQ(hex(renderer), hex(straight));
    expect_same(kept, renderer.octets());
  }
}

TEST(DnsRenderer, IsAsNewAfterReset) {
  std::mt19937 random(2);
  RecordRenderer used(12, 16'384);
  for (int round = 0; round < 300; ++round) {
    const std::size_t base = 12 + random() % 300;
    used.reset(base, 2'000);
    RecordRenderer fresh(base, 2'000);
    for (int i = 0; i < 40; ++i) {
      const auto set = random_rrset(random);
      ASSERT_EQ(used.rrset(set), fresh.rrset(set));
    }
    ASSERT_EQ(hex(used), hex(fresh));
  }
}

TEST(DnsRenderer, SurvivesMoreNamesThanItsTableHolds) {
  RecordRenderer renderer(12, 65'000);
  std::vector<RRset> sets;
  for (unsigned i = 0; sets.size() < 3'500; ++i) {
    const std::string label = {static_cast<char>('a' + i % 26), static_cast<char>('a' + i / 26 % 26),
                               static_cast<char>('a' + i / 676 % 26)};
    auto set = rrset(label + ".", RRType::ptr, {std::string(1, static_cast<char>('a' + i % 26)) + "." + label + "."});
    if (!renderer.rrset(set)) {
      break;
    }
    sets.push_back(std::move(set));
  }
  EXPECT_GT(sets.size(), 3'000U);
  expect_same(sets, renderer.octets());
}

TEST(DnsWriter, NeverCompressesAgainstTheQuestion) {
  MessageWriter writer(512);
  writer.header({});
  writer.question({name("EXAMPLE."), RRType::soa, class_in});
  ASSERT_TRUE(writer.rrset(Section::answer, rrset("example.", RRType::a, {"192.0.2.1"})));
  ASSERT_TRUE(writer.rrset(Section::authority, rrset("example.", RRType::a, {"192.0.2.1"})));
  const Bytes octets = std::move(writer).finish();
  EXPECT_EQ(to_hex(ByteView(octets).subspan(12)), std::string("074558414d504c4500"
                                                              "00060001"
                                                              "076578616d706c6500") +
                                                      a_rest + "c019" + a_rest);
}

TEST(DnsWriter, KeepsWhatWasReserved) {
  MessageWriter writer(512);
  writer.header({});
  writer.question({name("example."), RRType::txt, class_in});
  const std::string text(255, 'a');
  const auto big = rrset("example.", RRType::txt, {"\"" + text + "\" \"" + text.substr(0, 205) + "\""});
  writer.reserve(edns_size_octets);
  EXPECT_FALSE(writer.rrset(Section::answer, big));  // 25 + 19 + 462 leave 6 octets; OPT needs 11
  writer.set_truncated();
  writer.set_rcode(5);
  writer.edns(1232, true, 1);
  const Bytes octets = std::move(writer).finish();
  const auto parsed = parse_message(octets);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->header.tc);
  EXPECT_EQ(parsed->header.rcode, 5);
  EXPECT_TRUE(parsed->answer.empty());
  EXPECT_EQ(parsed->header.ancount, 0);
  EXPECT_EQ(parsed->header.arcount, 1);
  EXPECT_TRUE(parsed->edns->dnssec_ok);
  EXPECT_EQ(parsed->edns->rcode_high, 1);
}

TEST(DnsWriter, CountsAllRecordsOrNone) {
  MessageWriter writer(512);
  Header header;
  header.id = 0xabcd;
  header.qr = header.aa = header.cd = true;
  header.opcode = Opcode::notify;
  writer.header(header);
  std::vector<std::string_view> many(40, "192.0.2.1");
  EXPECT_FALSE(writer.rrset(Section::answer, rrset("example.", RRType::a, many)));
  EXPECT_TRUE(writer.rrset(Section::answer, rrset("example.", RRType::a, {"192.0.2.1", "192.0.2.1"})));
  EXPECT_TRUE(writer.record(Section::authority, name("example."), RRType::txt, class_in, 5, Bytes{1, 'x'}));
  const std::vector<std::pair<std::uint16_t, Bytes>> options = {{edns_option_nsid, {1, 2}}, {edns_option_cookie, {}}};
  writer.edns(1232, false, 0, options);
  const auto parsed = parse_message(std::move(writer).finish());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header.id, 0xabcd);
  EXPECT_EQ(parsed->header.opcode, Opcode::notify);
  EXPECT_TRUE(parsed->header.qr && parsed->header.aa && parsed->header.cd && !parsed->header.rd && !parsed->header.tc);
  EXPECT_EQ(parsed->answer.size(), 2U);
  EXPECT_EQ(parsed->authority.size(), 1U);
  EXPECT_TRUE(parsed->edns->nsid);
  EXPECT_EQ(parsed->edns->cookie, Bytes());
}

TEST(DnsWriter, TakesTheLargestRecordWithTheLongestOwner) {
  std::string labels;
  for (int i = 0; i < 127; ++i) {
    labels += "a.";
  }
  MessageWriter writer(message_size_octets_max);
  writer.header({});
  writer.question({name(labels), RRType::txt, class_in});
  constexpr std::size_t largest_tsig = 366;  // tsig::record_size_octets_max
  writer.reserve(edns_size_octets + largest_tsig);
  EXPECT_TRUE(writer.record(Section::answer, name(labels), RRType(1234), class_in, 0, Bytes(Rdata::size_octets_max)));
}

}  // namespace
}  // namespace minidns::dns
