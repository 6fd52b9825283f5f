#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/soa.hpp"
#include "dns/ttl.hpp"

#include <gtest/gtest.h>

namespace minidns::dns {
namespace {

TEST(DnsSerial, IsIncomparableAtHalfTheRange) {
  const Serial a(5);
  const Serial b(5 + Serial::half_range);
  EXPECT_FALSE(a.is_newer_than(b));
  EXPECT_FALSE(b.is_newer_than(a));
  EXPECT_FALSE(a.is_comparable_with(b));
}

TEST(DnsSerial, IsNewerAcrossTheWrap) {
  EXPECT_TRUE(Serial(1).is_newer_than(Serial(0xffff'ffff)));
  EXPECT_TRUE(Serial(0x7fff'ffff).is_newer_than(Serial(0)));
  EXPECT_FALSE(Serial(0).is_newer_than(Serial(0)));
  EXPECT_TRUE(Serial(0).is_comparable_with(Serial(0)));
}

TEST(DnsSerial, SkipsZeroWhenAdvanced) {
  EXPECT_EQ(Serial(0xffff'ffff).advanced(1), Serial(1));
  EXPECT_EQ(Serial(0xffff'ffff).advanced(2), Serial(1));
  EXPECT_EQ(Serial(1).advanced(0x7fff'ffff), Serial(0x8000'0000));
}

TEST(DnsTtl, HasItsRange) {
  EXPECT_EQ(Ttl::from_seconds(0)->seconds(), 0U);
  EXPECT_EQ(Ttl::from_seconds(0x7fff'ffff)->seconds(), 0x7fff'ffffU);
  EXPECT_EQ(Ttl::from_seconds(-1).error().code, Errc::bad_value);
  EXPECT_EQ(Ttl::from_seconds(0x8000'0000).error().code, Errc::bad_value);
  EXPECT_EQ(Ttl::from_wire(0x8000'0000).seconds(), 0U);
}

TEST(DnsRRType, ReadsAndPrintsMnemonicsAndNumbers) {
  EXPECT_EQ(RRType::from_text("aaaa").value(), RRType::aaaa);
  EXPECT_EQ(RRType::from_text("NSAP-PTR").value(), RRType(23));
  EXPECT_EQ(RRType::from_text("TYPE257").value(), RRType::caa);
  EXPECT_EQ(RRType::from_text("type65535").value(), RRType(65535));
  EXPECT_EQ(RRType(1234).to_text(), "TYPE1234");
  EXPECT_EQ(RRType::https.to_text(), "HTTPS");
  for (const char* const bad : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "TYPE 1", "AAAAA", "1"}) {
    EXPECT_EQ(RRType::from_text(bad).error().code, Errc::unknown_type) << bad;
  }
}

TEST(DnsRRType, EveryTypeReadsBackFromItsText) {
  for (unsigned value = 0; value <= 0xffff; ++value) {
    const RRType type(static_cast<std::uint16_t>(value));
    ASSERT_EQ(RRType::from_text(type.to_text()).value(), type);
  }
}

TEST(DnsRRType, KnowsWhatIsNoDataOfAZone) {
  for (const RRType type :
       {RRType::opt, RRType::tsig, RRType::tkey, RRType::axfr, RRType::ixfr, RRType::any, RRType(0)}) {
    EXPECT_TRUE(type.is_meta()) << type.to_text();
  }
  for (const RRType type : {RRType::a, RRType::spf, RRType::eui64, RRType::uri, RRType(65535)}) {
    EXPECT_FALSE(type.is_meta()) << type.to_text();
  }
}

TEST(DnsRdata, HasItsLimit) {
  EXPECT_TRUE(Rdata::from_octets(Bytes(64'000)));
  EXPECT_EQ(Rdata::from_octets(Bytes(64'001)).error().code, Errc::too_large);
}

TEST(DnsRdata, PacksAndUnpacks) {
  const std::vector<Rdata> rdata = {*Rdata::from_octets({1, 2, 3}), *Rdata::from_octets({}),
                                    *Rdata::from_octets(Bytes(300, 7))};
  const Bytes packed = pack_rdata(rdata);
  EXPECT_EQ(to_hex(ByteView(packed).first(9)),
            "000301020300"
            "00"
            "012c");
  EXPECT_EQ(unpack_rdata(packed).value(), rdata);
  EXPECT_TRUE(unpack_rdata({}).value().empty());
  EXPECT_EQ(unpack_rdata(Bytes{0}).error().code, Errc::truncated);
  EXPECT_EQ(unpack_rdata(Bytes{0, 2, 1}).error().code, Errc::truncated);
  Bytes too_long(2 + 64'001);
  too_long[0] = 0xfa;
  too_long[1] = 0x01;
  EXPECT_EQ(unpack_rdata(too_long).error().code, Errc::too_large);
}

Soa some_soa() {
  return {*Name::from_text("Ns.example."), *Name::from_text("h.Example."), Serial(7), 1, 2, 3, 4};
}

TEST(DnsSoa, ReadsBackFromItsRdata) {
  const Rdata rdata = some_soa().to_rdata();
  const auto soa = Soa::from_rdata(rdata.octets());
  ASSERT_TRUE(soa);
  EXPECT_EQ(soa->to_rdata(), rdata);
  EXPECT_EQ(soa->mname.to_text(), "Ns.example.");
  EXPECT_EQ(soa->serial, Serial(7));
  EXPECT_EQ(soa->minimum_s, 4U);
}

TEST(DnsSoa, RefusesRdataOfAnotherSize) {
  const Rdata rdata = some_soa().to_rdata();
  const auto octets = rdata.octets();
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(Soa::from_rdata(octets.first(size))) << size;
  }
  Bytes longer(octets.begin(), octets.end());
  longer.push_back(0);
  EXPECT_FALSE(Soa::from_rdata(longer));
}

TEST(DnsSoa, ChangesOnlyTheSerial) {
  const Rdata rdata = some_soa().to_rdata();
  const Rdata changed = with_serial(rdata, Serial(0xdead'beef));
  EXPECT_EQ(serial_of(changed), Serial(0xdead'beef));
  EXPECT_EQ(serial_of(rdata), Serial(7));
  EXPECT_EQ(with_serial(changed, Serial(7)), rdata);
}

TEST(DnsSoa, MakesRnamesOfMailAddresses) {
  EXPECT_EQ(rname_of_email("joe@example.org")->to_text(), "joe.example.org.");
  EXPECT_EQ(rname_of_email("joe@example.org.")->to_text(), "joe.example.org.");
  EXPECT_EQ(rname_of_email("joe.doe@Example.org")->to_text(), "joe\\.doe.Example.org.");
  EXPECT_EQ(rname_of_email("a+b\\c@x.")->to_text(), "a+b\\\\c.x.");
  const std::string long_local(64, 'a');
  for (const std::string& bad :
       {std::string(), std::string("joe"), std::string("@example.org"), std::string("joe@"), std::string("joe@."),
        std::string("joe@a..b"), std::string("jo e@a.b"), std::string("a@b@c.d"), std::string("j\n@a.b"),
        std::string("j@a b"), std::string("j\xc3\xbc@a.b"), long_local + "@a.b"}) {
    const auto rname = rname_of_email(bad);
    ASSERT_FALSE(rname) << bad;
    EXPECT_FALSE(rname.error().detail.empty());
  }
}

}  // namespace
}  // namespace minidns::dns
