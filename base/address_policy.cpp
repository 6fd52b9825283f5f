#include "base/address_policy.hpp"

#include <algorithm>
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

/// ::ffff:192.0.2.1 is 192.0.2.1.
ip::address plain(const ip::address& address) {
  return address.is_v6() && address.to_v6().is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, address.to_v6())
                                                           : address;
}

}  // namespace

bool AddressPolicy::permits(const ip::address& address) const {
  const auto known = plain(address);
  if (denied_.contain(known)) {
    return false;
  }
  return allowed_.contain(known) || !special().contain(known);
}

bool AddressPolicy::permits(const std::string& address) const {
  boost::system::error_code error;
  const auto parsed = ip::make_address(address, error);
  return !error && permits(parsed);
}

const AddressPolicy::Networks& AddressPolicy::special() {
  static const Networks networks = [] {
    Networks all;
    for (const char* network : special_networks) {
      if (!all.add(network)) {
        throw std::logic_error(network);
      }
    }
    return all;
  }();
  return networks;
}

bool AddressPolicy::Networks::add(const std::string& text) {
  boost::system::error_code error;
  if (const auto address = ip::make_address(text, error); !error) {
    const auto known = plain(address);
    if (known.is_v4()) {
      v4_.emplace_back(known.to_v4(), 32);
    } else {
      v6_.emplace_back(known.to_v6(), 128);
    }
    return true;
  }
  if (const auto network = ip::make_network_v4(text, error); !error) {
    v4_.push_back(network.canonical());
    return true;
  }
  if (const auto network = ip::make_network_v6(text, error); !error) {
    v6_.push_back(network.canonical());
    return true;
  }
  return false;
}

bool AddressPolicy::Networks::contain(const ip::address& address) const {
  const auto holds = [](const auto& networks, const auto& given) {
    return std::any_of(networks.begin(), networks.end(), [&](const auto& network) {
      using Network = std::decay_t<decltype(network)>;
      return Network(given, network.prefix_length()).canonical() == network;
    });
  };
  return address.is_v4() ? holds(v4_, address.to_v4()) : holds(v6_, address.to_v6());
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
