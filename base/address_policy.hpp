#pragma once

#include "base/address_list.hpp"
#include "base/config.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>

namespace minidns {

/// To which addresses that strangers name we open connections. What a tenant writes must not make our programs talk to
/// the machines beside them (server-side request forgery), so that networks which aren't of the public Internet are
/// refused unless an operator allows them.
class AddressPolicy {
 public:
  /// A network in CIDR form, or an address. False, and nothing is changed, if it is neither.
  [[nodiscard]] bool allow(const std::string& network) { return allowed_.add(network); }
  [[nodiscard]] bool deny(const std::string& network) { return denied_.add(network); }

  /// What is denied isn't permitted, then what is allowed is; of the rest, what is no special-use network (RFC 6890):
  /// loopback, private, link-local, multicast, reserved, and those that carry an IPv4 address inside an IPv6 one.
  [[nodiscard]] bool permits(const boost::asio::ip::address& address) const;
  /// An address in text; what is none isn't permitted.
  [[nodiscard]] bool permits(const std::string& address) const;

 private:
  [[nodiscard]] static const AddressList& special();

  AddressList allowed_;
  AddressList denied_;
};

/// Reads `allow` and `deny`, lists of networks, of a section. Throws ConfigError.
[[nodiscard]] AddressPolicy read_address_policy(ConfigMap& section);

}  // namespace minidns
