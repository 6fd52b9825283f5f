#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace minidns {
namespace {

struct Pair {
  std::string plain;
  std::string coded;
};

TEST(Base64, WritesAndReadsTheVectorsOfRfc4648) {
  const std::vector<Pair> vectors = {{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg=="},
                                     {"fooba", "Zm9vYmE="},
                                     {"foobar", "Zm9vYmFy"},
                                     {std::string("\xff\xfe\xfd", 3), "//79"},
                                     {std::string("\0\0\0", 3), "AAAA"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    const auto back = from_base64(coded);
    ASSERT_TRUE(back) << coded;
    EXPECT_EQ(as_text(*back), plain);
  }
}

TEST(Base64, RefusesWhatIsNotStrict) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"Zg", "no padding"},
      {"Zg=", "half a padding"},
      {"Zg==Zg==", "padding inside"},
      {"====", "padding only"},
      {"Z===", "three paddings"},
      {"Zm9v\n", "a newline"},
      {"Zm 9", "white space"},
      {"Zm9-", "the URL alphabet"},
      {"Zh==", "bits behind the last octet (RFC 4648 section 3.5)"},
      {"Zm9=", "bits behind the last octet (RFC 4648 section 3.5)"},
      {std::string("Zm9\0", 4), "a NUL"},
  };
  for (const auto& [text, reason] : bad) {
    EXPECT_FALSE(from_base64(text)) << reason;
  }
}

TEST(Hex, WritesLowerCaseAndReadsBoth) {
  const Bytes bytes = {0x00, 0x09, 0x0a, 0xaf, 0xff};
  EXPECT_EQ(to_hex(bytes), "00090aafff");
  EXPECT_EQ(from_hex("00090AAfFf"), bytes);
  EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
  for (const std::string text : {"0", "000", "0g", "g0", "0x", " 0", "0 ", "/0", ":0", "@0", "`0"}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
}

}  // namespace
}  // namespace minidns
