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

}  // namespace
}  // namespace minidns::dns::test
