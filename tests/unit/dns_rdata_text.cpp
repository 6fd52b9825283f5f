#include "base/bytes.hpp"
#include "dns/text/rdata_text.hpp"
#include "tests/unit/dns_samples.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace minidns::dns::test {
namespace {

RRType type_of(std::string_view mnemonic) {
  return *RRType::from_text(mnemonic);
}

std::string hex_of(std::string_view type, std::string_view text) {
  const auto rdata = rdata_from_text(type_of(type), text);
  return rdata ? to_hex(rdata->octets()) : rdata.error().detail;
}

std::string printed(std::string_view type, std::string_view hex) {
  return rdata_to_text(type_of(type), *Rdata::from_octets(*from_hex(hex)));
}

TEST(DnsRdataText, ReadsAndPrintsEachType) {
  for (const Sample& sample : samples) {
    SCOPED_TRACE(std::string(sample.type) + " " + std::string(sample.text));
    const RRType type = type_of(sample.type);
    const auto rdata = rdata_from_text(type, sample.text);
    ASSERT_TRUE(rdata) << rdata.error().detail;
    EXPECT_EQ(rdata_to_text(type, *rdata), sample.printed);
    EXPECT_TRUE(check_rdata(type, rdata->octets()));
    const auto again = rdata_from_text(type, sample.printed);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(*again, *rdata);
  }
}

TEST(DnsRdataText, ReadsTheGenericFormOfEachType) {
  for (const Sample& sample : samples) {
    SCOPED_TRACE(std::string(sample.type) + " " + std::string(sample.text));
    const RRType type = type_of(sample.type);
    const Rdata rdata = *rdata_from_text(type, sample.text);
    const std::string size = std::to_string(rdata.octets().size());
    EXPECT_EQ(rdata_from_text(type, "\\# " + size + " " + to_hex(rdata.octets())).value(), rdata);
  }
}

TEST(DnsRdataText, CutsAreRefusedOrAreOtherRecords) {
  for (const Sample& sample : samples) {
    const RRType type = type_of(sample.type);
    const Rdata rdata = *rdata_from_text(type, sample.text);
    for (std::size_t size = 0; size < rdata.octets().size(); ++size) {
      const auto cut = *Rdata::from_octets(
          Bytes(rdata.octets().begin(), rdata.octets().begin() + static_cast<std::ptrdiff_t>(size)));
      const auto again = rdata_from_text(type, rdata_to_text(type, cut));
      EXPECT_EQ(again.has_value(), check_rdata(type, cut.octets()).has_value()) << sample.type << " " << size;
      EXPECT_TRUE(!again || *again == cut) << sample.type << " " << size;
    }
  }
}

TEST(DnsRdataText, MakesTheOctetsOfTheRfcs) {
  EXPECT_EQ(hex_of("MX", "10 A.b."), "000a0141016200");  // case is kept
  EXPECT_EQ(hex_of("TXT", "\"a\\001\\\"\" \"\""), "0361012200");
  EXPECT_EQ(hex_of("TXT", "v=DMARC1;p=none"), hex_of("TXT", "\"v=DMARC1;p=none\""));  // Designate takes it
  EXPECT_EQ(hex_of("CAA", "0 issue ;"), hex_of("CAA", "0 issue \";\""));
  EXPECT_EQ(hex_of("CAA", "0 issue ca.example; account=230123"),
            hex_of("CAA", "0 issue \"ca.example; account=230123\""));
  // RFC 9460 appendix D.2.
  EXPECT_EQ(hex_of("SVCB", "1 foo.example.com. key667=hello"),
            "000103666f6f076578616d706c6503636f6d00029b000568656c6c6f");
  EXPECT_EQ(
      hex_of("SVCB", "1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\""),
      "000103666f6f076578616d706c6503636f6d000006002020010db800000000000000000000000120010db8000000000000000000530001");
  EXPECT_EQ(hex_of("SVCB", "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1"),
            "001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0000201");
  EXPECT_EQ(hex_of("SVCB", "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2"),
            "001003666f6f076578616d706c65036f726700000100"
            "0c08665c6f6f2c626172026832");
  EXPECT_EQ(hex_of("SVCB", "1 foo. key1=\\002h2"), hex_of("SVCB", "1 foo. alpn=h2"));
}

TEST(DnsRdataText, TellsWhatIsWrong) {
  struct Row {
    std::string_view type;
    std::string_view text;
    std::string_view detail;  ///< how the error starts
  };
  const Row rows[] = {
      {"A", "", "A: the record is empty"},
      {"A", " \t", "A: the record is empty"},
      {"A", "192.0.2", "A address: it must be an IPv4 address"},
      {"A", "192.0.2.256", "A address: it must be an IPv4 address"},
      {"A", "192.0.2.01", "A address: it must be an IPv4 address"},
      {"A", "192.0.2.1 192.0.2.2", "A: there is something after the address"},
      {"A", "\"192.0.2.1\"", "A address: it must not be in quotes"},
      {"AAAA", "192.0.2.1", "AAAA address: it must be an IPv6 address"},
      {"AAAA", "fe80::1%eth0", "AAAA address: it must be an IPv6 address"},
      {"MX", "10", "MX target name: it is missing"},
      {"MX", "mail.example.", "MX preference: it must be a number in 0..65535"},
      {"MX", "65536 mail.example.", "MX preference: it must be a number in 0..65535"},
      {"MX", "-1 mail.example.", "MX preference: it must be a number in 0..65535"},
      {"MX", "+1 mail.example.", "MX preference: it must be a number in 0..65535"},
      {"MX", "0x1 mail.example.", "MX preference: it must be a number in 0..65535"},
      {"MX", "10 mail.example", "MX target name: the name must end in a dot"},
      {"MX", "10 @", "MX target name: the name must end in a dot"},
      {"MX", "10 a..b.", "MX target name: the name has an empty label"},
      {"CNAME",
       "b\xc3\xbc"
       "cher.",
       "CNAME target name: a name must be ASCII"},
      {"TXT", "v=spf1 -all", "TXT text: text with white space must be in quotes"},
      {"TXT", "\"a\" b", "TXT text: text with white space must be in quotes"},
      {"TXT", "\"a\"b", "TXT: there must be white space after a closing quote"},
      {"TXT", "\"a\"\"b\"", "TXT: there must be white space after a closing quote"},
      {"TXT", "a\"b", "TXT: a quote inside a word must be escaped"},
      {"TXT", "a=\"b\"", "TXT text: a quote inside a word must be escaped"},
      {"TXT", "\"a", "TXT: a quote is not closed"},
      {"TXT", "\"a\\\"", "TXT: a quote is not closed"},
      {"TXT", "\"a\\", "TXT: it ends in a backslash"},
      {"TXT", "\"a\\25\"", "TXT text: a backslash and a digit must be followed by two more digits"},
      {"TXT", "\"a\\999\"", "TXT text: an escape \\DDD must be at most \\255"},
      {"NAPTR", "1 1 \"u\" \"E2U\" \"!(!x!\" .", "NAPTR regexp: a parenthesis is not closed"},
      {"NAPTR", "1 1 \"u\" \"E2U\" \"!a!\\\\1!\" .", "NAPTR regexp: the replacement refers to a group"},
      {"NAPTR", "1 1 \"-\" \"\" \"\" .", "NAPTR flags: they must be letters and digits"},
      {"CAA", "256 issue \"x\"", "CAA flags: it must be a number in 0..255"},
      {"CAA", "0 is-sue \"x\"", "CAA tag: it must have 1 to 255 letters and digits"},
      {"CAA", "0 issue", "CAA value: it is missing"},
      {"CAA", "0 issue a \"b\"", "CAA value: quotes must be around the whole value"},
      {"DS", "1 8 2 AABB", "DS digest: it has 2 octets, but type 2 has 32"},
      {"DS", "1 NOSUCH 2 AABB", "DS algorithm: it must be a number in 0..255 or the mnemonic"},
      {"DS", "1 8 99 AABBC", "DS digest: it must be hexadecimal digits"},
      {"DNSKEY", "257 2 13 AAAA", "DNSKEY protocol: it must be 3"},
      {"DNSKEY", "257 3 13 A", "DNSKEY public key: it must be Base64"},
      {"TLSA", "3 1 1 AABB", "TLSA certificate association data: it has 2 octets, but type 1 has 32"},
      {"SSHFP", "4 2 AABB", "SSHFP fingerprint: it has 2 octets, but type 2 has 32"},
      {"LOC", "91 N 0 E 0m", "LOC location: the latitude must have the form"},
      {"LOC", "52 22 23.0005 N 0 E 0m", "LOC location: the latitude must have the form"},
      {"APL", "3:1.2.3.4/8", "APL address prefix: an item must have the form"},
      {"APL", "1:1.2.3.4/33", "APL address prefix: an item must have the form"},
      {"EUI48", "00-11-22-33-44", "EUI48 address: it must be six pairs"},
      {"URI", "1 1 \"\"", "URI target: it must not be empty"},
      {"HTTPS", "1 . alpn=h2 alpn=h3", "HTTPS parameters: alpn is there twice"},
      {"HTTPS", "1 . alpn", "HTTPS parameters: alpn: a list must not be empty"},
      {"HTTPS", "1 . alpn=\"h2,\"", "HTTPS parameters: alpn: a list must not be empty or have empty items"},
      {"HTTPS", "1 . no-default-alpn", "HTTPS parameters: no-default-alpn needs alpn"},
      {"HTTPS", "1 . no-default-alpn=x alpn=h2", "HTTPS parameters: no-default-alpn: it must have no value"},
      {"HTTPS", "1 . mandatory=port", "HTTPS parameters: mandatory names port, which is not there"},
      {"HTTPS", "1 . mandatory=mandatory", "HTTPS parameters: mandatory: its keys must rise"},
      {"HTTPS", "1 . mandatory=port,port port=1", "HTTPS parameters: mandatory: a key is there twice"},
      {"HTTPS", "1 . port=65536", "HTTPS parameters: port: it must be a number in 0..65535"},
      {"HTTPS", "1 . ipv4hint=::1", "HTTPS parameters: ipv4hint: it must be IPv4 addresses"},
      {"HTTPS", "1 . key65535=x", "HTTPS parameters: a key must be a known name"},
      {"HTTPS", "1 . key007=x", "HTTPS parameters: a key must be a known name"},
      {"HTTPS", "1 . ALPN=h2", "HTTPS parameters: a key must be a known name"},
      {"HTTPS", "1 . key3=x", "HTTPS parameters: port: it must be a number"},
      {"HTTPS", "1 . dohpath=/q", "HTTPS parameters: dohpath: it must be an absolute path"},
      {"HTTPS", "1 relative", "HTTPS target name: the name must end in a dot"},
      {"SOA", "a. b. 1 1x 1 1 1", "SOA refresh: it must be a number"},
      {"SOA", "a. b. 1 99999999w 1 1 1", "SOA refresh: it must be a number"},
      {"TYPE1234", "abc", "TYPE1234: only the generic form"},
      {"TYPE1234", "\\# 2 aa", "TYPE1234: the length after \\# is not that of the octets"},
      {"TYPE1234", "\\# 1 a", "TYPE1234: after \\# and the length there must be hexadecimal digits"},
      {"TYPE1234", "\\#", "TYPE1234: \\# must be followed by a length"},
      {"A", "\\# 3 010203", "A address: the RDATA ends inside it"},
      {"A", "\\# 5 0102030405", "A: there are octets after the last field"},
      {"MX", "\\# 4 000ac000", "MX target name: the name is compressed"},
      {"ANY", "x", "ANY: no zone has data of this type"},
      {"OPT", "\\# 0", "OPT: no zone has data of this type"},
      {"TSIG", "\\# 0", "TSIG: no zone has data of this type"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.type) + " " + std::string(row.text));
    const auto rdata = rdata_from_text(type_of(row.type), row.text);
    ASSERT_FALSE(rdata) << to_hex(rdata->octets());
    EXPECT_TRUE(rdata.error().detail.starts_with(row.detail)) << rdata.error().detail;
  }
}

TEST(DnsRdataText, TakesNothingThatAZoneFileWouldReadAsMore) {
  const std::string_view attempts[] = {
      "192.0.2.1\nwww A 192.0.2.2",
      "192.0.2.1\r\n$INCLUDE /etc/passwd",
      "192.0.2.1\x0b",
      "192.0.2.1 ; comment",
      "192.0.2.1;comment",
      "( 192.0.2.1 )",
      "192.0.2.1 (",
      "$ORIGIN .",
      std::string_view("192.0.2.1\0", 10),
      "192.0.2.1\x7f",
      "\\# 4 c0000201 ; x",
      "\\# 4 ( c0000201 )",
      "\\# 4\nc0000201",
  };
  for (const auto attempt : attempts) {
    EXPECT_FALSE(rdata_from_text(RRType::a, attempt)) << attempt;
  }
  EXPECT_FALSE(rdata_from_text(RRType::txt, "\"a\nb\""));
  EXPECT_FALSE(rdata_from_text(RRType::txt, std::string_view("\"a\0b\"", 5)));
  EXPECT_FALSE(rdata_from_text(RRType::txt, "\"a\" ; comment"));
  EXPECT_FALSE(rdata_from_text(RRType::ns, "ns1.example. ; comment"));
  EXPECT_FALSE(rdata_from_text(RRType::caa, "0 issue \"a\" ; comment"));
  EXPECT_FALSE(rdata_from_text(RRType::mx, "$ORIGIN example."));
  EXPECT_EQ(hex_of("TXT", "$ORIGIN"), "07244f524947494e");  // only data
}

TEST(DnsRdataText, PrintsControlOctetsEscaped) {
  EXPECT_EQ(printed("TXT", "030a0d00"), "\"\\010\\013\\000\"");
  EXPECT_EQ(printed("CNAME", "030a2e2200"), "\\010\\.\\\".");
  EXPECT_EQ(printed("CAA", "000569737375650a22"), "0 issue \"\\010\\\"\"");
}

TEST(DnsRdataText, PrintsWhatHasNoFormOfItsOwnInTheGenericForm) {
  EXPECT_EQ(printed("TYPE65280", "00ff"), "\\# 2 00ff");
  EXPECT_EQ(printed("A", "00ff"), "\\# 2 00ff");                // not valid
  EXPECT_EQ(printed("APL", ""), "\\# 0");                       // no words at all
  EXPECT_EQ(printed("APL", "0003080101"), "\\# 5 0003080101");  // an address family without a notation
}

TEST(DnsRdataText, PrintsHashesOfAnyLength) {
  // ldns doesn't read its own text for lengths that aren't a multiple of five.
  for (const char* const hash :
       {"01ff", "02ffff", "03ffffff", "04ffffffff", "05ffffffffff", "0b0b0b0b0b0b0b0b0b0b0b0b"}) {
    const std::string hex = std::string("6400000000") + hash;
    EXPECT_EQ(hex_of("NSEC3", printed("NSEC3", hex)), hex);
  }
  EXPECT_FALSE(rdata_from_text(RRType::nsec3, "100 0 0 - vv A"));   // bits left over that are not zero
  EXPECT_FALSE(rdata_from_text(RRType::nsec3, "100 0 0 - 000 A"));  // a digit too many
}

TEST(DnsRdataText, HasLimits) {
  const std::string string_255 = "\"" + std::string(255, 'a') + "\"";
  EXPECT_TRUE(rdata_from_text(RRType::txt, string_255));
  const auto string_256 = rdata_from_text(RRType::txt, "\"" + std::string(256, 'a') + "\"");
  ASSERT_FALSE(string_256);
  EXPECT_EQ(string_256.error().detail.substr(0, 44), "TXT text: a string has more than 255 octets:");
  EXPECT_FALSE(rdata_from_text(RRType::txt, std::string(256, 'a')));

  std::string strings_250;
  for (int i = 0; i < 250; ++i) {
    strings_250 += string_255 + " ";
  }
  EXPECT_TRUE(rdata_from_text(RRType::txt, strings_250));  // 64,000 octets
  EXPECT_EQ(rdata_from_text(RRType::txt, strings_250 + "\"\"").error().code, Errc::too_large);
  EXPECT_EQ(rdata_from_text(RRType::a, std::string(1'000'000, ' ')).error().code, Errc::too_large);

  std::string worst;  // the longest text that a record can have
  for (int i = 0; i < 250; ++i) {
    worst += "\"";
    for (int j = 0; j < 255; ++j) {
      worst += "\\000";
    }
    worst += "\" ";
  }
  EXPECT_TRUE(rdata_from_text(RRType::txt, worst));
}

TEST(DnsRdataText, ChecksWireFormFromOutside) {
  const auto valid = [](std::string_view type, std::string_view hex) {
    return check_rdata(type_of(type), *from_hex(hex)).has_value();
  };
  EXPECT_TRUE(valid("NS", "016100"));
  EXPECT_FALSE(valid("NS", "0161"));
  EXPECT_FALSE(valid("NS", "01610000"));
  EXPECT_FALSE(valid("NS", "c000"));
  EXPECT_FALSE(valid("TXT", ""));
  EXPECT_TRUE(valid("TXT", "00"));
  EXPECT_FALSE(valid("TXT", "0261"));
  EXPECT_TRUE(valid("NSEC", "00000140"));
  EXPECT_FALSE(valid("NSEC", "00000100"));          // ends in zero
  EXPECT_FALSE(valid("NSEC", "000001400001"));      // a cut window
  EXPECT_FALSE(valid("NSEC", "0001014000000140"));  // windows fall
  EXPECT_FALSE(valid("APL",
                     "00010818"
                     "0a000000"));             // too long and cut
  EXPECT_FALSE(valid("APL", "000108020a00"));  // a zero octet at the end
  EXPECT_FALSE(valid("HTTPS",
                     "000100"
                     "0003000201bb"
                     "00010003026832"));                           // keys fall
  EXPECT_FALSE(valid("LOC", "01121613800000008000000000989680"));  // version 1
  EXPECT_TRUE(valid("TYPE1234", "00ff"));
  EXPECT_FALSE(check_rdata(RRType(1234), Bytes(64'001)).has_value());
}

}  // namespace
}  // namespace minidns::dns::test
