#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <vector>

namespace minidns {

/// An address as we compare them: an IPv4 address that came in IPv6 form (::ffff:192.0.2.1) is the IPv4 address.
[[nodiscard]] boost::asio::ip::address plain(const boost::asio::ip::address& address);

/// IP networks in CIDR form; a bare address is a network of one.
class AddressList {
 public:
  /// False, and nothing is added, if `text` is no network.
  [[nodiscard]] bool add(const std::string& text);
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
  [[nodiscard]] bool empty() const { return v4_.empty() && v6_.empty(); }

 private:
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace minidns
