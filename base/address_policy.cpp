#include "base/address_policy.hpp"

#include <stdexcept>

namespace minidns {
namespace ip = boost::asio::ip;

namespace {

/// RFC 6890 and the registries that it made; 6to4 and NAT64 too, behind which any IPv4 address may be.
constexpr const char* special_networks[] = {
    "0.0.0.0/8",    "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",    "::/96",
    "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",      "2001::/32",   "2002::/16",      "fc00::/7",
    "fe80::/10",    "fec0::/10",      "ff00::/8"};

}  // namespace

bool AddressPolicy::permits(const ip::address& address) const {
  if (denied_.contains(address)) {
    return false;
  }
  return allowed_.contains(address) || !special().contains(address);
}

bool AddressPolicy::permits(const std::string& address) const {
  boost::system::error_code error;
  const auto parsed = ip::make_address(address, error);
  return !error && permits(parsed);
}

const AddressList& AddressPolicy::special() {
  static const AddressList networks = [] {
    AddressList all;
    for (const char* network : special_networks) {
      if (!all.add(network)) {
        throw std::logic_error(network);
      }
    }
    return all;
  }();
  return networks;
}

AddressPolicy read_address_policy(ConfigMap& section) {
  AddressPolicy policy;
  for (const std::string& network : section.strings("allow")) {
    if (!policy.allow(network)) {
      section.reject("allow", network + " is no address or network");
    }
  }
  for (const std::string& network : section.strings("deny")) {
    if (!policy.deny(network)) {
      section.reject("deny", network + " is no address or network");
    }
  }
  return policy;
}

}  // namespace minidns
