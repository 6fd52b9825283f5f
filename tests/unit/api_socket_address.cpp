#include "api/socket_address.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace minidns::api {
namespace {

struct Row {
  std::string text;
  std::optional<std::string> canonical;
  const char* reason;
};

TEST(SocketAddress, IsReadInEveryFormAndWrittenInOne) {
  const Row rows[] = {
      {"192.0.2.1", "192.0.2.1:53", "the default port"},
      {"192.0.2.1:1", "192.0.2.1:1", "lowest port"},
      {"192.0.2.1:65535", "192.0.2.1:65535", "highest port"},
      {"2001:DB8:0:0::1", "[2001:db8::1]:53", "IPv6 without brackets has no port"},
      {"[2001:db8::1]", "[2001:db8::1]:53", "brackets without a port"},
      {"[2001:db8::1]:5353", "[2001:db8::1]:5353", "brackets with a port"},
      {"192.0.2.1:0", std::nullopt, "port 0"},
      {"192.0.2.1:65536", std::nullopt, "port too large"},
      {"192.0.2.1:", std::nullopt, "no port"},
      {"192.0.2.1:+5", std::nullopt, "a sign"},
      {"192.0.2.1:5 ", std::nullopt, "something behind"},
      {"192.0.2", std::nullopt, "three octets"},
      {"192.0.2.01", std::nullopt, "a leading zero may be octal"},
      {"[192.0.2.1]:53", std::nullopt, "IPv4 in brackets"},
      {"[2001:db8::1", std::nullopt, "an open bracket"},
      {"[2001:db8::1]x", std::nullopt, "something behind the bracket"},
      {"fe80::1%eth0", std::nullopt, "a zone index means something on one host only"},
      {"host.example.", std::nullopt, "a name"},
      {"", std::nullopt, "nothing"},
      {std::string("192.0.2.1\0", 10), std::nullopt, "a zero octet"},
  };
  for (const Row& row : rows) {
    const auto address = SocketAddress::parse(row.text, 53);
    EXPECT_EQ(address ? std::optional(address->to_text()) : std::nullopt, row.canonical) << row.reason;
  }
}

}  // namespace
}  // namespace minidns::api
