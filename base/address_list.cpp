#include "base/address_list.hpp"

#include <algorithm>

namespace minidns {
namespace ip = boost::asio::ip;

ip::address plain(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

bool AddressList::add(const std::string& text) {
  boost::system::error_code error;
  if (const auto given = ip::make_address(text, error); !error) {
    const auto address = plain(given);
    if (address.is_v4()) {
      v4_.emplace_back(address.to_v4(), 32);
    } else {
      v6_.emplace_back(address.to_v6(), 128);
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

bool AddressList::contains(const ip::address& address) const {
  const auto holds = [](const auto& networks, const auto& given) {
    return std::any_of(networks.begin(), networks.end(), [&](const auto& network) {
      using Network = std::decay_t<decltype(network)>;
      return Network(given, network.prefix_length()).canonical() == network;
    });
  };
  const ip::address known = plain(address);
  return known.is_v4() ? holds(v4_, known.to_v4()) : holds(v6_, known.to_v6());
}

}  // namespace minidns
