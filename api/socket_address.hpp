#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::api {

/// An IPv4 or IPv6 address, always valid; no zone index.
class IpAddress {
 public:
  /// Any RFC 4291 §2.2 form or dotted quad; nothing for anything else (also for `fe80::1%eth0`).
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  /// Canonical (RFC 5952).
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_v6() const { return text_.find(':') != std::string::npos; }
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  explicit IpAddress(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct SocketAddress {
  IpAddress address;
  std::uint16_t port;  ///< 1 to 65535

  /// `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`; nothing for anything else.
  [[nodiscard]] static std::optional<SocketAddress> parse(std::string_view text, std::uint16_t port_default);
  /// With its port: `192.0.2.1:53`, `[2001:db8::1]:53`.
  [[nodiscard]] std::string to_text() const;

  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

}  // namespace minidns::api
