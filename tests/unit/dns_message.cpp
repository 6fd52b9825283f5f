#include "dns/soa.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/reader.hpp"
#include "dns/wire/request.hpp"
#include "dns/wire/writer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace minidns::dns {
namespace {

/// A header with the counts, then the octets in hexadecimal.
Bytes message(std::uint8_t qd, std::uint8_t an, std::uint8_t ns, std::uint8_t ar, std::string_view hex) {
  Bytes octets{0x12, 0x34, 0x80, 0, 0, qd, 0, an, 0, ns, 0, ar};
  const auto body = *from_hex(hex);
  octets.insert(octets.end(), body.begin(), body.end());
  return octets;
}

Errc error_of(const Bytes& octets) {
  const auto parsed = parse_message(octets);
  EXPECT_FALSE(parsed);
  return parsed ? Errc{} : parsed.error().code;
}

constexpr const char* opt = "0000290400000080000000";  // DO, 1024 octets
constexpr const char* tsig =
    "016b00"
    "00fa"
    "00ff"
    "00000000"
    "0015"
    "016100"
    "000000000001"
    "012c"
    "0002"
    "aabb"
    "1234"
    "0000"
    "0000";

TEST(DnsMessage, ReadsAQuery) {
  const auto name = *Name::from_text("Example.org.");
  const auto parsed = parse_message(make_query(0xbeef, name, RRType::soa, 1232, true));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header.id, 0xbeef);
  EXPECT_EQ(parsed->header.opcode, Opcode::query);
  EXPECT_FALSE(parsed->header.rd);
  ASSERT_EQ(parsed->question.size(), 1U);
  EXPECT_EQ(parsed->question[0].name.to_text(), "Example.org.");
  EXPECT_EQ(parsed->question[0].type, RRType::soa);
  ASSERT_TRUE(parsed->edns);
  EXPECT_EQ(parsed->edns->udp_size_octets, 1232);
  EXPECT_TRUE(parsed->edns->dnssec_ok);
  EXPECT_TRUE(parsed->additional.empty());
}

TEST(DnsMessage, ReadsRequestsWithAnSoa) {
  const auto zone = *Name::from_text("example.org.");
  const auto soa = Soa{zone, zone, Serial(9), 1, 2, 3, 4}.to_rdata();
  const auto ixfr = parse_message(make_ixfr_query(1, zone, soa));
  ASSERT_TRUE(ixfr);
  EXPECT_EQ(ixfr->question[0].type, RRType::ixfr);
  ASSERT_EQ(ixfr->authority.size(), 1U);
  EXPECT_EQ(ixfr->authority[0].rdata, Bytes(soa.octets().begin(), soa.octets().end()));
  const auto notify = parse_message(make_notify(1, zone, soa));
  ASSERT_TRUE(notify);
  EXPECT_EQ(notify->header.opcode, Opcode::notify);
  EXPECT_TRUE(notify->header.aa);
  EXPECT_EQ(notify->answer.size(), 1U);
  EXPECT_TRUE(parse_message(make_notify(1, zone, std::nullopt))->answer.empty());
}

TEST(DnsMessage, LeavesCountsAndFlagsToTheCaller) {
  EXPECT_TRUE(parse_message(message(0, 0, 0, 0, "")));  // QDCOUNT 0
  EXPECT_EQ(parse_message(message(2, 0, 0, 0,
                                  "0000060001"
                                  "0000060001"))
                ->question.size(),
            2U);
  EXPECT_EQ(parse_message(message(1, 0, 0, 0, "0000060003"))->question[0].klass, 3);  // CHAOS
}

TEST(DnsMessage, ExpandsNamesOfTheTypesThatMayHaveThem) {
  // 12: "a." in the question; 17 and on: the record.
  const auto rdata_of = [](std::string_view type_hex, std::string_view rdata_hex) {
    std::string size(4, '0');
    size[3] = "0123456789abcdef"[rdata_hex.size() / 2];
    const auto parsed =
        parse_message(message(1, 1, 0, 0,
                              "0161000001"
                              "0001"
                              "c00c" +
                                  std::string(type_hex) + "0001" + "00000000" + size + std::string(rdata_hex)));
    return parsed ? to_hex(parsed->answer[0].rdata) : parsed.error().detail;
  };
  EXPECT_EQ(rdata_of("0002", "c00c"), "016100");                          // NS
  EXPECT_EQ(rdata_of("000f", "000ac00c"), "000a016100");                  // MX
  EXPECT_EQ(rdata_of("0011", "c00cc00c"), "016100016100");                // RP (RFC 3597 §4)
  EXPECT_EQ(rdata_of("0021", "000000000000c00c"), "000000000000016100");  // SRV
  EXPECT_EQ(rdata_of("0023",
                     "00010001000000"
                     "c00c"),
            "00010001000000016100");                  // NAPTR
  EXPECT_EQ(rdata_of("0027", "c00c"), "c00c");        // DNAME: never compressed, left as it is
  EXPECT_EQ(rdata_of("0002", "c00c00"), "01610000");  // check_rdata refuses what follows the name
  EXPECT_EQ(rdata_of("0002", "0162"), "the octets end inside a name");
  EXPECT_EQ(rdata_of("000f", "000a"), "RDATA ends before a name");
  EXPECT_EQ(rdata_of("0002", ""), "");  // UPDATE (RFC 2136 §2.4)
}

TEST(DnsMessage, RefusesNamesThatRunOverTheEndOfTheirRdata) {
  // NS with RDLENGTH 1 but a name of 3 octets, which the next octets would complete.
  EXPECT_EQ(error_of(message(0, 1, 0, 0,
                             "00"
                             "0002"
                             "0001"
                             "00000000"
                             "0001"
                             "016100")),
            Errc::bad_rdata);
  // NAPTR whose first string is longer than the RDATA.
  EXPECT_EQ(error_of(message(0, 1, 0, 0,
                             "00"
                             "0023"
                             "0001"
                             "00000000"
                             "0005"
                             "0001000105"
                             "4141414141000000")),
            Errc::bad_rdata);
}

TEST(DnsMessage, RefusesPointersThatDoNotPointBack) {
  EXPECT_EQ(error_of(message(1, 0, 0, 0,
                             "c00c"
                             "00010001")),
            Errc::bad_pointer);  // to itself
  EXPECT_EQ(error_of(message(1, 0, 0, 0,
                             "c00e"
                             "00010001")),
            Errc::bad_pointer);  // forward
  EXPECT_EQ(error_of(message(1, 0, 0, 0,
                             "0161c00c"
                             "00010001")),
            Errc::bad_pointer);  // to its own start: a loop
  EXPECT_EQ(error_of(message(1, 0, 0, 0,
                             "ffff"
                             "00010001")),
            Errc::bad_pointer);
  EXPECT_EQ(error_of(message(1, 0, 0, 0, "c0")), Errc::truncated);
  EXPECT_EQ(error_of(message(1, 0, 0, 0,
                             "4061"
                             "00010001")),
            Errc::bad_label);  // label type 01
  EXPECT_EQ(error_of(message(1, 0, 0, 0,
                             "8061"
                             "00010001")),
            Errc::bad_label);
  // Into the header: id 1234 gives a label of 18 octets that run into the question.
  EXPECT_FALSE(parse_message(message(1, 0, 0, 0,
                                     "c000"
                                     "00010001")));
}

TEST(DnsMessage, RefusesNamesThatGrowTooLong) {
  std::string longest;  // 3 labels of 63 octets, and a pointer from a fourth and a fifth
  for (int i = 0; i < 3; ++i) {
    longest += "3f" + std::string(126, '6');
  }
  longest +=
      "00"
      "00010001";
  EXPECT_TRUE(parse_message(message(1, 0, 0, 0, longest)));
  const std::string label_61 = "3d" + std::string(122, '6');
  const std::string label_62 = "3e" + std::string(124, '6');
  EXPECT_TRUE(parse_message(message(2, 0, 0, 0,
                                    longest + label_61 +
                                        "c00c"
                                        "00010001")));
  EXPECT_EQ(error_of(message(2, 0, 0, 0,
                             longest + label_62 +
                                 "c00c"
                                 "00010001")),
            Errc::name_too_long);
}

TEST(DnsMessage, RefusesEveryCut) {
  const auto name = *Name::from_text("example.org.");
  const Bytes whole = make_ixfr_query(1, name, Soa{name, name, Serial(9), 1, 2, 3, 4}.to_rdata());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_message(ByteView(whole).first(size))) << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_EQ(error_of(longer), Errc::trailing_octets);
}

TEST(DnsMessage, CountsMayLie) {
  Bytes octets(12);
  for (std::size_t at = 4; at < 12; ++at) {
    octets[at] = 0xff;
  }
  EXPECT_EQ(error_of(octets), Errc::truncated);
  EXPECT_EQ(error_of(message(1, 0, 0, 0, "")), Errc::truncated);
  EXPECT_EQ(error_of(message(0, 0, 0, 0, "0000060001")), Errc::trailing_octets);
}

TEST(DnsMessage, KeepsTheRulesOfOpt) {
  const std::string o = opt;
  EXPECT_TRUE(parse_message(message(0, 0, 0, 1, o))->edns->dnssec_ok);
  EXPECT_EQ(parse_message(message(0, 0, 0, 1, "0000290010000000000000"))->edns->udp_size_octets, 512);  // not 16
  EXPECT_EQ(error_of(message(0, 0, 0, 2, o + o)), Errc::bad_message);
  EXPECT_EQ(error_of(message(0, 1, 0, 0, o)), Errc::bad_message);
  EXPECT_EQ(error_of(message(0, 0, 1, 0, o)), Errc::bad_message);
  EXPECT_EQ(error_of(message(0, 0, 0, 1, "01610000290400000000000000")), Errc::bad_message);  // not at the root
  EXPECT_EQ(error_of(message(0, 0, 0, 1,
                             "0000290400000000000003"
                             "000300")),
            Errc::bad_message);  // a cut option
  EXPECT_EQ(error_of(message(0, 0, 0, 1,
                             "0000290400000000000004"
                             "00030001")),
            Errc::bad_message);
  const auto parsed = parse_message(message(0, 0, 0, 1,
                                            "0000290400"
                                            "01010000"
                                            "0014"
                                            "00030000"
                                            "000a00080102030405060708"
                                            "ff000000"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->edns->version, 1);  // the caller's to answer: BADVERS
  EXPECT_EQ(parsed->edns->rcode_high, 1);
  EXPECT_TRUE(parsed->edns->nsid);
  EXPECT_EQ(parsed->edns->cookie, Bytes({1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(DnsMessage, KeepsTheRulesOfTsig) {
  const std::string o = opt;
  const std::string t = tsig;
  const auto parsed = parse_message(message(0, 0, 0, 2, o + t));
  ASSERT_TRUE(parsed) << parsed.error().detail;
  ASSERT_TRUE(parsed->tsig);
  EXPECT_EQ(parsed->tsig->offset, 12U + 11U);
  EXPECT_EQ(parsed->tsig->key.to_text(), "k.");
  EXPECT_EQ(parsed->tsig->algorithm.to_text(), "a.");
  EXPECT_EQ(parsed->tsig->time_signed_s, 1U);
  EXPECT_EQ(parsed->tsig->fudge_s, 300U);
  EXPECT_EQ(parsed->tsig->mac, Bytes({0xaa, 0xbb}));
  EXPECT_EQ(parsed->tsig->original_id, 0x1234);
  EXPECT_EQ(error_of(message(0, 0, 0, 2, t + t)), Errc::bad_message);
  EXPECT_EQ(error_of(message(0, 0, 0, 2, t + o)), Errc::bad_message);
  EXPECT_EQ(error_of(message(0, 1, 0, 0, t)), Errc::bad_message);
  EXPECT_EQ(error_of(message(0, 1, 0, 1, t + o)), Errc::bad_message);
  std::string wrong = t;
  wrong.replace(10, 4, "0001");  // class IN
  EXPECT_EQ(error_of(message(0, 0, 0, 1, wrong)), Errc::bad_message);
  wrong = t;
  wrong.replace(14, 8, "00000001");  // TTL 1
  EXPECT_EQ(error_of(message(0, 0, 0, 1, wrong)), Errc::bad_message);
  wrong = t;
  wrong.replace(48, 4, "00ff");  // a MAC longer than the RDATA
  EXPECT_EQ(error_of(message(0, 0, 0, 1, wrong)), Errc::bad_message);
}

/// 65,535 octets of records that each cost as much as they can.
Bytes full_of(std::string_view first_hex, std::string_view record_hex) {
  Bytes octets = message(0, 0, 0, 0, first_hex);
  const auto record = *from_hex(record_hex);
  std::size_t count = 1;
  while (octets.size() + record.size() <= message_size_octets_max) {
    octets.insert(octets.end(), record.begin(), record.end());
    ++count;
  }
  octets[6] = static_cast<std::uint8_t>(count >> 8);
  octets[7] = static_cast<std::uint8_t>(count);
  return octets;
}

TEST(DnsMessage, IsNotMadeLargeByPointers) {
  std::string long_name;
  for (int i = 0; i < 127; ++i) {
    long_name += "0161";
  }
  long_name += "00";
  const std::string first = long_name +
                            "0001"
                            "0001"
                            "00000000"
                            "0000";
  // MINFO: three names of 255 octets in 16.
  EXPECT_EQ(error_of(full_of(first,
                             "c00c"
                             "000e"
                             "0001"
                             "00000000"
                             "0004"
                             "c00cc00c")),
            Errc::too_large);
  // What a real transfer does is far below the limit.
  EXPECT_TRUE(
      parse_message(full_of("0161"
                            "0161"
                            "0161"
                            "00"
                            "0001"
                            "0001"
                            "00000000"
                            "0000",
                            "c00c"
                            "0002"
                            "0001"
                            "00000000"
                            "0002"
                            "c00c")));
}

TEST(DnsMessage, IsNotMadeSlowByChainsOfPointers) {
  // Pointers that each point to the one before, all in one record's RDATA, and then owners that start at the last.
  Bytes octets = message(0, 0, 0, 0,
                         "00"
                         "0010"
                         "0001"
                         "00000000");
  constexpr std::size_t chain = 8'000;
  octets.push_back(static_cast<std::uint8_t>(chain * 2 >> 8));
  octets.push_back(static_cast<std::uint8_t>(chain * 2 & 0xff));
  std::size_t target = 12;
  for (std::size_t i = 0; i < chain; ++i) {
    const std::size_t here = octets.size();
    octets.push_back(static_cast<std::uint8_t>(0xc0 | target >> 8));
    octets.push_back(static_cast<std::uint8_t>(target & 0xff));
    target = here;
  }
  Reader reader(octets, target);
  EXPECT_EQ(reader.name().error().code, Errc::bad_pointer);
}

TEST(DnsMessage, GivesTheHeaderOfWhatIsNoMessage) {
  Bytes octets = message(9, 9, 9, 9, "ff");
  octets[2] = 0xfd;
  octets[3] = 0xb5;
  const auto header = parse_header(octets);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->id, 0x1234);
  EXPECT_TRUE(header->qr && header->aa && !header->tc && header->rd && header->ra && header->ad && header->cd);
  EXPECT_EQ(header->opcode, static_cast<Opcode>(15));
  EXPECT_EQ(header->rcode, 5);
  EXPECT_EQ(header->qdcount, 9);
  EXPECT_FALSE(parse_header(ByteView(octets).first(11)));
}

}  // namespace
}  // namespace minidns::dns
