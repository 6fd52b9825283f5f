#include "api/socket_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace minidns::api {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return std::nullopt;
  }
  return port;
}

/// An address and what follows it.
struct Split {
  std::string_view address;
  std::string_view rest;
};

/// `[v6]rest`, `v4:port`, or an address alone. An IPv6 address without brackets has at least two colons.
std::optional<Split> split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || text.substr(0, bracket).find(':') == std::string_view::npos) {
      return std::nullopt;
    }
    return Split{text.substr(1, bracket - 1), text.substr(bracket + 1)};
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    return Split{text.substr(0, colon), text.substr(colon)};
  }
  return Split{text, {}};
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  // Longest: INET6_ADDRSTRLEN - 1. A zone index means something on one host only.
  if (text.size() > 45 || text.find('%') != std::string_view::npos || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text), error);
  return error ? std::nullopt : std::optional(IpAddress(address.to_string()));
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text, std::uint16_t port_default) {
  const auto parts = split(text);
  if (!parts) {
    return std::nullopt;
  }
  const auto address = IpAddress::parse(parts->address);
  if (!address) {
    return std::nullopt;
  }
  if (parts->rest.empty()) {
    return SocketAddress{*address, port_default};
  }
  const auto port = parts->rest.starts_with(':') ? parse_port(parts->rest.substr(1)) : std::nullopt;
  return port ? std::optional(SocketAddress{*address, *port}) : std::nullopt;
}

std::string SocketAddress::to_text() const {
  const std::string host = address.is_v6() ? "[" + address.text() + "]" : address.text();
  return host + ":" + std::to_string(port);
}

}  // namespace minidns::api
