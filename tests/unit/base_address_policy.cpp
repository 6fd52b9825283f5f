#include "base/address_policy.hpp"

#include <gtest/gtest.h>

namespace minidns {
namespace {

bool permits(const AddressPolicy& policy, const char* address) {
  return policy.permits(boost::asio::ip::make_address(address));
}

TEST(AddressPolicy, PermitsThePublicInternetAndNothingElseByDefault) {
  const AddressPolicy policy;
  for (const char* address : {"9.9.9.9", "172.32.0.1", "193.0.14.129", "2620:fe::fe", "2a01::1", "::ffff:9.9.9.9"}) {
    EXPECT_TRUE(permits(policy, address)) << address;
  }
  for (const char* address : {"0.0.0.0",
                              "10.1.2.3",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.0.1",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::127.0.0.1",
                              "fe80::1",
                              "fd00::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::"}) {
    EXPECT_FALSE(permits(policy, address)) << address;
  }
}

TEST(AddressPolicy, AnOperatorAllowsWhatIsSpecialAndDeniesEvenThat) {
  AddressPolicy policy;
  ASSERT_TRUE(policy.allow("10.0.0.0/8"));
  ASSERT_TRUE(policy.allow("::1"));
  ASSERT_TRUE(policy.deny("10.1.0.0/16"));
  ASSERT_TRUE(policy.deny("9.9.9.9"));
  EXPECT_TRUE(permits(policy, "10.2.0.1"));
  EXPECT_TRUE(permits(policy, "::ffff:10.2.0.1"));
  EXPECT_FALSE(permits(policy, "10.1.0.1"));
  EXPECT_FALSE(permits(policy, "9.9.9.9"));
  EXPECT_TRUE(permits(policy, "::1"));
  EXPECT_FALSE(permits(policy, "127.0.0.1"));
  EXPECT_TRUE(policy.permits(std::string("10.2.0.1")));
  EXPECT_FALSE(policy.permits(std::string("not an address")));
}

TEST(AddressPolicy, IsReadFromASection) {
  auto root = ConfigMap::parse("allow: [127.0.0.0/8]\ndeny: [127.0.0.2]\n", "test.yaml");
  const auto policy = read_address_policy(root);
  root.finish();
  EXPECT_TRUE(permits(policy, "127.0.0.1"));
  EXPECT_FALSE(permits(policy, "127.0.0.2"));
  auto wrong = ConfigMap::parse("allow: [localhost]\n", "test.yaml");
  EXPECT_THROW((void)read_address_policy(wrong), ConfigError);
}

}  // namespace
}  // namespace minidns
